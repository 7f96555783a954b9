/* test_capname: names of capture files, made and taken apart, and names that are not ours. */
#include "tap.h"
#include "support.h"

#include "capture/capname.h"

static const struct tm when = {
    .tm_year = 126, .tm_mon = 10, .tm_mday = 22, .tm_hour = 23, .tm_min = 33, .tm_sec = 7};

static void test_make(void)
{
	static const struct {
		const char *stem;
		enum format_kind kind;
		unsigned number;
		const char *name;
	} rows[] = {{"bar", FORMAT_PCAP, 0, "trace-bar-20261122_233307.pcap"},
	    {"bar", FORMAT_PCAPNG, 0, "trace-bar-20261122_233307.pcapng"},
	    {"bar", FORMAT_PCAP, 1, "trace-bar-20261122_233307_001.pcap"},
	    {"bar", FORMAT_PCAPNG, 12, "trace-bar-20261122_233307_012.pcapng"},
	    {"bar", FORMAT_PCAP, 999, "trace-bar-20261122_233307_999.pcap"},
	    {"bar", FORMAT_PCAP, 1000, "trace-bar-20261122_233307_1000.pcap"},
	    {"bar", FORMAT_PCAP, 123456, "trace-bar-20261122_233307_123456.pcap"},
	    {"bar", FORMAT_PCAP, 4294967295, "trace-bar-20261122_233307_4294967295.pcap"},
	    {"a-b.c_d", FORMAT_PCAP, 2, "trace-a-b.c_d-20261122_233307_002.pcap"},
	    {"b_001", FORMAT_PCAP, 0, "trace-b_001-20261122_233307.pcap"},
	    {"x-20261122_233307", FORMAT_PCAP, 0, "trace-x-20261122_233307-20261122_233307.pcap"},
	    {"x-20261122_233307-1", FORMAT_PCAP, 3,
		"trace-x-20261122_233307-1-20261122_233307_003.pcap"},
	    {"x-20261122_233307_001", FORMAT_PCAP, 0,
		"trace-x-20261122_233307_001-20261122_233307.pcap"}};
	char name[CAPNAME_MAX], again[CAPNAME_MAX];

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct capname c;

		capname_make(rows[i].stem, &when, rows[i].kind, rows[i].number, name);
		IS_STR(name, rows[i].name, "made");
		if (!OK(capname_parse(name, &c), "%s is ours", name))
			continue;
		IS_STR(c.stem, rows[i].stem, "its stem");
		IS_INT(c.kind, rows[i].kind, "its kind");
		IS_INT(c.number, rows[i].number, "its number");
		OK(strncmp(c.stamp, name, strlen(c.stamp)) == 0 &&
			strlen(c.stamp) == 6 + strlen(rows[i].stem) + 16,
		    "its stamp: %s", c.stamp);
		IS_STR(capname_time(&c), "20261122_233307", "its time");
		capname_renumber(&c, rows[i].number, again);
		IS_STR(again, name, "with its own number");
		capname_renumber(&c, 77, again);
		capname_make(rows[i].stem, &when, rows[i].kind, 77, name);
		IS_STR(again, name, "with another number");
		capname_renumber(&c, 0, again);
		capname_make(rows[i].stem, &when, rows[i].kind, 0, name);
		IS_STR(again, name, "without a number");
	}
}

/* The form of earlier versions is parsed, and gets the form of now with another number. */
static void test_old(void)
{
	static const struct {
		const char *name, *stem;
		unsigned number;
		const char *now;
	} rows[] = {
	    {"trace-bar-20261122_233307-1.pcap", "bar", 1, "trace-bar-20261122_233307_001.pcap"},
	    {"trace-bar-20261122_233307-12.pcapng", "bar", 12,
		"trace-bar-20261122_233307_012.pcapng"},
	    {"trace-bar-20261122_233307-1234.pcap", "bar", 1234,
		"trace-bar-20261122_233307_1234.pcap"},
	    {"trace-bar-20261122_233307-4294967295.pcap", "bar", 4294967295,
		"trace-bar-20261122_233307_4294967295.pcap"},
	    {"trace-x-20261122_233307-1-20261122_233307-3.pcap", "x-20261122_233307-1", 3,
		"trace-x-20261122_233307-1-20261122_233307_003.pcap"}};
	char name[CAPNAME_MAX];
	struct capname c;

	for (size_t i = 0; i < COUNT(rows); i++) {
		if (!OK(capname_parse(rows[i].name, &c), "%s is ours", rows[i].name))
			continue;
		IS_STR(c.stem, rows[i].stem, "its stem");
		IS_INT(c.number, rows[i].number, "its number");
		capname_renumber(&c, c.number, name);
		IS_STR(name, rows[i].now, "in the form of now");
	}
}

