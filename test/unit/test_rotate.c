/* test_rotate: when a capture file's time is over: by a table of openings and ends, and against an
 * oracle that walks the local clock minute by minute or second by second. */
#include "tap.h"
#include "support.h"

#include <limits.h>
#include <time.h>

#include "capture/rotate.h"

#define HOUR 3600
#define DAY  86400

/* ---- zones ---- */

/* Chooses a time zone; false when it is not installed here. */
static bool zone(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);
	if (access(path, R_OK) != 0)
		return false;
	setenv("TZ", name, 1);
	tzset();
	return true;
}

static long offset_at(time_t t)
{
	struct tm tm;

	localtime_r(&t, &tm);
	return tm.tm_gmtoff;
}

/* "2026-03-29 01:59:59 +0100": the instant, whatever the zone. */
static time_t instant(const char *text)
{
	struct tm tm = {0};
	char sign;
	int h, m, year;

	if (sscanf(text, "%d-%d-%d %d:%d:%d %c%2d%2d", &year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour,
		&tm.tm_min, &tm.tm_sec, &sign, &h, &m) != 9) {
		printf("Bail out! bad instant %s\n", text);
		exit(1);
	}
	tm.tm_year = year - 1900;
	tm.tm_mon--;
	return timegm(&tm) - (sign == '-' ? -1 : 1) * (h * HOUR + m * 60);
}

static const char *show(time_t t, char out[64])
{
	struct tm tm;

	localtime_r(&t, &tm);
	strftime(out, 64, "%Y-%m-%d %H:%M:%S %z", &tm);
	return out;
}

static bool ends(const char *name, const char *rule, time_t opened, time_t want)
{
	struct rotate r;
	struct rotate_period p;
	char a[64], b[64], c[64];
	const char *wrong = rotate_parse(rule, &r);

	if (!OK(!wrong, "%s: rule \"%s\" is known", name, rule))
		return false;
	p = rotate_period(&r, opened, localtime_r);
	if (OK(p.end == want, "%s: %s opened %s", name, rule, show(opened, a)))
		return true;
	printf("# ends %s, should %s\n", show(p.end, b), show(want, c));
	return false;
}

/* ---- the table ---- */

struct row {
	const char *rule, *opened, *end;
};

static void test_rows(const char *name, const struct row *rows, size_t n)
{
	if (!zone(name)) {
		OK(true, "%s: no such zone here # skip", name);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		time_t opened = instant(rows[i].opened);
		char text[64];

		if (strcmp(show(opened, text), rows[i].opened) != 0) {
			OK(true, "%s: the zone data does not know %s # skip", name, rows[i].opened);
			continue;
		}
		ends(name, rows[i].rule, opened, instant(rows[i].end));
	}
}

