/* test_proxyhead: PROXY headers of both versions: whom they name, where they end however their
 * bytes arrive, and each reason to refuse one. */
#include "tap.h"
#include "support.h"

#include "capture/proxyhead.h"

/* Of a copy that is as long as the bytes, so that what is read beyond them is found. */
static enum proxyhead look(const void *data, size_t len, struct proxyhead_peer *out)
{
	uint8_t *copy = malloc(len + !len);
	enum proxyhead found;

	if (!copy)
		support_die("memory");
	memcpy(copy, data, len);
	memset(out, 0x5a, sizeof(*out));
	found = proxyhead_read(copy, len, out);
	free(copy);
	return found;
}

#define SIG     "\r\n\r\n\0\r\nQUIT\n"
#define V4      "\xc0\0\2\1\xc0\0\2\2\x12\x67\xd4\x31" /* 192.0.2.1:4711 to 192.0.2.2:54321 */
#define V6      "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1"
#define V6S     V6 V6 "\x12\x67\xd4\x31"
#define MAPPED  "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\1"
#define UNIX108 "/tmp/socket"

struct row {
	const char *what;
	const char *data;
	size_t len;
	enum proxyhead found;
	const char *addr; /* PEER */
	unsigned port;
};
#define ROW(what, data, ...)                                                                       \
	{                                                                                          \
		what, data, sizeof(data) - 1, __VA_ARGS__                                          \
	}

static const struct row good[] = {
    ROW("1, TCP4", "PROXY TCP4 192.0.2.1 192.0.2.2 4711 54321\r\n", PROXYHEAD_PEER, "192.0.2.1",
	4711),
    ROW("1, the longest of TCP4", "PROXY TCP4 223.255.255.254 255.255.255.255 65535 65535\r\n",
	PROXYHEAD_PEER, "223.255.255.254", 65535),
    ROW("1, TCP6", "PROXY TCP6 2001:db8::1 ::1 0 1\r\n", PROXYHEAD_PEER, "2001:db8::1", 0),
    ROW("1, TCP6 in full",
	"PROXY TCP6 2001:0DB8:0000:0000:0000:0000:0000:0001 "
	"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
	PROXYHEAD_PEER, "2001:db8::1", 65535),
    ROW("1, a mapped address is that of IPv4", "PROXY TCP6 ::ffff:192.0.2.1 ::1 4711 1\r\n",
	PROXYHEAD_PEER, "192.0.2.1", 4711),
    ROW("2, TCP4", SIG "\x21\x11\0\x0c" V4, PROXYHEAD_PEER, "192.0.2.1", 4711),
    ROW("2, TCP6", SIG "\x21\x21\0\x24" V6S, PROXYHEAD_PEER, "2001:db8::1", 4711),
    ROW("2, a mapped address is that of IPv4", SIG "\x21\x21\0\x24" MAPPED V6 "\x12\x67\xd4\x31",
	PROXYHEAD_PEER, "192.0.2.1", 4711),
    ROW("2, fields are stepped over", SIG "\x21\x11\0\x18" V4 "\4\0\0\5\0\3abc\xea\0\0",
	PROXYHEAD_PEER, "192.0.2.1", 4711),
    ROW("2, a checksum", SIG "\x21\x11\0\x13" V4 "\3\0\4\x24\x99\xca\x8e", PROXYHEAD_PEER,
	"192.0.2.1", 4711),
    ROW("2, LOCAL", SIG "\x20\0\0\0", PROXYHEAD_LOCAL, NULL, 0),
    ROW("2, LOCAL with what is ignored", SIG "\x20\x11\0\3abc", PROXYHEAD_LOCAL, NULL, 0),
};

#define AT107 "PROXY UNKNOWN " FILL FILL FILL
#define FILL  "0123456789012345678901234567890" /* 31 bytes */

