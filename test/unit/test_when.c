/* test_when: the language of times, with zones that change their offset. */
#include <stdlib.h>

#include "tap.h"
#include "support.h"

#include "base/calendar.h"
#include "base/when.h"

#define S INT64_C(1000000000)

/* A zone of one change: `before` it is that far ahead of UTC, from `change` on `after`. */
struct zone {
	int64_t before, change, after;
};

static int64_t east(void *of, int64_t utc)
{
	const struct zone *z = of;

	return utc < z->change ? z->before : z->after;
}

/* Central Europe: forward at 2026-03-29 01:00 UTC, back at 2026-10-25 01:00 UTC. */
#define SPRING INT64_C(1774746000)
#define AUTUMN INT64_C(1792890000)
static struct zone utc = {0, 0, 0}, spring = {3600, SPRING, 7200}, autumn = {7200, AUTUMN, 3600};
/* Lord Howe Island changes by half an hour: back at 2026-04-04 15:00 UTC. */
#define HOWE INT64_C(1775314800)
static struct zone howe = {39600, HOWE, 37800};
/* Samoa left out 2011-12-30. */
#define SAMOA INT64_C(1325239200)
static struct zone samoa = {-36000, SAMOA, 50400};

/* 2026-11-28 12:34:56.5 UTC */
#define NOW (INT64_C(1795869296) * S + S / 2)