static const struct row utc[] = {
    /* seconds within the minute */
    {"second", "2026-11-23 01:39:02 +0000", "2026-11-23 01:39:03 +0000"},
    {"second", "2026-12-31 23:59:59 +0000", "2027-01-01 00:00:00 +0000"},
    {"second mod 1", "2026-11-23 01:39:59 +0000", "2026-11-23 01:40:00 +0000"},
    {"second mod 21", "2026-11-23 01:39:00 +0000", "2026-11-23 01:39:21 +0000"},
    {"second mod 21", "2026-11-23 01:39:20 +0000", "2026-11-23 01:39:21 +0000"},
    {"second mod 21", "2026-11-23 01:39:21 +0000", "2026-11-23 01:39:42 +0000"},
    {"second mod 21", "2026-11-23 01:39:42 +0000", "2026-11-23 01:40:00 +0000"},
    {"second mod 59", "2026-11-23 01:39:58 +0000", "2026-11-23 01:39:59 +0000"},
    {"second mod 59", "2026-11-23 01:39:59 +0000", "2026-11-23 01:40:00 +0000"},
    {"second mod 60", "2026-11-23 01:39:00 +0000", "2026-11-23 01:40:00 +0000"},
    {"second mod 60", "2026-11-23 01:39:59 +0000", "2026-11-23 01:40:00 +0000"},
    /* minutes within the hour */
    {"minute", "2026-11-23 01:39:00 +0000", "2026-11-23 01:40:00 +0000"},
    {"minute", "2026-11-23 01:39:59 +0000", "2026-11-23 01:40:00 +0000"},
    {"minute mod 5", "2026-11-23 01:39:59 +0000", "2026-11-23 01:40:00 +0000"},
    {"minute mod 5", "2026-11-23 01:40:00 +0000", "2026-11-23 01:45:00 +0000"},
    {"minute mod 21", "2026-11-23 01:00:00 +0000", "2026-11-23 01:21:00 +0000"},
    {"minute mod 21", "2026-11-23 01:20:59 +0000", "2026-11-23 01:21:00 +0000"},
    {"minute mod 21", "2026-11-23 01:21:00 +0000", "2026-11-23 01:42:00 +0000"},
    {"minute mod 21", "2026-11-23 01:42:00 +0000", "2026-11-23 02:00:00 +0000"},
    {"minute mod 21", "2026-11-23 23:59:59 +0000", "2026-11-24 00:00:00 +0000"},
    {"minute mod 60", "2026-11-23 01:00:00 +0000", "2026-11-23 02:00:00 +0000"},
    {"minute mod 60", "2026-11-23 01:59:59 +0000", "2026-11-23 02:00:00 +0000"},
    /* hours within the day */
    {"hour", "2026-11-23 01:39:02 +0000", "2026-11-23 02:00:00 +0000"},
    {"hour", "2026-11-23 23:39:02 +0000", "2026-11-24 00:00:00 +0000"},
    {"hour mod 5", "2026-11-23 04:59:59 +0000", "2026-11-23 05:00:00 +0000"},
    {"hour mod 5", "2026-11-23 05:00:00 +0000", "2026-11-23 10:00:00 +0000"},
    {"hour mod 5", "2026-11-23 20:00:00 +0000", "2026-11-24 00:00:00 +0000"},
    {"hour mod 12", "2026-11-23 11:00:00 +0000", "2026-11-23 12:00:00 +0000"},
    {"hour mod 24", "2026-11-23 00:00:00 +0000", "2026-11-24 00:00:00 +0000"},
    {"hour mod 24", "2026-11-23 23:59:59 +0000", "2026-11-24 00:00:00 +0000"},
    /* days within the month, from the 1st */
    {"day", "2026-11-23 00:00:00 +0000", "2026-11-24 00:00:00 +0000"},
    {"day", "2026-11-23 23:59:59 +0000", "2026-11-24 00:00:00 +0000"},
    {"day", "2026-11-30 12:00:00 +0000", "2026-12-01 00:00:00 +0000"},
    {"day", "2026-12-31 12:00:00 +0000", "2027-01-01 00:00:00 +0000"},
    {"day", "2026-02-28 12:00:00 +0000", "2026-03-01 00:00:00 +0000"},
    {"day", "2028-02-28 12:00:00 +0000", "2028-02-29 00:00:00 +0000"},
    {"day", "2028-02-29 12:00:00 +0000", "2028-03-01 00:00:00 +0000"},
    {"day", "2000-02-28 12:00:00 +0000", "2000-02-29 00:00:00 +0000"},
    {"day", "2100-02-28 12:00:00 +0000", "2100-03-01 00:00:00 +0000"},
    {"day mod 2", "2026-11-01 00:00:00 +0000", "2026-11-03 00:00:00 +0000"},
    {"day mod 2", "2026-11-02 00:00:00 +0000", "2026-11-03 00:00:00 +0000"},
    {"day mod 2", "2026-11-29 00:00:00 +0000", "2026-12-01 00:00:00 +0000"},
    {"day mod 2", "2026-10-31 00:00:00 +0000", "2026-11-01 00:00:00 +0000"},
    {"day mod 2", "2028-02-29 00:00:00 +0000", "2028-03-01 00:00:00 +0000"},
    {"day mod 7", "2026-11-01 00:00:00 +0000", "2026-11-08 00:00:00 +0000"},
    {"day mod 7", "2026-11-22 00:00:00 +0000", "2026-11-29 00:00:00 +0000"},
    {"day mod 7", "2026-11-29 00:00:00 +0000", "2026-12-01 00:00:00 +0000"},
    {"day mod 7", "2026-02-22 00:00:00 +0000", "2026-03-01 00:00:00 +0000"},
    {"day mod 14", "2100-02-15 00:00:00 +0000", "2100-03-01 00:00:00 +0000"},
    {"day mod 28", "2000-02-05 00:00:00 +0000", "2000-02-29 00:00:00 +0000"},
    {"day mod 28", "2100-02-05 00:00:00 +0000", "2100-03-01 00:00:00 +0000"},
    {"day mod 30", "2026-10-30 23:59:59 +0000", "2026-10-31 00:00:00 +0000"},
    {"day mod 31", "2026-10-31 23:59:59 +0000", "2026-11-01 00:00:00 +0000"},
    {"day mod 31", "2026-02-01 00:00:00 +0000", "2026-03-01 00:00:00 +0000"},
    /* months within the year */
    {"month", "2026-01-31 23:59:59 +0000", "2026-02-01 00:00:00 +0000"},
    {"month", "2026-01-31 00:00:00 +0000", "2026-02-01 00:00:00 +0000"},
    {"month", "2026-12-01 00:00:00 +0000", "2027-01-01 00:00:00 +0000"},
    {"month mod 2", "2026-01-01 00:00:00 +0000", "2026-03-01 00:00:00 +0000"},
    {"month mod 2", "2026-02-01 00:00:00 +0000", "2026-03-01 00:00:00 +0000"},
    {"month mod 3", "2026-11-23 00:00:00 +0000", "2027-01-01 00:00:00 +0000"},
    {"month mod 3", "2026-06-30 23:59:59 +0000", "2026-07-01 00:00:00 +0000"},
    {"month mod 5", "2026-05-31 00:00:00 +0000", "2026-06-01 00:00:00 +0000"},
    {"month mod 5", "2026-11-01 00:00:00 +0000", "2027-01-01 00:00:00 +0000"},
    {"month mod 7", "2026-07-31 12:00:00 +0000", "2026-08-01 00:00:00 +0000"},
    {"month mod 12", "2026-01-01 00:00:00 +0000", "2027-01-01 00:00:00 +0000"},
    {"month mod 12", "2026-12-31 23:59:59 +0000", "2027-01-01 00:00:00 +0000"},
    /* years from 0 */
    {"year", "2026-01-01 00:00:00 +0000", "2027-01-01 00:00:00 +0000"},
    {"year", "2026-12-31 23:59:59 +0000", "2027-01-01 00:00:00 +0000"},
    {"year", "2028-02-29 12:00:00 +0000", "2029-01-01 00:00:00 +0000"},
    {"year mod 2", "2026-11-23 00:00:00 +0000", "2028-01-01 00:00:00 +0000"},
    {"year mod 2", "2027-11-23 00:00:00 +0000", "2028-01-01 00:00:00 +0000"},
    {"year mod 4", "2026-11-23 00:00:00 +0000", "2028-01-01 00:00:00 +0000"},
    {"year mod 5", "2026-11-23 00:00:00 +0000", "2030-01-01 00:00:00 +0000"},
    {"year mod 10", "2029-12-31 23:59:59 +0000", "2030-01-01 00:00:00 +0000"},
    {"year mod 100", "2026-11-23 00:00:00 +0000", "2100-01-01 00:00:00 +0000"},
    {"year mod 100", "1999-12-31 00:00:00 +0000", "2000-01-01 00:00:00 +0000"},
    {"year mod 1000", "2026-11-23 00:00:00 +0000", "3000-01-01 00:00:00 +0000"},
    {"year mod 2026", "2026-11-23 00:00:00 +0000", "4052-01-01 00:00:00 +0000"},
    {"year mod 2027", "2026-11-23 00:00:00 +0000", "2027-01-01 00:00:00 +0000"},
    {"year mod 9999", "2026-11-23 00:00:00 +0000", "9999-01-01 00:00:00 +0000"},
    /* the epoch, 2038, and beyond 32 bits */
    {"day", "1970-01-01 00:00:00 +0000", "1970-01-02 00:00:00 +0000"},
    {"second", "2038-01-19 03:14:07 +0000", "2038-01-19 03:14:08 +0000"},
    {"minute", "2038-01-19 03:14:07 +0000", "2038-01-19 03:15:00 +0000"},
    {"hour", "2038-01-19 03:14:08 +0000", "2038-01-19 04:00:00 +0000"},
    {"day", "2038-01-19 03:14:07 +0000", "2038-01-20 00:00:00 +0000"},
    {"month", "2038-01-19 03:14:07 +0000", "2038-02-01 00:00:00 +0000"},
    {"year", "2038-01-19 03:14:07 +0000", "2039-01-01 00:00:00 +0000"},
    {"day", "2106-02-07 06:28:15 +0000", "2106-02-08 00:00:00 +0000"},
    {"month", "2400-02-29 06:28:15 +0000", "2400-03-01 00:00:00 +0000"},
};