static const struct row bad[] = {
    /* both */
    ROW("HTTP", "GET / HTTP/1.0\r\n\r\n", PROXYHEAD_ABSENT, NULL, 0),
    ROW("one wrong byte", "p", PROXYHEAD_ABSENT, NULL, 0),
    ROW("the sixth is wrong", "PROXY\r\n", PROXYHEAD_ABSENT, NULL, 0),
    ROW("a lower-case word", "proxy TCP4 192.0.2.1 192.0.2.2 1 1\r\n", PROXYHEAD_ABSENT, NULL, 0),
    ROW("the signature and a wrong last byte", "\r\n\r\n\0\r\nQUIT\r", PROXYHEAD_ABSENT, NULL, 0),
    ROW("TLS", "\x16\3\1\2", PROXYHEAD_TLS, NULL, 0),
    ROW("a link header", "\0\0\0\x18", PROXYHEAD_FRAMES, NULL, 0),
    ROW("a data frame", "\1\0\0\x18", PROXYHEAD_FRAMES, NULL, 0),
    /* version 1 */
    ROW("UNKNOWN", "PROXY UNKNOWN\r\n", PROXYHEAD_UNKNOWN, NULL, 0),
    ROW("UNKNOWN with more", "PROXY UNKNOWN 192.0.2.1 192.0.2.2 1 1\r\n", PROXYHEAD_UNKNOWN, NULL,
	0),
    ROW("UNKNOWNS", "PROXY UNKNOWNS\r\n", PROXYHEAD_MALFORMED, NULL, 0),
    ROW("nothing", "PROXY \r\n", PROXYHEAD_MALFORMED, NULL, 0),
    ROW("UDP4", "PROXY UDP4 192.0.2.1 192.0.2.2 1 1\r\n", PROXYHEAD_MALFORMED, NULL, 0),
    ROW("TCP4 with IPv6", "PROXY TCP4 2001:db8::1 ::1 1 1\r\n", PROXYHEAD_MALFORMED, NULL, 0),
    ROW("TCP6 with IPv4", "PROXY TCP6 192.0.2.1 192.0.2.2 1 1\r\n", PROXYHEAD_MALFORMED, NULL, 0),
    ROW("families that differ", "PROXY TCP4 192.0.2.1 ::1 1 1\r\n", PROXYHEAD_MALFORMED, NULL, 0),
    ROW("no address", "PROXY TCP4 192.0.2 192.0.2.2 1 1\r\n", PROXYHEAD_MALFORMED, NULL, 0),
    ROW("a zero in front of an address", "PROXY TCP4 192.0.02.1 192.0.2.2 1 1\r\n",
	PROXYHEAD_MALFORMED, NULL, 0),
    ROW("a zone", "PROXY TCP6 fe80::1%eth0 ::1 1 1\r\n", PROXYHEAD_MALFORMED, NULL, 0),
    ROW("a name", "PROXY TCP4 localhost 192.0.2.2 1 1\r\n", PROXYHEAD_MALFORMED, NULL, 0),
    ROW("one port", "PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n", PROXYHEAD_MALFORMED, NULL, 0),
    ROW("three ports", "PROXY TCP4 192.0.2.1 192.0.2.2 1 1 1\r\n", PROXYHEAD_MALFORMED, NULL, 0),
    ROW("a port above 65535", "PROXY TCP4 192.0.2.1 192.0.2.2 65536 1\r\n", PROXYHEAD_MALFORMED,
	NULL, 0),
    ROW("a port that overflows", "PROXY TCP4 192.0.2.1 192.0.2.2 18446744073709551617 1\r\n",
	PROXYHEAD_MALFORMED, NULL, 0),
    ROW("a negative port", "PROXY TCP4 192.0.2.1 192.0.2.2 -1 1\r\n", PROXYHEAD_MALFORMED, NULL, 0),
    ROW("a zero in front of a port", "PROXY TCP4 192.0.2.1 192.0.2.2 01 1\r\n", PROXYHEAD_MALFORMED,
	NULL, 0),
    ROW("a wrong second port", "PROXY TCP4 192.0.2.1 192.0.2.2 1 x\r\n", PROXYHEAD_MALFORMED, NULL,
	0),
    ROW("two spaces", "PROXY TCP4  192.0.2.1 192.0.2.2 1 1\r\n", PROXYHEAD_MALFORMED, NULL, 0),
    ROW("a space at the end", "PROXY TCP4 192.0.2.1 192.0.2.2 1 1 \r\n", PROXYHEAD_MALFORMED, NULL,
	0),
    ROW("a tab", "PROXY TCP4\t192.0.2.1 192.0.2.2 1 1\r\n", PROXYHEAD_MALFORMED, NULL, 0),
    ROW("LF alone", "PROXY TCP4 192.0.2.1 192.0.2.2 1 1\n", PROXYHEAD_MALFORMED, NULL, 0),
    ROW("CR alone", "PROXY TCP4 192.0.2.1 192.0.2.2 1 1\rx", PROXYHEAD_MALFORMED, NULL, 0),
    ROW("a NUL", "PROXY TCP4 192.0.2.1\0 192.0.2.2 1 1\r\n", PROXYHEAD_MALFORMED, NULL, 0),
    ROW("a line of 108 bytes", AT107 "\r\n", PROXYHEAD_LONG, NULL, 0),
    ROW("a line without an end", AT107, PROXYHEAD_LONG, NULL, 0),
    ROW("the unspecified address", "PROXY TCP4 0.0.0.0 192.0.2.2 1 1\r\n", PROXYHEAD_ADDRESS, NULL,
	0),
    ROW("that of IPv6", "PROXY TCP6 :: ::1 1 1\r\n", PROXYHEAD_ADDRESS, NULL, 0),
    ROW("the broadcast address", "PROXY TCP4 255.255.255.255 192.0.2.2 1 1\r\n", PROXYHEAD_ADDRESS,
	NULL, 0),
    ROW("an address of multicast", "PROXY TCP4 224.0.0.1 192.0.2.2 1 1\r\n", PROXYHEAD_ADDRESS,
	NULL, 0),
    ROW("one of IPv6", "PROXY TCP6 ff02::1 ::1 1 1\r\n", PROXYHEAD_ADDRESS, NULL, 0),
    /* version 2 */
    ROW("version 1 in binary", SIG "\x11", PROXYHEAD_VERSION, NULL, 0),
    ROW("version 3", SIG "\x31\x11\0\x0c" V4, PROXYHEAD_VERSION, NULL, 0),
    ROW("command 2", SIG "\x22\x11\0\x0c" V4, PROXYHEAD_COMMAND, NULL, 0),
    ROW("UNSPEC", SIG "\x21\0\0\0", PROXYHEAD_UNKNOWN, NULL, 0),
    ROW("IPv4 without a protocol", SIG "\x21\x10\0\x0c" V4, PROXYHEAD_UNKNOWN, NULL, 0),
    ROW("UDP over IPv4", SIG "\x21\x12\0\x0c" V4, PROXYHEAD_DATAGRAM, NULL, 0),
    ROW("UDP over IPv6", SIG "\x21\x22\0\x24" V6S, PROXYHEAD_DATAGRAM, NULL, 0),
    ROW("UNIX", SIG "\x21\x31\0\x0b" UNIX108, PROXYHEAD_UNIX, NULL, 0),
    ROW("UNIX datagrams", SIG "\x21\x32\0\x0b" UNIX108, PROXYHEAD_UNIX, NULL, 0),
    ROW("family 4", SIG "\x21\x41\0\x0c" V4, PROXYHEAD_MALFORMED, NULL, 0),
    ROW("protocol 3", SIG "\x21\x13\0\x0c" V4, PROXYHEAD_MALFORMED, NULL, 0),
    ROW("no addresses", SIG "\x21\x11\0\0", PROXYHEAD_MALFORMED, NULL, 0),
    ROW("addresses that are cut", SIG "\x21\x11\0\x0b\xc0\0\2\1\xc0\0\2\2\x12\x67\xd4",
	PROXYHEAD_MALFORMED, NULL, 0),
    ROW("IPv6 with the length of IPv4", SIG "\x21\x21\0\x0c" V4, PROXYHEAD_MALFORMED, NULL, 0),
    ROW("a field of one byte", SIG "\x21\x11\0\x0d" V4 "\4", PROXYHEAD_MALFORMED, NULL, 0),
    ROW("a field of two", SIG "\x21\x11\0\x0e" V4 "\4\0", PROXYHEAD_MALFORMED, NULL, 0),
    ROW("a field beyond the header", SIG "\x21\x11\0\x10" V4 "\4\0\2x", PROXYHEAD_MALFORMED, NULL,
	0),
    ROW("a field of 65535 bytes", SIG "\x21\x11\0\x10" V4 "\4\xff\xffx", PROXYHEAD_MALFORMED, NULL,
	0),
    ROW("a checksum that is wrong", SIG "\x21\x11\0\x13" V4 "\3\0\4\x24\x99\xca\x8f",
	PROXYHEAD_CHECKSUM, NULL, 0),
    ROW("a checksum of three bytes", SIG "\x21\x11\0\x12" V4 "\3\0\3\x24\x99\xca",
	PROXYHEAD_MALFORMED, NULL, 0),
    ROW("two checksums", SIG "\x21\x11\0\x1a" V4 "\3\0\4\0\0\0\0\3\0\4\0\0\0\0",
	PROXYHEAD_MALFORMED, NULL, 0),
    ROW("longer than is read", SIG "\x21\x11\x0f\xf1", PROXYHEAD_LONG, NULL, 0),
    ROW("the longest there can be", SIG "\x20\0\xff\xff", PROXYHEAD_LONG, NULL, 0),
    ROW("no host's address", SIG "\x21\x11\0\x0c\0\0\0\0\xc0\0\2\2\x12\x67\xd4\x31",
	PROXYHEAD_ADDRESS, NULL, 0),
};

