/* test_moment: times of the local clock, by rules of POSIX: read, and shown again. */
#include "tap.h"
#include "support.h"

#include <time.h>

#include "base/moment.h"

static void zone(const char *rule)
{
	setenv("TZ", rule, 1);
	tzset();
}

static void test_times(void)
{
	static const struct {
		const char *zone, *text;
		enum when_edge edge;
		const char *shown;
	} rows[] = {
	    {"UTC0", "2026-11-28 14:05", WHEN_FROM, "2026-11-28 14:05:00 +0000"},
	    {"UTC0", "2026-11-28 14:05:59", WHEN_FROM, "2026-11-28 14:05:59 +0000"},
	    {"UTC0", "2028-02-29 00:00", WHEN_FROM, "2028-02-29 00:00:00 +0000"},
	    /* the hour that is passed over, and the one that comes twice */
	    {"CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29 02:30", WHEN_FROM,
		"2026-03-29 03:00:00 +0200"},
	    {"CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29 03:00", WHEN_FROM,
		"2026-03-29 03:00:00 +0200"},
	    {"CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25 02:30", WHEN_FROM,
		"2026-10-25 02:30:00 +0200"},
	    {"CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25 02:30", WHEN_TO,
		"2026-10-25 02:30:00 +0100"},
	    {"CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25 03:00", WHEN_FROM,
		"2026-10-25 03:00:00 +0100"},
	    {"NZST-12NZDT,M9.5.0,M4.1.0/3", "2026-04-05 02:30", WHEN_FROM,
		"2026-04-05 02:30:00 +1300"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[MOMENT_TEXT_MAX];
		int64_t ns;

		zone(rows[i].zone);
		if (OK(!when_parse(rows[i].text, 0, &moment_zone, rows[i].edge, &ns), "\"%s\"",
			rows[i].text))
			IS_STR(moment_format(ns / 1000000000, text), rows[i].shown, "\"%s\"",
			    rows[i].text);
	}
}

int main(void)
{
	test_times();
	return tap_done();
}