static const struct row berlin[] = {
    /* 2026-03-29: from 02:00 +0100 to 03:00 +0200 */
    {"second", "2026-03-29 01:59:59 +0100", "2026-03-29 03:00:00 +0200"},
    {"second mod 7", "2026-03-29 01:59:58 +0100", "2026-03-29 03:00:00 +0200"},
    {"minute", "2026-03-29 01:59:00 +0100", "2026-03-29 03:00:00 +0200"},
    {"minute mod 50", "2026-03-29 01:55:00 +0100", "2026-03-29 03:00:00 +0200"},
    {"hour", "2026-03-29 01:00:00 +0100", "2026-03-29 03:00:00 +0200"},
    {"hour mod 2", "2026-03-29 00:00:00 +0100", "2026-03-29 03:00:00 +0200"},
    {"hour mod 2", "2026-03-29 03:00:00 +0200", "2026-03-29 04:00:00 +0200"},
    {"hour mod 3", "2026-03-29 00:00:00 +0100", "2026-03-29 03:00:00 +0200"},
    {"hour mod 4", "2026-03-29 00:00:00 +0100", "2026-03-29 04:00:00 +0200"},
    {"hour mod 24", "2026-03-29 00:00:00 +0100", "2026-03-30 00:00:00 +0200"},
    {"hour mod 24", "2026-03-28 12:00:00 +0100", "2026-03-29 00:00:00 +0100"},
    {"day", "2026-03-29 00:00:00 +0100", "2026-03-30 00:00:00 +0200"},
    {"day", "2026-03-28 23:59:59 +0100", "2026-03-29 00:00:00 +0100"},
    {"day mod 31", "2026-03-01 00:00:00 +0100", "2026-04-01 00:00:00 +0200"},
    {"month", "2026-03-01 00:00:00 +0100", "2026-04-01 00:00:00 +0200"},
    {"month mod 6", "2026-01-01 00:00:00 +0100", "2026-07-01 00:00:00 +0200"},
    {"year", "2026-07-01 00:00:00 +0200", "2027-01-01 00:00:00 +0100"},
    /* 2026-10-25: from 03:00 +0200 back to 02:00 +0100 */
    {"second mod 7", "2026-10-25 02:59:57 +0200", "2026-10-25 02:00:00 +0100"},
    {"minute", "2026-10-25 02:59:00 +0200", "2026-10-25 02:00:00 +0100"},
    {"minute mod 40", "2026-10-25 02:40:00 +0200", "2026-10-25 02:00:00 +0100"},
    {"hour", "2026-10-25 01:30:00 +0200", "2026-10-25 02:00:00 +0200"},
    {"hour", "2026-10-25 02:30:00 +0200", "2026-10-25 02:00:00 +0100"},
    {"hour", "2026-10-25 02:30:00 +0100", "2026-10-25 03:00:00 +0100"},
    {"hour mod 2", "2026-10-25 02:00:00 +0200", "2026-10-25 02:00:00 +0100"},
    {"hour mod 2", "2026-10-25 02:00:00 +0100", "2026-10-25 04:00:00 +0100"},
    {"hour mod 3", "2026-10-25 00:00:00 +0200", "2026-10-25 02:00:00 +0100"},
    {"hour mod 3", "2026-10-25 00:30:00 +0200", "2026-10-25 02:30:00 +0100"},
    {"hour mod 3", "2026-10-25 02:30:00 +0200", "2026-10-25 03:00:00 +0100"},
    {"hour mod 6", "2026-10-25 00:00:00 +0200", "2026-10-25 05:00:00 +0100"},
    {"hour mod 24", "2026-10-25 00:00:00 +0200", "2026-10-25 23:00:00 +0100"},
    {"hour mod 24", "2026-10-25 00:59:59 +0200", "2026-10-25 23:59:59 +0100"},
    {"hour mod 24", "2026-10-25 01:00:00 +0200", "2026-10-26 00:00:00 +0100"},
    {"day", "2026-10-25 00:00:00 +0200", "2026-10-26 00:00:00 +0100"},
    {"day", "2026-10-25 02:30:00 +0200", "2026-10-26 00:00:00 +0100"},
    {"day mod 5", "2026-10-21 00:00:00 +0200", "2026-10-26 00:00:00 +0100"},
    {"month", "2026-10-01 00:00:00 +0200", "2026-11-01 00:00:00 +0100"},
    {"month mod 12", "2026-03-01 00:00:00 +0100", "2027-01-01 00:00:00 +0100"},
    /* the rule for daylight saving goes on after 2037 */
    {"day", "2039-03-27 00:00:00 +0100", "2039-03-28 00:00:00 +0200"},
    {"hour mod 24", "2039-10-30 00:00:00 +0200", "2039-10-30 23:00:00 +0100"},
    {"day", "2100-02-28 00:00:00 +0100", "2100-03-01 00:00:00 +0100"},
};

