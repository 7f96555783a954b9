/* test_messages: the newest version that a ClientHello offers, and the certificates of a message.
 */
#include "tap.h"
#include "support.h"

#include "tls/messages.h"

static uint8_t buf[512];

static size_t put(size_t at, const void *p, size_t n)
{
	memcpy(buf + at, p, n);
	return at + n;
}

/* A ClientHello of that legacy version, with those extensions. */
static size_t hello(unsigned version, const uint8_t *extensions, size_t n)
{
	size_t at = 0;

	buf[at++] = (uint8_t)(version >> 8);
	buf[at++] = (uint8_t)version;
	memset(buf + at, 0xa5, 32);
	at = put(at + 32, "\3abc", 4);
	at = put(at, "\0\4\x13\1\xc0\x2b", 6);
	at = put(at, "\1\0", 2);
	if (!extensions)
		return at;
	buf[at++] = 0;
	buf[at++] = (uint8_t)n;
	return put(at, extensions, n);
}

static void test_newest(void)
{
	static const uint8_t name[] = {0, 0, 0, 3, 'a', 'b', 'c'};
	static const uint8_t three[] = {0, 0, 0, 1, 'x', 0, 43, 0, 5, 4, 3, 4, 3, 3};
	static const uint8_t old[] = {0, 43, 0, 5, 4, 3, 1, 3, 2};
	static const uint8_t grease[] = {0, 43, 0, 7, 6, 0x7a, 0x7a, 3, 2, 3, 3};
	static const uint8_t draft[] = {0, 43, 0, 3, 2, 0x7f, 0x1c};
	static const uint8_t empty[] = {0, 43, 0, 0};
	static const struct {
		const char *what;
		unsigned version;
		const uint8_t *extensions;
		size_t n;
		unsigned newest;
	} rows[] = {
	    {"SSL 3.0", 0x0300, NULL, 0, 0x0300},
	    {"TLS 1.0", 0x0301, NULL, 0, 0x0301},
	    {"TLS 1.1", 0x0302, name, sizeof(name), 0x0302},
	    {"TLS 1.2", 0x0303, name, sizeof(name), 0x0303},
	    {"TLS 1.3 and 1.2", 0x0303, three, sizeof(three), 0x0304},
	    {"a list without the legacy version", 0x0303, old, sizeof(old), 0x0302},
	    {"values that nobody knows", 0x0303, grease, sizeof(grease), 0x0303},
	    {"nothing but a draft", 0x0303, draft, sizeof(draft), 0},
	    {"an empty list", 0x0303, empty, sizeof(empty), 0},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t n = hello(rows[i].version, rows[i].extensions, rows[i].n);

		IS_INT(messages_newest(buf, n), rows[i].newest, "%s", rows[i].what);
	}
}

static void test_cut(void)
{
	static const uint8_t three[] = {0, 43, 0, 5, 4, 3, 4, 3, 3};
	size_t n = hello(0x0303, three, sizeof(three)), bare = n - sizeof(three) - 2;
	unsigned wrong = 0;

	for (size_t i = 0; i < bare; i++)
		wrong += messages_newest(buf, i) != 0;
	IS_INT(wrong, 0, "cut before the extensions: it cannot be read");
	for (size_t i = bare; i < n; i++)
		wrong += messages_newest(buf, i) != 0x0303;
	IS_INT(wrong, 0, "cut within the extensions: the legacy version counts");
}

/* How many certificates are in a message, all of which are "der"; -1: it is cut. */
static int certificates(const void *message, size_t n, bool tls13)
{
	struct bytes list = messages_certificates(message, n, tls13);
	const uint8_t *p;
	size_t len;
	int found = 0;

	while ((p = messages_next_certificate(&list, tls13, &len)))
		found += len == 3 && memcmp(p, "der", 3) == 0;
	return list.failed ? -1 : found;
}

#define LIST(text) text, sizeof(text) - 1
static void test_certificates(void)
{
	static const struct {
		const char *what, *message;
		size_t n;
		bool tls13;
		int found;
	} rows[] = {
	    {"none, TLS 1.2", LIST("\0\0\0"), false, 0},
	    {"one, TLS 1.2", LIST("\0\0\6\0\0\3der"), false, 1},
	    {"two, TLS 1.2", LIST("\0\0\14\0\0\3der\0\0\3der"), false, 2},
	    {"none, TLS 1.3", LIST("\0\0\0\0"), true, 0},
	    {"one, TLS 1.3", LIST("\0\0\0\10\0\0\3der\0\0"), true, 1},
	    {"one with context and extensions, TLS 1.3", LIST("\2xy\0\0\13\0\0\3der\0\3abc"), true,
		1},
	    {"two, TLS 1.3", LIST("\0\0\0\20\0\0\3der\0\0\0\0\3der\0\0"), true, 2},
	    {"nothing", LIST(""), false, -1},
	    {"more than its length says", LIST("\0\0\6\0\0\3derx"), false, -1},
	    {"less than its length says", LIST("\0\0\7\0\0\3der"), false, -1},
	    {"a certificate that is cut", LIST("\0\0\6\0\0\4der"), false, -1},
	    {"extensions that are cut", LIST("\0\0\0\10\0\0\3der\0\1"), true, -1},
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		IS_INT(certificates(rows[i].message, rows[i].n, rows[i].tls13), rows[i].found, "%s",
		    rows[i].what);
}

int main(void)
{
	test_certificates();
	test_newest();
	test_cut();
	return tap_done();
}
