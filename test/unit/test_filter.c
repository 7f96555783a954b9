/* test_filter: tables of programs, as they are built, checked and handed over; what names and
 * secrets leave of pcapng blocks. */
#include "tap.h"
#include "support.h"

#include <errno.h>

#include "base/bytes.h"
#include "filter/build.h"
#include "filter/pass.h"
#include "filter/sift.h"

static struct filter_table *built(const char *expression)
{
	char why[FILTER_WHY_MAX] = "";
	struct filter_table *t = filter_build(expression, why);

	if (!OK(t != NULL, "%s: a table (%s)", expression, why))
		exit(1);
	return t;
}

static const struct entry {
	uint16_t link_type;
	const char *packet; /* ICMP over IPv4, as little-endian files have it */
} icmp[] = {
    {1, "020000000002"
	"020000000001"
	"0800"},
    {113, "0000"
	  "0001"
	  "0006"
	  "0200000000020000"
	  "0800"},
    {276, "0800"
	  "0000"
	  "00000001"
	  "0001"
	  "00"
	  "06"
	  "0200000000020000"},
    {101, ""},
    {228, ""},
    {0, "02000000"},
};

static size_t packet(uint8_t *p, const char *link, unsigned protocol)
{
	size_t n = 0;

	for (; *link; link += 2) {
		unsigned byte = 0;

		sscanf(link, "%2x", &byte);
		p[n++] = (uint8_t)byte;
	}
	memset(p + n, 0, 40);
	p[n] = 0x45;
	p[n + 3] = 40;
	p[n + 9] = (uint8_t)protocol;
	return n + 40;
}

static void test_link_types(void)
{
	struct filter_table *t = built("icmp or sctp");
	uint8_t p[80];

	OK(filter_table_check(t, t->size), "a table that was built is one");
	IS_STR(filter_table_text(t), "icmp or sctp", "its expression");
	for (size_t i = 0; i < COUNT(icmp); i++) {
		const struct filter_step *s = filter_table_find(t, icmp[i].link_type, false);
		uint32_t n = (uint32_t)packet(p, icmp[i].packet, 1);

		if (!OK(s != NULL, "link type %u has a program", icmp[i].link_type))
			continue;
		OK(filter_run(s, p, n, n), "link type %u: ICMP passes", icmp[i].link_type);
		packet(p, icmp[i].packet, 6);
		OK(!filter_run(s, p, n, n), "link type %u: TCP does not", icmp[i].link_type);
	}
	OK(!filter_table_find(t, 177, false), "LAPD has no program");
	OK(!filter_table_find(t, 65535, false), "nor has what does not exist");
	free(t);
}

static void test_order(void)
{
	struct filter_table *t = built("icmp");
	const struct filter_step *big = filter_table_find(t, 0, true);
	uint8_t p[80];
	uint32_t n = (uint32_t)packet(p, "00000002", 1);

	OK(big && filter_run(big, p, n, n), "loopback of a big-endian file");
	OK(!filter_run(filter_table_find(t, 0, false), p, n, n), "is not that of another");
	OK(filter_table_find(t, 1, true) == filter_table_find(t, 1, false), "Ethernet is the same");
	free(t);
}

static void test_expressions(void)
{
	static const struct {
		const char *text, *why;
	} wrong[] = {
	    {"icmp orr tcp", "syntax error"}, {"(", "syntax error"}, {"tcp port 99999", "port"}};
	char why[FILTER_WHY_MAX];
	char *long_one = malloc(FILTER_TEXT_MAX + 1);
	struct filter_table *t;
	uint8_t p[80];
	uint32_t n;

	for (size_t i = 0; i < COUNT(wrong); i++) {
		OK(!filter_build(wrong[i].text, why), "%s: no table", wrong[i].text);
		OK(strstr(why, wrong[i].why), "%s: %s", wrong[i].text, why);
	}
	memset(long_one, ' ', FILTER_TEXT_MAX);
	long_one[FILTER_TEXT_MAX] = '\0';
	OK(!filter_build(long_one, why) && strstr(why, "longer"), "65536 bytes: %s", why);
	free(long_one);
	t = built("ip6"); /* which no packet of link type IPV4 is: a program, and no refusal */
	n = (uint32_t)packet(p, "", 1);
	OK(filter_table_find(t, 228, false) &&
		!filter_run(filter_table_find(t, 228, false), p, n, n),
	    "what matches nothing of a link type is a program");
	free(t);
	t = built("wlan type mgt");
	OK(!filter_table_find(t, 1, false) && filter_table_find(t, 105, false),
	    "what means nothing on Ethernet alone");
	free(t);
}