static const struct {
	const char *text;
	struct zone *zone;
	enum when_edge edge;
	int64_t want;
} good[] = {
    {"now", &utc, WHEN_FROM, NOW},
    {"-15m", &utc, WHEN_FROM, NOW - 900 * S},
    {"-90s", &utc, WHEN_FROM, NOW - 90 * S},
    {"-2h", &utc, WHEN_TO, NOW - 7200 * S},
    {"-1d", &utc, WHEN_FROM, NOW - 86400 * S},
    {"-4w", &utc, WHEN_FROM, NOW - 28 * 86400 * S},
    {"-0s", &utc, WHEN_FROM, NOW},
    {"0", &utc, WHEN_FROM, 0},
    {"1795869296", &utc, WHEN_FROM, INT64_C(1795869296) * S},
    {"1795869296.25", &autumn, WHEN_FROM, INT64_C(1795869296) * S + 250000000},
    {"1795869296.123456789", &utc, WHEN_FROM, INT64_C(1795869296) * S + 123456789},
    {"9223372035.999999999", &utc, WHEN_FROM, INT64_C(9223372035) * S + 999999999},
    {"2026-11-28 10:00", &utc, WHEN_FROM, INT64_C(1795860000) * S},
    {"2026-11-28T10:00", &utc, WHEN_FROM, INT64_C(1795860000) * S},
    {"2026-11-28 10:00:07", &utc, WHEN_FROM, INT64_C(1795860007) * S},
    {"2026-11-28 10:00:07.5", &utc, WHEN_FROM, INT64_C(1795860007) * S + S / 2},
    {"2026-11-28 10:00:07.000000001", &utc, WHEN_FROM, INT64_C(1795860007) * S + 1},
    {"2026-11-28 10:00Z", &autumn, WHEN_FROM, INT64_C(1795860000) * S},
    {"2026-11-28 10:00:07.5Z", &autumn, WHEN_FROM, INT64_C(1795860007) * S + S / 2},
    {"2026-11-28 10:00+01:00", &utc, WHEN_FROM, INT64_C(1795856400) * S},
    {"2026-11-28 10:00+0100", &utc, WHEN_FROM, INT64_C(1795856400) * S},
    {"2026-11-28 10:00+01", &utc, WHEN_FROM, INT64_C(1795856400) * S},
    {"2026-11-28 10:00-05:30", &utc, WHEN_FROM, INT64_C(1795879800) * S},
    {"2026-11-28 10:00", &autumn, WHEN_FROM, INT64_C(1795856400) * S},
    {"2026-11-28", &utc, WHEN_TO, INT64_C(1795824000) * S},
    {"2028-02-29", &utc, WHEN_FROM, INT64_C(1835395200) * S},
    {"1970-01-01 00:00", &utc, WHEN_FROM, 0},
    {"10:00", &utc, WHEN_FROM, INT64_C(1795860000) * S},
    {"10:00", &autumn, WHEN_FROM, INT64_C(1795856400) * S},
    {"23:59:59.999999999", &utc, WHEN_FROM, INT64_C(1795910400) * S - 1},
    {"10:00Z", &autumn, WHEN_FROM, INT64_C(1795860000) * S},
    /* at +14:00 it is the 29th already, at -12:00 still the 28th */
    {"10:00+14:00", &utc, WHEN_FROM, INT64_C(1795896000) * S},
    {"10:00-12:00", &utc, WHEN_FROM, INT64_C(1795903200) * S},
    /* the clock goes forward: 02:00 to 03:00 are passed over */
    {"2026-03-29 01:59:59", &spring, WHEN_FROM, (SPRING - 1) * S},
    {"2026-03-29 02:00", &spring, WHEN_FROM, SPRING *S},
    {"2026-03-29 02:30", &spring, WHEN_FROM, SPRING *S},
    {"2026-03-29 02:30", &spring, WHEN_TO, SPRING *S},
    {"2026-03-29 02:59:59", &spring, WHEN_FROM, SPRING *S},
    {"2026-03-29 03:00", &spring, WHEN_FROM, SPRING *S},
    {"2026-03-29 03:00:01", &spring, WHEN_TO, (SPRING + 1) * S},
    {"2026-03-28 12:00", &spring, WHEN_FROM, (SPRING - 14 * 3600) * S},
    {"2026-03-29 12:00", &spring, WHEN_FROM, (SPRING + 9 * 3600) * S},
    /* it goes back: 02:00 to 03:00 come twice */
    {"2026-10-25 01:59:59", &autumn, WHEN_TO, (AUTUMN - 3601) * S},
    {"2026-10-25 02:00", &autumn, WHEN_FROM, (AUTUMN - 3600) * S},
    {"2026-10-25 02:00", &autumn, WHEN_TO, AUTUMN *S},
    {"2026-10-25 02:30", &autumn, WHEN_FROM, (AUTUMN - 1800) * S},
    {"2026-10-25 02:30", &autumn, WHEN_TO, (AUTUMN + 1800) * S},
    {"2026-10-25 02:59:59.5", &autumn, WHEN_FROM, AUTUMN *S - S / 2},
    {"2026-10-25 02:59:59.5", &autumn, WHEN_TO, (AUTUMN + 3600) * S - S / 2},
    {"2026-10-25 03:00", &autumn, WHEN_FROM, (AUTUMN + 3600) * S},
    {"2026-10-25 02:30+02:00", &autumn, WHEN_TO, (AUTUMN - 1800) * S},
    {"2026-10-25 02:30+01:00", &autumn, WHEN_FROM, (AUTUMN + 1800) * S},
    {"2026-04-05 01:45", &howe, WHEN_FROM, (HOWE - 900) * S},
    {"2026-04-05 01:45", &howe, WHEN_TO, (HOWE + 900) * S},
    {"2026-04-05 02:00", &howe, WHEN_FROM, (HOWE + 1800) * S},
    /* a day that never was */
    {"2011-12-30 12:00", &samoa, WHEN_FROM, SAMOA *S},
    {"2011-12-29 23:59:59", &samoa, WHEN_FROM, (SAMOA - 1) * S},
    {"2011-12-31 00:00", &samoa, WHEN_FROM, SAMOA *S},
};