static const struct row new_york[] = {
    /* 2026-03-08: from 02:00 -0500 to 03:00 -0400 */
    {"minute mod 15", "2026-03-08 01:45:00 -0500", "2026-03-08 03:00:00 -0400"},
    {"hour", "2026-03-08 01:30:00 -0500", "2026-03-08 03:00:00 -0400"},
    {"hour mod 2", "2026-03-08 01:30:00 -0500", "2026-03-08 03:00:00 -0400"},
    {"hour mod 12", "2026-03-08 00:00:00 -0500", "2026-03-08 12:00:00 -0400"},
    {"day", "2026-03-08 00:00:00 -0500", "2026-03-09 00:00:00 -0400"},
    {"month", "2026-03-01 00:00:00 -0500", "2026-04-01 00:00:00 -0400"},
    /* 2026-11-01: from 02:00 -0400 back to 01:00 -0500 */
    {"minute", "2026-11-01 01:59:30 -0400", "2026-11-01 01:00:00 -0500"},
    {"hour", "2026-11-01 01:15:00 -0400", "2026-11-01 01:00:00 -0500"},
    {"hour mod 2", "2026-11-01 00:00:00 -0400", "2026-11-01 01:00:00 -0500"},
    {"hour mod 2", "2026-11-01 01:30:00 -0400", "2026-11-01 02:00:00 -0500"},
    {"hour mod 12", "2026-11-01 00:00:00 -0400", "2026-11-01 11:00:00 -0500"},
    {"day", "2026-11-01 00:00:00 -0400", "2026-11-02 00:00:00 -0500"},
    {"month", "2026-11-01 00:00:00 -0400", "2026-12-01 00:00:00 -0500"},
    {"year", "2026-11-01 00:00:00 -0400", "2027-01-01 00:00:00 -0500"},
};

static const struct row lord_howe[] = {
    /* 2026-10-04: from 02:00 +1030 to 02:30 +1100 */
    {"minute mod 20", "2026-10-04 01:40:00 +1030", "2026-10-04 02:30:00 +1100"},
    {"minute mod 20", "2026-10-04 02:30:00 +1100", "2026-10-04 02:40:00 +1100"},
    {"hour", "2026-10-04 01:10:00 +1030", "2026-10-04 02:30:00 +1100"},
    {"hour", "2026-10-04 02:30:00 +1100", "2026-10-04 03:00:00 +1100"},
    {"hour mod 2", "2026-10-04 00:00:00 +1030", "2026-10-04 02:30:00 +1100"},
    {"day", "2026-10-04 00:00:00 +1030", "2026-10-05 00:00:00 +1100"},
    /* 2026-04-05: from 02:00 +1100 back to 01:30 +1030 */
    {"minute mod 20", "2026-04-05 01:40:00 +1100", "2026-04-05 01:30:00 +1030"},
    {"minute mod 30", "2026-04-05 01:30:00 +1100", "2026-04-05 01:30:00 +1030"},
    {"minute mod 45", "2026-04-05 01:45:00 +1100", "2026-04-05 01:45:00 +1030"},
    {"minute mod 45", "2026-04-05 01:50:00 +1100", "2026-04-05 01:45:00 +1030"},
    {"hour", "2026-04-05 01:00:00 +1100", "2026-04-05 01:30:00 +1030"},
    {"hour", "2026-04-05 01:45:00 +1100", "2026-04-05 02:00:00 +1030"},
    {"hour mod 2", "2026-04-05 00:00:00 +1100", "2026-04-05 01:30:00 +1030"},
    {"day", "2026-04-05 00:00:00 +1100", "2026-04-06 00:00:00 +1030"},
};

static const struct row sao_paulo[] = {
    /* 2018-11-04: from 00:00 -0300 to 01:00 -0200: this day has no midnight */
    {"minute mod 30", "2018-11-03 23:30:00 -0300", "2018-11-04 01:00:00 -0200"},
    {"hour", "2018-11-03 23:10:00 -0300", "2018-11-04 01:00:00 -0200"},
    {"hour mod 4", "2018-11-03 20:00:00 -0300", "2018-11-04 01:00:00 -0200"},
    {"hour mod 4", "2018-11-04 01:00:00 -0200", "2018-11-04 04:00:00 -0200"},
    {"day", "2018-11-03 12:00:00 -0300", "2018-11-04 01:00:00 -0200"},
    {"day", "2018-11-04 01:00:00 -0200", "2018-11-05 00:00:00 -0200"},
    {"day mod 3", "2018-11-01 12:00:00 -0300", "2018-11-04 01:00:00 -0200"},
    {"day mod 4", "2018-11-01 12:00:00 -0300", "2018-11-05 00:00:00 -0200"},
    {"month", "2018-11-01 00:00:00 -0300", "2018-12-01 00:00:00 -0200"},
    /* 2018-02-18: from 00:00 -0200 back to 23:00 -0300 the day before */
    {"hour", "2018-02-17 23:30:00 -0200", "2018-02-17 23:00:00 -0300"},
    {"hour mod 24", "2018-02-17 00:00:00 -0200", "2018-02-17 23:00:00 -0300"},
    {"day", "2018-02-17 12:00:00 -0200", "2018-02-18 00:00:00 -0300"},
    {"day", "2018-02-17 23:30:00 -0200", "2018-02-18 00:00:00 -0300"},
    {"day", "2018-02-17 23:30:00 -0300", "2018-02-18 00:00:00 -0300"},
};

static const struct row kolkata[] = {
    {"minute mod 30", "2026-03-29 01:45:00 +0530", "2026-03-29 02:00:00 +0530"},
    {"hour", "2026-03-29 01:45:00 +0530", "2026-03-29 02:00:00 +0530"},
    {"hour mod 24", "2026-03-29 00:00:00 +0530", "2026-03-30 00:00:00 +0530"},
    {"day", "2026-10-25 12:00:00 +0530", "2026-10-26 00:00:00 +0530"},
    {"month", "2026-10-31 23:59:59 +0530", "2026-11-01 00:00:00 +0530"},
    {"year", "2026-10-31 23:59:59 +0530", "2027-01-01 00:00:00 +0530"},
};