/* Byte for byte, as strcmp() and the C locale have it. */
static void test_order(void)
{
	char last[CAPNAME_MAX], name[CAPNAME_MAX];
	struct tm later = when;
	unsigned wrong = 0;

	capname_make("bar", &when, FORMAT_PCAP, 0, last);
	for (unsigned i = 1; i <= 999; i++) {
		capname_make("bar", &when, i % 2 ? FORMAT_PCAP : FORMAT_PCAPNG, i, name);
		wrong += strcmp(last, name) >= 0;
		memcpy(last, name, sizeof(last));
	}
	IS_INT(wrong, 0, "names in the order of their numbers, up to 999");
	later.tm_sec++;
	capname_make("bar", &later, FORMAT_PCAP, 0, name);
	OK(strcmp(last, name) < 0, "and before the next second");
}

static void test_stem(void)
{
	static const char longest[] =
	    "a234567890123456789012345678901234567890123456789012345678901234";
	static const char *const addresses[] = {"10.7.0.1", "2001:db8::7", "::1",
	    "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::ffff:192.0.2.1"};
	static const char *const want[] = {"n-10.7.0.1", "n-2001_db8__7", "n-__1", "n-__",
	    "n-ffff_ffff_ffff_ffff_ffff_ffff_ffff_ffff", "n-192.0.2.1"};
	char stem[CAPNAME_STEM_MAX], name[CAPNAME_MAX];
	struct addr a;
	struct capname c;

	capname_stem("bar", NULL, stem);
	IS_STR(stem, "bar", "without an address");
	for (size_t i = 0; i < COUNT(addresses); i++) {
		addr_parse(addresses[i], &a);
		capname_stem("n", &a, stem);
		IS_STR(stem, want[i], "of a network");
		capname_make(stem, &when, FORMAT_PCAP, 1, name);
		OK(capname_parse(name, &c) && strcmp(c.stem, stem) == 0, "%s is ours", name);
	}
	addr_parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &a);
	capname_stem(longest, &a, stem);
	IS_INT(strlen(stem), 64 + 1 + 39, "the longest stem is not cut");
	capname_make(stem, &when, FORMAT_PCAPNG, 4294967295, name);
	OK(capname_parse(name, &c) && strcmp(c.stem, stem) == 0 && c.number == 4294967295,
	    "the longest name: %zu bytes", strlen(name));
	capname_renumber(&c, 4294967294, name);
	OK(capname_parse(name, &c) && c.number == 4294967294, "with another number");
}

/* What a configuration could name no client is recognized as what it is. */
static void test_resembles(void)
{
	static const char *const is[] = {"trace-bar-20261122_233307.pcap",
	    "trace--20261122_233307.pcap", "trace-b r-20261122_233307_001.pcap",
	    "trace-b\nr-20261122_233307-1.pcapng", "trace-../x-20261122_233307.pcap"};
	static const char *const is_not[] = {"trace-20261122_233307.pcap", "trace-b r.pcap",
	    "trace-b r-20261122_233307.cap", "trace-b r-20261122_233307_01.pcap",
	    " trace-b-20261122_233307.pcap"};
	char digits[256] = "trace-b r-20261122_233307_";

	for (size_t i = 0; i < COUNT(is); i++)
		OK(capname_resembles(is[i]), "the form of ours, %zu", i);
	for (size_t i = 0; i < COUNT(is_not); i++)
		OK(!capname_resembles(is_not[i]), "another form: %s", is_not[i]);
	memset(digits + strlen(digits), '1', sizeof(digits) - strlen(digits) - 6);
	memcpy(digits + sizeof(digits) - 6, ".pcap", 6);
	OK(!capname_resembles(digits), "a number of more digits than a name can have");
}