static const struct {
	const char *text, *why;
} bad[] = {
    {"", "it is none of the forms of a time"},
    {"yesterday", "it is none of the forms of a time"},
    {"now ", "it is none of the forms of a time"},
    {" now", "it is none of the forms of a time"},
    {"+15m", "it is none of the forms of a time"},
    {"-", "behind - comes a number and s, m, h, d or w"},
    {"-15", "behind - comes a number and s, m, h, d or w"},
    {"-15M", "behind - comes a number and s, m, h, d or w"},
    {"--15m", "behind - comes a number and s, m, h, d or w"},
    {"-99999d", "that is before 1970"},
    {"-30500569w", "that is before 1970"},
    {"1e9", "it is none of the forms of a time"},
    {"12.", "digits are missing behind the point"},
    {"12.1234567890", "more than nine digits behind the point"},
    {"12.5s", "it is none of the forms of a time"},
    {"9223372036", "the time is not from 1970 to 2261"},
    {"99999999999999999999999", "the time is not from 1970 to 2261"},
    {"2026-11", "a date is written YYYY-MM-DD"},
    {"2026-1-2", "a date is written YYYY-MM-DD"},
    {"26-11-28", "a date is written YYYY-MM-DD"},
    {"2026-11-280", "a date is written YYYY-MM-DD"},
    {"1969-12-31", "the year is not from 1970 to 2261"},
    {"2262-01-01", "the year is not from 1970 to 2261"},
    {"2026-00-01", "there is no such day"},
    {"2026-13-01", "there is no such day"},
    {"2026-11-00", "there is no such day"},
    {"2026-11-31", "there is no such day"},
    {"2026-02-29", "there is no such day"},
    {"2026-11-28 ", "a time of day is written HH:MM or HH:MM:SS"},
    {"2026-11-28_10:00", "behind the date comes a blank and a time of day"},
    {"2026-11-28 1:00", "a time of day is written HH:MM or HH:MM:SS"},
    {"2026-11-28 10", "a time of day is written HH:MM or HH:MM:SS"},
    {"2026-11-28 10:0", "a time of day is written HH:MM or HH:MM:SS"},
    {"2026-11-28 10:00:", "a time of day is written HH:MM or HH:MM:SS"},
    {"2026-11-28 24:00", "there is no such time of day"},
    {"2026-11-28 10:60", "there is no such time of day"},
    {"2026-11-28 10:00:60", "there is no such time of day"},
    {"10:00:00.", "digits are missing behind the point"},
    {"2026-11-28 10:00+0199", "behind the time comes Z or an offset such as +01:00"},
    {"10:00 Z", "behind the time comes Z or an offset such as +01:00"},
    {"10:00z", "behind the time comes Z or an offset such as +01:00"},
    {"10:00Zx", "behind the time comes Z or an offset such as +01:00"},
    {"10:00+", "behind the time comes Z or an offset such as +01:00"},
    {"10:00+1", "behind the time comes Z or an offset such as +01:00"},
    {"10:00+01:60", "behind the time comes Z or an offset such as +01:00"},
    {"10:00+01:00x", "behind the time comes Z or an offset such as +01:00"},
    {"10:00+25", "behind the time comes Z or an offset such as +01:00"},
    {"10:00CET", "behind the time comes Z or an offset such as +01:00"},
    {"1970-01-01 00:00+01:00", "the time is not from 1970 to 2261"},
};

static void test_parse(void)
{
	for (size_t i = 0; i < COUNT(good); i++) {
		struct when_zone z = {east, good[i].zone};
		int64_t got = -1;
		const char *why = when_parse(good[i].text, NOW, &z, good[i].edge, &got);

		OK(!why, "'%s' is a time: %s", good[i].text, why ? why : "");
		IS_INT(got, good[i].want, "'%s'%s", good[i].text,
		    good[i].edge == WHEN_FROM ? "" : " as the end");
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct when_zone z = {east, &utc};
		int64_t got = 77;
		const char *why = when_parse(bad[i].text, NOW, &z, WHEN_FROM, &got);

		IS_STR(why ? why : "", bad[i].why, "'%s' is none", bad[i].text);
		IS_INT(got, 77, "'%s' leaves what was there", bad[i].text);
	}
}