static const struct row cairo[] = {
    /* 2023-04-28: from 00:00 +0200 to 01:00 +0300 */
    {"hour", "2023-04-27 23:15:00 +0200", "2023-04-28 01:00:00 +0300"},
    {"day", "2023-04-27 00:00:00 +0200", "2023-04-28 01:00:00 +0300"},
    {"day", "2023-04-28 01:00:00 +0300", "2023-04-29 00:00:00 +0300"},
    {"day mod 9", "2023-04-20 00:00:00 +0200", "2023-04-28 01:00:00 +0300"},
    /* 2023-10-27: from 00:00 +0300 back to 23:00 +0200 the day before */
    {"hour", "2023-10-26 23:15:00 +0300", "2023-10-26 23:00:00 +0200"},
    {"hour mod 3", "2023-10-26 21:00:00 +0300", "2023-10-26 23:00:00 +0200"},
    {"day", "2023-10-26 12:00:00 +0300", "2023-10-27 00:00:00 +0200"},
    {"day", "2023-10-26 23:59:59 +0300", "2023-10-27 00:00:00 +0200"},
};

static const struct row st_johns[] = {
    /* 2010-03-14: from 00:01 -0330 to 01:01 -0230 */
    {"minute", "2010-03-14 00:00:30 -0330", "2010-03-14 01:01:00 -0230"},
    {"minute mod 10", "2010-03-14 00:00:00 -0330", "2010-03-14 01:01:00 -0230"},
    {"hour", "2010-03-14 00:00:00 -0330", "2010-03-14 01:01:00 -0230"},
    {"hour", "2010-03-14 01:01:00 -0230", "2010-03-14 02:00:00 -0230"},
    {"day", "2010-03-13 12:00:00 -0330", "2010-03-14 00:00:00 -0330"},
    {"day", "2010-03-14 00:00:00 -0330", "2010-03-15 00:00:00 -0230"},
    /* 2010-11-07: from 00:01 -0230 back to 23:01 -0330 the day before: two midnights */
    {"minute", "2010-11-07 00:00:30 -0230", "2010-11-06 23:01:00 -0330"},
    {"minute mod 10", "2010-11-07 00:00:30 -0230", "2010-11-06 23:10:00 -0330"},
    {"hour", "2010-11-07 00:00:30 -0230", "2010-11-07 00:00:00 -0330"},
    {"day", "2010-11-06 12:00:00 -0230", "2010-11-07 00:00:00 -0230"},
    {"day", "2010-11-07 00:00:00 -0230", "2010-11-07 00:00:00 -0330"},
    {"day", "2010-11-06 23:30:00 -0330", "2010-11-07 00:00:00 -0330"},
    {"day", "2010-11-07 00:00:00 -0330", "2010-11-08 00:00:00 -0330"},
};

static const struct row apia[] = {
    /* 2011-12-30 does not exist here */
    {"day", "2011-12-29 12:00:00 -1000", "2011-12-31 00:00:00 +1400"},
    {"day mod 29", "2011-12-05 12:00:00 -1000", "2011-12-31 00:00:00 +1400"},
    {"day mod 31", "2011-12-05 12:00:00 -1000", "2012-01-01 00:00:00 +1400"},
    {"hour mod 7", "2011-12-29 21:00:00 -1000", "2011-12-31 00:00:00 +1400"},
};

/* ---- the oracle ---- */

/* The offsets of a zone over the years that are tested, so that walking the clock is cheap. */
struct segment {
	time_t from;
	long offset;
};
static struct segment segments[512];
static size_t nsegments;

static void learn_zone(time_t from, time_t to)
{
	long before = offset_at(from);

	nsegments = 1;
	segments[0] = (struct segment){from, before};
	for (time_t t = from; t < to; t += 6 * HOUR) {
		time_t low = t, high = t + 6 * HOUR;

		if (offset_at(high) == before)
			continue;
		while (high - low > 1) {
			time_t middle = low + (high - low) / 2;

			if (offset_at(middle) == before)
				low = middle;
			else
				high = middle;
		}
		before = offset_at(high);
		if (nsegments < COUNT(segments))
			segments[nsegments++] = (struct segment){high, before};
	}
}

/* What the local clock shows, as seconds since its own 1970. */
static time_t shown(time_t t, size_t *hint)
{
	while (*hint + 1 < nsegments && segments[*hint + 1].from <= t)
		++*hint;
	return t + segments[*hint].offset;
}

/* A number of the period that holds this local time; it rises with every boundary. */
static int64_t period_of(const struct rotate *r, time_t local)
{
	struct tm tm;
	int64_t year, n = r->mod;

	switch (r->unit) {
	case ROTATE_SECOND:
		return local / 60 * 60 + local % 60 / n;
	case ROTATE_MINUTE:
		return local / HOUR * 60 + local % HOUR / 60 / n;
	case ROTATE_HOUR:
		return local / DAY * 24 + local % DAY / HOUR / n;
	default:
		break;
	}
	gmtime_r(&local, &tm);
	year = tm.tm_year + 1900;
	switch (r->unit) {
	case ROTATE_DAY:
		return (year * 12 + tm.tm_mon) * 31 + (tm.tm_mday - 1) / n;
	case ROTATE_MONTH:
		return year * 12 + tm.tm_mon / n;
	default:
		return year / n;
	}
}

static time_t oracle(const struct rotate *r, time_t opened)
{
	time_t step = r->unit == ROTATE_SECOND ? 1 : 60, t = opened - opened % step + step;
	time_t span = r->unit == ROTATE_SECOND ? 1 : r->unit == ROTATE_MINUTE ? 60 : HOUR;
	size_t hint = 0;

	for (;; t += step) {
		time_t before = shown(t - 1, &hint), now = shown(t, &hint);

		/* Days, months and years begin with a day: save the calendar. */
		if (r->unit >= ROTATE_DAY && before / DAY == now / DAY && now > before &&
		    now % DAY != 0)
			continue;
		if (now > before ? period_of(r, now) > period_of(r, before)
				 : period_of(r, now) != period_of(r, now - 1))
			break;
	}
	if (r->unit <= ROTATE_HOUR && t > opened + span * r->mod)
		t = opened + span * r->mod;
	return t;
}