/* The result is the same with the stream behind the header, of which nothing counts as its. */
static void check_good(const struct row *r)
{
	struct proxyhead_peer p;
	char text[ADDR_TEXT_MAX];
	uint8_t *more = malloc(r->len + 4096);

	if (!more)
		support_die("memory");
	for (size_t n = 0; n < r->len; n++)
		if (look(r->data, n, &p) != PROXYHEAD_MORE || p.used != n)
			OK(false, "%s: %zu of %zu bytes are a beginning", r->what, n, r->len);
	memcpy(more, r->data, r->len);
	for (unsigned fill = 0; fill < 256; fill += 5) {
		memset(more + r->len, (int)fill, 4096);
		if (look(more, r->len + 4096, &p) != r->found || p.used != r->len)
			OK(false, "%s: with bytes %u behind it", r->what, fill);
	}
	IS_INT(look(r->data, r->len, &p), r->found, "%s", r->what);
	IS_INT(p.used, r->len, "%s: its length", r->what);
	if (r->found == PROXYHEAD_PEER) {
		IS_STR(addr_format(&p.addr, text), r->addr, "%s: the address", r->what);
		IS_INT(p.port, r->port, "%s: the port", r->what);
	}
	free(more);
}

static void check_bad(const struct row *r)
{
	struct proxyhead_peer p;
	enum proxyhead before;

	IS_INT(look(r->data, r->len, &p), r->found, "%s", r->what);
	OK(*proxyhead_reason(r->found), "%s: %s", r->what, proxyhead_reason(r->found));
	for (size_t n = 0; n < r->len; n++) {
		before = look(r->data, n, &p);
		if (before != r->found && (before != PROXYHEAD_MORE || p.used != n))
			OK(false, "%s: %zu bytes of it are %d", r->what, n, (int)before);
	}
}

