/* test_moment: which texts are a time of the local clock, and which time, by rules of POSIX. */
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
		const char *zone, *text, *shown; /* NULL: it is none */
	} rows[] = {
	    {"UTC0", "2026-11-28 14:05", "2026-11-28 14:05:00 +0000"},
	    {"UTC0", "2026-11-28 14:05:59", "2026-11-28 14:05:59 +0000"},
	    {"UTC0", "1969-12-31 23:59:59", "1969-12-31 23:59:59 +0000"},
	    {"UTC0", "2028-02-29 00:00", "2028-02-29 00:00:00 +0000"},
	    {"UTC0", "2026-02-29 00:00", NULL},
	    {"UTC0", "2026-11-31 00:00", NULL},
	    {"UTC0", "2026-13-01 00:00", NULL},
	    {"UTC0", "2026-00-01 00:00", NULL},
	    {"UTC0", "2026-11-28 24:00", NULL},
	    {"UTC0", "2026-11-28 14:60", NULL},
	    {"UTC0", "2026-11-28 14:05:60", NULL},
	    {"UTC0", "2026-11-28", NULL},
	    {"UTC0", "2026-11-28 14", NULL},
	    {"UTC0", "2026-11-28 14:05:", NULL},
	    {"UTC0", "2026-11-28 14:05:5", NULL},
	    {"UTC0", "2026-11-28 14:05:590", NULL},
	    {"UTC0", " 2026-11-28 14:05", NULL},
	    {"UTC0", "2026-11-28T14:05", NULL},
	    {"UTC0", "2026-11-28 1a:05", NULL},
	    {"UTC0", "now", NULL},
	    {"UTC0", "", NULL},
	    /* the hour that there is not, and the one that comes twice */
	    {"CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29 02:30", NULL},
	    {"CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29 03:00", "2026-03-29 03:00:00 +0200"},
	    {"CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25 02:30", "2026-10-25 02:30:00 +0200"},
	    {"CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25 03:00", "2026-10-25 03:00:00 +0100"},
	    {"NZST-12NZDT,M9.5.0,M4.1.0/3", "2026-04-05 02:30", "2026-04-05 02:30:00 +1300"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		time_t t = 4711;
		char text[MOMENT_TEXT_MAX];
		bool ok;

		zone(rows[i].zone);
		ok = moment_parse(rows[i].text, &t);
		if (!rows[i].shown)
			OK(!ok && t == 4711, "\"%s\" is no time", rows[i].text);
		else if (OK(ok, "\"%s\" is a time", rows[i].text))
			IS_STR(moment_format(t, text), rows[i].shown, "\"%s\"", rows[i].text);
	}
}

int main(void)
{
	test_times();
	return tap_done();
}