static const unsigned mod_max[] = {0, 60, 60, 24, 31, 12, 3};

static void test_oracle(const char *name, uint64_t seed)
{
	time_t from = 1104537600 /* 2005 */, to = 2335219200 /* 2044 */;
	unsigned wrong = 0, tried = 0, openings[] = {0, 400, 300, 300, 80, 12, 3};

	if (!zone(name)) {
		OK(true, "%s: no such zone here # skip", name);
		return;
	}
	learn_zone(from - DAY, to + 4 * 366 * DAY);
	random_seed(seed);
	for (unsigned unit = ROTATE_SECOND; unit <= ROTATE_YEAR; unit++) {
		for (unsigned i = 0; i < openings[unit]; i++) {
			struct rotate r = {
			    (enum rotate_unit)unit, 1 + (unsigned)random_below(mod_max[unit])};
			time_t opened, want;
			struct rotate_period p;
			char a[64], b[64], c[64], text[ROTATE_TEXT_MAX];

			/* Half of the openings are not long before a change of the clock. */
			if (i % 2 && nsegments > 1)
				opened = segments[1 + random_below(nsegments - 1)].from - 2 * HOUR +
					 (time_t)random_below(4 * HOUR) -
					 (i % 4 == 1 ? (time_t)random_below(DAY) : 0);
			else
				opened = from + (time_t)random_below((uint64_t)(to - from));
			if (opened > to)
				opened = to;
			if (i % 3 == 0)
				opened -= opened % 60;
			want = oracle(&r, opened);
			p = rotate_period(&r, opened, localtime_r);
			tried++;
			if (p.end == want)
				continue;
			if (wrong++ < 5)
				printf("# %s opened %s ends %s, should %s\n",
				    rotate_format(&r, text), show(opened, a), show(p.end, b),
				    show(want, c));
		}
	}
	IS_INT(wrong, 0, "%s: %u random openings end where the clock says (seed %" PRIu64 ")", name,
	    tried, seed);
}

/* The oracle itself believes in segments: the same second by second with the C library alone. */
static void test_oracle_seconds(void)
{
	unsigned wrong = 0;

	if (!zone("Australia/Lord_Howe")) {
		OK(true, "Australia/Lord_Howe: no such zone here # skip");
		return;
	}
	random_seed(38);
	for (unsigned i = 0; i < 60; i++) {
		struct rotate r = {
		    i % 2 ? ROTATE_MINUTE : ROTATE_HOUR, 1 + (unsigned)random_below(6)};
		time_t opened =
		    instant(i % 3 ? "2026-10-04 01:00:00 +1030" : "2026-04-05 01:00:00 +1100") +
		    (time_t)random_below(2 * HOUR);
		time_t end = opened + (r.unit == ROTATE_HOUR ? HOUR : 60) * (time_t)r.mod;
		time_t t = opened;
		struct tm tm;
		time_t before, now = t + offset_at(t);

		do {
			before = now;
			localtime_r(&(time_t){++t}, &tm);
			now = t + tm.tm_gmtoff;
		} while (t < end && (now > before ? period_of(&r, now) == period_of(&r, before)
						  : period_of(&r, now) == period_of(&r, now - 1)));
		wrong += rotate_period(&r, opened, localtime_r).end != t;
	}
	IS_INT(wrong, 0, "second by second around the changes of Australia/Lord_Howe (seed 38)");
}

/* Every second around the two changes: the end is after the opening and, for short periods, not
 * later than their length; and a file opened at the end belongs to another period. */
static void test_bounds(const char *name)
{
	static const struct rotate rules[] = {{ROTATE_SECOND, 1}, {ROTATE_SECOND, 7},
	    {ROTATE_SECOND, 60}, {ROTATE_MINUTE, 1}, {ROTATE_MINUTE, 25}, {ROTATE_MINUTE, 60},
	    {ROTATE_HOUR, 1}, {ROTATE_HOUR, 5}, {ROTATE_HOUR, 24}};
	static const time_t length[] = {0, 1, 60, HOUR};
	unsigned early = 0, late = 0;

	if (!zone(name)) {
		OK(true, "%s: no such zone here # skip", name);
		return;
	}
	learn_zone(1767225600 /* 2026 */, 1798761600 /* 2027 */);
	for (size_t s = 0; s < nsegments; s++)
		for (size_t i = 0; i < COUNT(rules); i++)
			for (time_t t = segments[s].from - 70; t < segments[s].from + 70; t++) {
				struct rotate_period p = rotate_period(&rules[i], t, localtime_r);

				early += p.end <= t;
				late += p.end > t + length[rules[i].unit] * (time_t)rules[i].mod;
			}
	IS_INT(early, 0, "%s: no period ends before it began", name);
	IS_INT(late, 0, "%s: no second, minute or hour period is longer than its length", name);
}

/* A zone that shows leap seconds: 2016-12-31 ended with 23:59:60, its second 1483228826. */
static void test_leap_second(void)
{
	static const struct {
		struct rotate rule;
		time_t opened, end;
	} rows[] = {{{ROTATE_SECOND, 1}, 1483228825, 1483228826},
	    {{ROTATE_SECOND, 1}, 1483228826, 1483228827}, {{ROTATE_DAY, 1}, 1483185600, 1483228827},
	    {{ROTATE_DAY, 1}, 1483228826, 1483228827}, {{ROTATE_MONTH, 1}, 1483185600, 1483228827},
	    {{ROTATE_YEAR, 1}, 1483185600, 1483228827}, {{ROTATE_YEAR, 1}, 1483228826, 1483228827}};
	struct tm tm;
	unsigned bad = 0;

	if (!zone("right/UTC") || (localtime_r(&(time_t){1483228826}, &tm), tm.tm_sec != 60)) {
		OK(true, "right/UTC: no such zone here # skip");
		return;
	}
	for (size_t i = 0; i < COUNT(rows); i++)
		IS_INT(rotate_period(&rows[i].rule, rows[i].opened, localtime_r).end, rows[i].end,
		    "leap second: unit %d opened at %jd", rows[i].rule.unit,
		    (intmax_t)rows[i].opened);
	for (int unit = ROTATE_SECOND; unit <= ROTATE_YEAR; unit++)
		for (time_t t = 1483228826 - 100; t < 1483228826 + 100; t++) {
			struct rotate r = {(enum rotate_unit)unit, 1};
			struct rotate_period p = rotate_period(&r, t, localtime_r);

			bad += p.end <= t || (unit == ROTATE_SECOND && p.end > t + 1) ||
			       (unit == ROTATE_MINUTE && p.end > t + 60) ||
			       (unit == ROTATE_HOUR && p.end > t + HOUR);
		}
	IS_INT(bad, 0, "around a leap second every period has an end after its opening");
}