/* The longest header of version 2, full of fields. */
static void test_longest(void)
{
	static uint8_t data[PROXYHEAD_MAX] = SIG "\x21\x11\x0f\xf0" V4;
	struct proxyhead_peer p;

	for (size_t at = 28; at < sizeof(data); at += 3)
		data[at] = 0xe0;
	IS_INT(look(data, sizeof(data) - 1, &p), PROXYHEAD_MORE, "a byte less than the longest");
	IS_INT(look(data, sizeof(data), &p), PROXYHEAD_PEER, "the longest");
	IS_INT(p.used, PROXYHEAD_MAX, "its length");
}

/* One bit of a header with a checksum is another: never the same peer. */
static void test_bits(void)
{
	const struct row *r = &good[9];
	uint8_t data[64];
	struct proxyhead_peer p;
	unsigned believed = 0;

	for (size_t bit = 0; bit < r->len * 8; bit++) {
		memcpy(data, r->data, r->len);
		data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		/* the type of the field that has the checksum makes it another field */
		believed += look(data, r->len, &p) == PROXYHEAD_PEER && bit / 8 != 28;
	}
	IS_INT(believed, 0, "a changed bit is noticed");
}

static void test_random(void)
{
	unsigned wrong = 0;

	random_seed(7);
	for (unsigned i = 0; i < 100000; i++) {
		const struct row *r = &good[random_below(COUNT(good))];
		size_t len = random_below(r->len + 1);
		uint8_t data[160];
		struct proxyhead_peer p;
		enum proxyhead found;

		memcpy(data, r->data, r->len);
		for (uint64_t n = random_below(4); n > 0; n--)
			data[random_below(r->len)] = (uint8_t)random_next();
		found = look(data, len, &p);
		wrong += found >= PROXYHEAD_EMPTY || p.used > len ||
			 (found == PROXYHEAD_MORE && p.used != len) ||
			 (found == PROXYHEAD_PEER && !addr_is_host(&p.addr));
	}
	IS_INT(wrong, 0, "headers with other bytes");
}

int main(void)
{
	for (size_t i = 0; i < COUNT(good); i++)
		check_good(&good[i]);
	for (size_t i = 0; i < COUNT(bad); i++)
		check_bad(&bad[i]);
	test_longest();
	test_bits();
	test_random();
	for (unsigned i = 0; i < PROXYHEAD_KINDS; i++)
		OK(proxyhead_reason((enum proxyhead)i), "a text for %u", i);
	return tap_done();
}