/* Every byte of a table changed: found, or harmless. */
static void test_damage(void)
{
	struct filter_table *t = built("ip and greater 100"), *c = malloc(t->size);
	unsigned accepted = 0;
	uint8_t p[80] = {0};

	for (size_t i = 0; i < t->size; i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			memcpy(c, t, t->size);
			((uint8_t *)c)[i] ^= (uint8_t)(1u << bit);
			if (!filter_table_check(c, t->size))
				continue;
			accepted++;
			for (unsigned l = 0; l < FILTER_LINK_TYPES; l++) {
				const struct filter_step *s =
				    filter_table_find(c, (uint16_t)l, false);

				if (s)
					filter_run(s, p, sizeof(p), sizeof(p));
			}
		}
	OK(accepted > 0, "%u changed bits leave a table", accepted);
	for (size_t n = 0; n < t->size; n += 7)
		if (filter_table_check(t, n))
			OK(false, "%zu bytes of it are one", n);
	memcpy(c, t, t->size);
	c->entries = 0xffffffff;
	OK(!filter_table_check(c, c->size), "too many entries");
	memcpy(c, t, t->size);
	c->text = 0;
	OK(!filter_table_check(c, c->size), "no expression");
	memcpy(c, t, t->size);
	filter_table_entries(c)[0].first = c->steps;
	OK(!filter_table_check(c, c->size), "steps behind the end");
	memcpy(c, t, t->size);
	filter_table_entries(c)[1] = filter_table_entries(c)[0];
	OK(!filter_table_check(c, c->size), "two equal entries");
	free(c);
	free(t);
	OK(filter_table_check(filter_table_none(), filter_table_none()->size), "the empty one");
	OK(!filter_table_find(filter_table_none(), 1, false), "has no program");
	IS_STR(filter_table_text(filter_table_none()), "", "and no text");
}

static void test_pass(void)
{
	struct filter_table *t = built("icmp"), *got;
	int file;

	t->number = 7;
	file = filter_pass(t);
	got = filter_take(file);
	OK(got && got->size == t->size && memcmp(got, t, t->size) == 0, "handed over");
	free(got);
	OK(!filter_take(file) && errno == EINVAL, "once");
	close(file);
	t->steps++;
	file = filter_pass(t);
	OK(!filter_take(file) && errno == EINVAL, "a table that is none");
	close(file);
	free(t);
}

static size_t block(uint8_t *p, uint32_t type, bool big)
{
	uint32_t len = type == PCAPNG_SECTION ? 28 : 20;

	memset(p, 0, len);
	bytes_store32(p, type, big);
	bytes_store32(p + 4, len, big);
	bytes_store32(p + len - 4, len, big);
	if (type == PCAPNG_SECTION)
		bytes_store32(p + 8, PCAPNG_ORDER_MAGIC, big);
	return len;
}

static void test_secrets(void)
{
	uint8_t in[400], want[400];
	size_t n = 0, w = 0, first;

	for (int big = 1; big >= 0; big--) {
		n += block(in + n, PCAPNG_SECTION, big);
		w += block(want + w, PCAPNG_SECTION, big);
		n += block(in + n, PCAPNG_SECRETS, big);
		n += block(in + n, PCAPNG_INTERFACE, big);
		w += block(want + w, PCAPNG_INTERFACE, big);
		n += block(in + n, PCAPNG_NAMES, big);
		n += block(in + n, 5, big);
		w += block(want + w, 5, big);
	}
	first = 28 + 20 + 20;
	IS_INT(sift_secrets(in, n, true, &first), w, "names and secrets of two sections");
	OK(memcmp(in, want, w) == 0, "the others stay");
	IS_INT(first, 28 + 20, "and what is left of the beginning");
}

int main(void)
{
	char why[FILTER_WHY_MAX];

	OK(!filter_is_loaded() && !filter_build("icmp", why), "before libpcap is loaded: %s", why);
	OK(filter_load(why) && filter_is_loaded(), "libpcap is loaded");
	test_link_types();
	test_order();
	test_expressions();
	test_damage();
	test_pass();
	test_secrets();
	return tap_done();
}