static void test_format(void)
{
	struct when_zone z = {east, &utc}, a = {east, &autumn};
	char out[WHEN_TEXT_MAX];

	IS_STR(when_format(NOW, &z, 0, out), "2026-11-28 12:34:56", "without a fraction");
	IS_STR(when_format(NOW, &a, 1, out), "2026-11-28 13:34:56.5", "in a zone");
	IS_STR(
	    when_format(NOW + 123456, &z, 9, out), "2026-11-28 12:34:56.500123456", "all digits");
	IS_STR(when_format(AUTUMN * S - 1, &a, 3, out), "2026-10-25 02:59:59.999",
	    "before the clock is set back, rounded down");
	IS_STR(when_format(AUTUMN * S, &a, 0, out), "2026-10-25 02:00:00", "and behind");
	IS_STR(when_format(-1, &z, 9, out), "1969-12-31 23:59:59.999999999", "before 1970");
	IS_STR(
	    when_format(INT64_MIN, &z, 0, out), "1677-09-21 00:12:43", "the first that there is");
	IS_STR(when_format(INT64_MAX, &z, 9, out), "2262-04-11 23:47:16.854775807", "and the last");
}

static void test_calendar(void)
{
	int64_t year, wrong = 0;
	int month, day;

	for (int64_t days = -300000; days < 300000; days++) {
		calendar_date(days, &year, &month, &day);
		wrong += calendar_days(year, month, day) != days || day < 1 || day > 31;
	}
	IS_INT(wrong, 0, "dates of 1,600 years are days, and back");
	IS_INT(calendar_age(5, -3), 8, "an age");
	IS_INT(calendar_age(5, INT64_MIN), INT64_MAX, "the greatest there is");
	IS_INT(calendar_age(-5, INT64_MAX), INT64_MIN, "and the least");
	calendar_date(20785, &year, &month, &day);
	OK(year == 2026 && month == 11 && day == 28, "a day of them");
}

/* What is written is read as the same moment, also in the hour that comes twice. */
static void test_exact(void)
{
	static const struct {
		int64_t ns;
		struct zone *zone;
		const char *want; /* NULL: it cannot be read */
	} rows[] = {
	    {NOW, &utc, "2026-11-28 12:34:56.5Z"},
	    {NOW + 1, &autumn, "2026-11-28 13:34:56.500000001+01:00"},
	    {INT64_C(1795860000) * S, &autumn, "2026-11-28 11:00:00+01:00"},
	    {(AUTUMN - 1800) * S, &autumn, "2026-10-25 02:30:00+02:00"},
	    {(AUTUMN + 1800) * S, &autumn, "2026-10-25 02:30:00+01:00"},
	    {SPRING * S - 1, &spring, "2026-03-29 01:59:59.999999999+01:00"},
	    {SPRING * S, &spring, "2026-03-29 03:00:00+02:00"},
	    {HOWE * S, &howe, "2026-04-05 01:30:00+10:30"},
	    {SAMOA * S - S, &samoa, "2011-12-29 23:59:59-10:00"},
	    {0, &utc, "1970-01-01 00:00:00Z"},
	    {0, &samoa, "0.000000000"},
	    {INT64_C(9223372035) * S + 999999999, &utc, "9223372035.999999999"},
	    {INT64_MAX, &utc, NULL},
	    {-1, &utc, NULL},
	    {INT64_MIN, &utc, NULL},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct when_zone z = {east, rows[i].zone};
		char out[WHEN_TEXT_MAX] = "";
		const char *text = when_format_exact(rows[i].ns, &z, out);
		int64_t again = -1;

		IS_STR(text ? text : "none", rows[i].want ? rows[i].want : "none", "row %zu", i);
		if (text &&
		    OK(!when_parse(text, NOW, &(struct when_zone){east, &howe}, WHEN_TO, &again),
			"%s", text))
			IS_INT(again, rows[i].ns, "%s", text);
	}
}

int main(void)
{
	test_parse();
	test_format();
	test_calendar();
	test_exact();
	return tap_done();
}