/* ---- clock steps ---- */

static void test_due(void)
{
	static const struct {
		const char *rule;
		time_t period; /* at least */
		time_t slack;  /* more than a period in any case */
	} rows[] = {{"second", 1, 1}, {"second mod 21", 21, 1}, {"minute", 60, 1},
	    {"minute mod 21", 21 * 60, 1}, {"hour", HOUR, 1}, {"hour mod 24", DAY, 1},
	    {"day", DAY, 2 * HOUR}, {"day mod 7", 7 * DAY, 2 * HOUR}, {"month", 28 * DAY, 4 * DAY},
	    {"month mod 3", 89 * DAY, 5 * DAY}, {"year", 365 * DAY, 2 * DAY},
	    {"year mod 10", 3652 * DAY, 10 * DAY}};
	time_t opened;

	if (!zone("Europe/Berlin"))
		zone("UTC");
	opened = instant("2026-11-23 02:39:02 +0100");
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *rule = rows[i].rule;
		struct rotate r;
		struct rotate_period p;

		OK(!rotate_parse(rule, &r), "%s", rule);
		p = rotate_period(&r, opened, localtime_r);
		OK(!rotate_due(&p, opened), "%s: not due at the opening", rule);
		OK(!rotate_due(&p, p.end - 1), "%s: not due in the last second", rule);
		OK(rotate_due(&p, p.end), "%s: due at the end", rule);
		OK(rotate_due(&p, p.end + 1000000), "%s: due after the end", rule);
		OK(!rotate_due(&p, opened - 1), "%s: not due one second back", rule);
		OK(!rotate_due(&p, opened - rows[i].period / 2), "%s: not due half a period back",
		    rule);
		OK(rotate_due(&p, opened - rows[i].period - rows[i].slack),
		    "%s: due more than a period back", rule);
		OK(rotate_due(&p, 0), "%s: due in 1970", rule);
	}
}

/* A clock that steps back: the new file's period holds its own opening, so one file comes of it. */
static void test_no_storm(void)
{
	static const char *const rules[] = {
	    "second mod 30", "minute", "hour", "day", "month", "year"};
	unsigned storms = 0;

	for (size_t i = 0; i < COUNT(rules); i++) {
		struct rotate r;
		struct rotate_period p;
		time_t opened = 1794000000, back = opened - 3 * 366 * DAY;

		if (rotate_parse(rules[i], &r))
			continue;
		p = rotate_period(&r, opened, localtime_r);
		OK(rotate_due(&p, back), "%s: three years back start a file", rules[i]);
		p = rotate_period(&r, back, localtime_r);
		for (time_t t = back; t<p.end; t += p.end - back> 1000 ? 997 : 1)
			storms += rotate_due(&p, t);
	}
	IS_INT(storms, 0, "after a step back one file a period");
}

static void test_never(void)
{
	struct rotate r;
	struct rotate_period p;
	static const time_t opened[] = {0, 1, 1794000000, 2147483647, 4294967296, 253402300799};
	char text[ROTATE_TEXT_MAX];

	OK(!rotate_parse("never", &r), "never is known");
	IS_INT(r.unit, ROTATE_NEVER, "never is a unit");
	IS_STR(rotate_format(&r, text), "never", "never is formatted");
	for (size_t i = 0; i < COUNT(opened); i++) {
		p = rotate_period(&r, opened[i], localtime_r);
		OK(!rotate_due(&p, opened[i]) && !rotate_due(&p, 0) && !rotate_due(&p, 1) &&
			!rotate_due(&p, opened[i] + 100 * 366 * (time_t)DAY) &&
			!rotate_due(&p, 253402300799),
		    "never opened at %jd is never due", (intmax_t)opened[i]);
	}
}

/* ---- another clock than localtime_r ---- */

/* A clock 90 minutes ahead, that no zone has. */
static struct tm *given_clock(const time_t *when, struct tm *out)
{
	time_t t = *when + 5400;

	gmtime_r(&t, out);
	out->tm_gmtoff = 5400;
	return out;
}

static void test_given_clock(void)
{
	struct rotate r = {ROTATE_HOUR, 1};
	time_t opened = 1794000000; /* 21:20 UTC, 22:50 by that clock */

	zone("UTC");
	IS_INT(rotate_period(&r, opened, given_clock).end, opened + 600,
	    "the clock that is given counts, not the zone");
	r = (struct rotate){ROTATE_DAY, 1};
	IS_INT(rotate_period(&r, opened, given_clock).end, opened + HOUR + 600,
	    "the clock that is given counts for days too");
}

/* A clock that is 15 hours ahead from 10:00 to 15:00 UTC of 2026-11-06. */
static struct tm *leaping_clock(const time_t *when, struct tm *out)
{
	time_t t = *when, noon = 1793966400;

	return gmtime_r(
	    &(time_t){t >= noon - 2 * HOUR && t < noon + 3 * HOUR ? t + 15 * HOUR : t}, out);
}

static void test_leap_and_back(void)
{
	struct rotate r = {ROTATE_DAY, 1};

	IS_INT(rotate_period(&r, 1793966400 - 11 * HOUR, leaping_clock).end, 1793966400 - 2 * HOUR,
	    "a clock that leaps to the next day, and back, ends the day when it leaps");
}

/* ---- text ---- */