static void test_foreign(void)
{
	static const char *const bad[] = {"", "trace", "trace-", "trace-.pcap", "bar", ".", "..",
	    "trace-20261122_233307.pcap", "trace--20261122_233307.pcap",
	    "race-bar-20261122_233307.pcap", "Trace-bar-20261122_233307.pcap",
	    "xtrace-bar-20261122_233307.pcap", " trace-bar-20261122_233307.pcap",
	    "trace_bar-20261122_233307.pcap", "tracebar-20261122_233307.pcap",
	    "trace-bar20261122_233307.pcap", "trace-bar-20261122233307.pcap",
	    "trace-bar-20261122-233307.pcap", "trace-bar-2026112_233307.pcap",
	    "trace-bar-20261122_23330.pcap", "trace-bar-20261122_2333077.pcap",
	    "trace-bar-2026112x_233307.pcap", "trace-bar-20261122_23330x.pcap",
	    "trace-bar-20261122_233307", "trace-bar-20261122_233307.",
	    "trace-bar-20261122_233307.cap", "trace-bar-20261122_233307.PCAP",
	    "trace-bar-20261122_233307.pcapn", "trace-bar-20261122_233307.pcapngg",
	    "trace-bar-20261122_233307.pcap.gz", "trace-bar-20261122_233307.pcap ",
	    "trace-bar-20261122_233307.pcap\n", "trace-bar-20261122_233307-0.pcap",
	    "trace-bar-20261122_233307-01.pcap", "trace-bar-20261122_233307-.pcap",
	    "trace-bar-20261122_233307--1.pcap", "trace-bar-20261122_233307-1x.pcap",
	    "trace-bar-20261122_233307-+1.pcap", "trace-bar-20261122_233307- 1.pcap",
	    "trace-bar-20261122_233307-1-2.pcap", "trace-bar-20261122_233307-4294967296.pcap",
	    "trace-bar-20261122_233307-4294967297.pcap",
	    "trace-bar-20261122_233307-99999999999.pcap",
	    "trace-bar-20261122_233307-18446744073709551617.pcap",
	    "trace-bar-20261122_233307_1.pcap", "trace-bar-20261122_233307_01.pcap",
	    "trace-bar-20261122_233307_000.pcap", "trace-bar-20261122_233307_0001.pcap",
	    "trace-bar-20261122_233307_0123.pcap", "trace-bar-20261122_233307_.pcap",
	    "trace-bar-20261122_233307__001.pcap", "trace-bar-20261122_233307_001x.pcap",
	    "trace-bar-20261122_233307_+01.pcap", "trace-bar-20261122_233307.001.pcap",
	    "trace-bar-20261122_233307_001_001.pcap", "trace-bar-20261122_233307-1_001.pcap",
	    "trace-bar-20261122_233307_001-1.pcap", "trace-bar_001.pcap",
	    "trace-bar-20261122_233307_4294967296.pcap",
	    "trace-bar-20261122_233307_99999999999.pcap", "trace-a/b-20261122_233307.pcap",
	    "trace-../x-20261122_233307.pcap", "/trace-bar-20261122_233307.pcap",
	    "./trace-bar-20261122_233307.pcap", "trace-b r-20261122_233307.pcap",
	    "trace-b\nr-20261122_233307.pcap", "trace-b\xffr-20261122_233307.pcap",
	    "trace-b:r-20261122_233307.pcap"};
	static char name[5000];
	struct capname c;

	for (size_t i = 0; i < COUNT(bad); i++) {
		char shown[64];

		snprintf(shown, sizeof(shown), "%s", bad[i]);
		for (char *p = shown; *p; p++)
			if (*p < ' ' || *p > '~')
				*p = '?';
		OK(!capname_parse(bad[i], &c), "not ours: \"%s\"", shown);
	}
	for (size_t n = 100; n < sizeof(name) - 40; n += n < 130 ? 1 : 61) {
		char *copy;

		memcpy(name, "trace-", 6);
		memset(name + 6, 'a', n);
		strcpy(name + 6 + n, "-20261122_233307.pcap");
		copy = strdup(name);
		if (n >= CAPNAME_STEM_MAX)
			OK(copy && !capname_parse(copy, &c), "a stem of %zu bytes", n);
		free(copy);
	}
	/* a name of digits alone, as long as a number may be */
	memset(name, 0, sizeof(name));
	memcpy(name, "trace-bar-20261122_233307-", 26);
	memset(name + 26, '1', 4000);
	strcpy(name + 4026, ".pcap");
	OK(!capname_parse(name, &c), "a number of 4,000 digits");
	name[25] = '_';
	OK(!capname_parse(name, &c), "behind the other sign");
}

static void test_years(void)
{
	static const int years[] = {1970, 1999, 2000, 2026, 2038, 2100, 9999};
	char name[CAPNAME_MAX];
	struct capname c;

	for (size_t i = 0; i < COUNT(years); i++) {
		struct tm tm = when;

		tm.tm_year = years[i] - 1900;
		capname_make("a", &tm, FORMAT_PCAP, 0, name);
		OK(capname_parse(name, &c) && atoi(name + 8) / 10000 == years[i], "%s", name);
	}
}

int main(void)
{
	test_make();
	test_old();
	test_order();
	test_stem();
	test_resembles();
	test_foreign();
	test_years();
	return tap_done();
}