static void test_text(void)
{
	static const struct {
		const char *name;
		unsigned max;
	} units[] = {{"never", 0}, {"second", 60}, {"minute", 60}, {"hour", 24}, {"day", 31},
	    {"month", 12}, {"year", 9999}};
	static const char *const bad[] = {"", " ", "never mod 1", "never ", "Never", "NEVER",
	    "seconds", "sec", "minute mod", "minute mod ", "minute mod 5 ", " minute", "minute ",
	    "minute mod -5", "minute mod +5", "minute mod 0", "minute mod 5x", "minute mod x",
	    "minute mod 5.0", "minute mod 0x5", "minutemod 5", "minute mod5", "minute 5", "mod 5",
	    "minute mod 4294967301", "minute mod 18446744073709551621", "minute mod 5 mod 5",
	    "minute\tmod\t5\n", "week", "day,hour", "year mod 10000", "minute modulo 5", "5 minute",
	    "minute mod 99999999999999999999999999999999999999999999999999"};
	struct rotate r;
	char text[ROTATE_TEXT_MAX], in[64];

	for (size_t u = 0; u < COUNT(units); u++) {
		unsigned wrong = 0;

		OK(!rotate_parse(units[u].name, &r) && r.unit == (enum rotate_unit)u && r.mod == 1,
		    "%s alone", units[u].name);
		IS_STR(
		    rotate_format(&r, text), units[u].name, "%s alone, formatted", units[u].name);
		for (unsigned n = 1; n <= units[u].max; n++) {
			struct rotate again;

			snprintf(in, sizeof(in), "%s mod %u", units[u].name, n);
			wrong += rotate_parse(in, &r) || r.unit != (enum rotate_unit)u ||
				 r.mod != n || rotate_parse(rotate_format(&r, text), &again) ||
				 again.unit != r.unit || again.mod != r.mod ||
				 (n > 1 && strcmp(text, in) != 0);
		}
		IS_INT(wrong, 0, "%s mod 1..%u, there and back", units[u].name, units[u].max);
		for (unsigned n = 0; n < 3 && units[u].max; n++) {
			snprintf(
			    in, sizeof(in), "%s mod %u", units[u].name, n ? units[u].max + n : 0);
			OK(rotate_parse(in, &r), "%s is refused", in);
		}
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		const char *wrong = rotate_parse(bad[i], &r);

		OK(wrong && *wrong && !strchr(wrong, '\n'), "\"%.40s\" is refused with a reason",
		    bad[i]);
	}
}

/* By rules of POSIX, which need no zone data. */
static void test_boundaries(void)
{
	static const struct {
		const char *zone, *rule, *from, *end[3];
	} rows[] = {
	    {"CET-1CEST,M3.5.0,M10.5.0/3", "hour", "2026-10-25 01:30:00 +0200",
		{"2026-10-25 02:00:00 +0200", "2026-10-25 02:00:00 +0100",
		    "2026-10-25 03:00:00 +0100"}},
	    {"CET-1CEST,M3.5.0,M10.5.0/3", "hour", "2026-03-29 01:30:00 +0100",
		{"2026-03-29 03:00:00 +0200", "2026-03-29 04:00:00 +0200",
		    "2026-03-29 05:00:00 +0200"}},
	    {"CET-1CEST,M3.5.0,M10.5.0/3", "day", "2026-10-24 12:00:00 +0200",
		{"2026-10-25 00:00:00 +0200", "2026-10-26 00:00:00 +0100",
		    "2026-10-27 00:00:00 +0100"}},
	    {"EST5EDT,M3.2.0,M11.1.0", "minute mod 30", "2026-11-01 01:10:00 -0400",
		{"2026-11-01 01:30:00 -0400", "2026-11-01 01:00:00 -0500",
		    "2026-11-01 01:30:00 -0500"}},
	    {"UTC0", "month mod 5", "2026-11-28 12:00:00 +0000",
		{"2027-01-01 00:00:00 +0000", "2027-06-01 00:00:00 +0000",
		    "2027-11-01 00:00:00 +0000"}},
	};
	const struct rotate never = {ROTATE_NEVER, 1};
	time_t end[3];

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rotate r;
		char text[64];

		setenv("TZ", rows[i].zone, 1);
		tzset();
		OK(!rotate_parse(rows[i].rule, &r), "boundaries: %s", rows[i].rule);
		IS_INT(rotate_boundaries(&r, instant(rows[i].from), localtime_r, end, 3), 3,
		    "boundaries: three");
		for (size_t k = 0; k < 3; k++)
			IS_STR(show(end[k], text), rows[i].end[k], "boundaries: %s, %s, number %zu",
			    rows[i].zone, rows[i].rule, k);
	}
	IS_INT(rotate_boundaries(&never, 0, localtime_r, end, 3), 0, "boundaries: never");
}

int main(void)
{
	static const char *const zones[] = {"UTC", "Europe/Berlin", "America/New_York",
	    "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kolkata", "Africa/Cairo",
	    "America/St_Johns", "Pacific/Apia", "Asia/Kathmandu", "Africa/Casablanca",
	    "Asia/Tehran", "America/Havana", "Europe/Dublin", "Antarctica/Troll"};

	test_rows("UTC", utc, COUNT(utc));
	test_rows("Europe/Berlin", berlin, COUNT(berlin));
	test_rows("America/New_York", new_york, COUNT(new_york));
	test_rows("Australia/Lord_Howe", lord_howe, COUNT(lord_howe));
	test_rows("America/Sao_Paulo", sao_paulo, COUNT(sao_paulo));
	test_rows("Asia/Kolkata", kolkata, COUNT(kolkata));
	test_rows("Africa/Cairo", cairo, COUNT(cairo));
	test_rows("America/St_Johns", st_johns, COUNT(st_johns));
	test_rows("Pacific/Apia", apia, COUNT(apia));
	for (size_t i = 0; i < COUNT(zones); i++)
		test_oracle(zones[i], 1 + i);
	test_oracle_seconds();
	test_boundaries();
	for (size_t i = 0; i < COUNT(zones); i++)
		test_bounds(zones[i]);
	test_leap_second();
	test_due();
	test_no_storm();
	test_never();
	test_given_clock();
	test_leap_and_back();
	test_text();
	return tap_done();
}
