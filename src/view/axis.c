/* axis: see axis.h. */
#include "view/axis.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/calendar.h"

#define SECOND INT64_C(1000000000)
#define DAY    INT64_C(86400)
#define MONDAY 4 /* 1970-01-05 */
#define MOST   10

/* What is between two marks: days and seconds, or months. */
struct unit {
	int64_t seconds; /* of months: such that eleven of a year are not too many */
	int months;
};

static const struct unit unit[] = {{1, 0}, {2, 0}, {5, 0}, {10, 0}, {30, 0}, {60, 0}, {120, 0},
    {300, 0}, {600, 0}, {1800, 0}, {3600, 0}, {2 * 3600, 0}, {3 * 3600, 0}, {6 * 3600, 0},
    {12 * 3600, 0}, {DAY, 0}, {2 * DAY, 0}, {7 * DAY, 0}, {36 * DAY, 1}, {89 * DAY, 3},
    {181 * DAY, 6}, {365 * DAY, 12}, {2 * 365 * DAY, 24}, {5 * 365 * DAY, 60},
    {10 * 365 * DAY, 120}, {20 * 365 * DAY, 240}, {50 * 365 * DAY, 600}, {100 * 365 * DAY, 1200}};

struct axis {
	struct axis_mark *out;
	size_t n;
	int64_t begin, end; /* seconds */
	const struct when_zone *zone;
	const struct unit *unit;
	int64_t year; /* of the last mark */
};

static int64_t divide_down(int64_t a, int64_t by)
{
	return a / by - (a % by < 0);
}

static void name(struct axis *x, struct axis_mark *m, int64_t local)
{
	static const char *const names[] = {
	    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	int64_t days = divide_down(local, DAY), year;
	int of_day = (int)(local - days * DAY), month, day;

	calendar_date(days, &year, &month, &day);
	m->main =
	    x->unit->seconds < DAY ? of_day == 0 : x->unit->months < 12 && month == 1 && day == 1;
	if (x->unit->seconds < DAY && of_day != 0)
		snprintf(m->text, sizeof(m->text),
		    x->unit->seconds < 60 ? "%02d:%02d:%02d" : "%02d:%02d", of_day / 3600,
		    of_day / 60 % 60, of_day % 60);
	else if (x->unit->months >= 12)
		snprintf(m->text, sizeof(m->text), "%" PRId64, year);
	else if (x->unit->months > 0 && year == x->year)
		snprintf(m->text, sizeof(m->text), "%s", names[month - 1]);
	else if (x->unit->months > 0)
		snprintf(m->text, sizeof(m->text), "%s %" PRId64, names[month - 1], year);
	else if (year == x->year)
		snprintf(m->text, sizeof(m->text), "%d %s", day, names[month - 1]);
	else
		snprintf(m->text, sizeof(m->text), "%d %s %" PRId64, day, names[month - 1], year);
	if (x->unit->seconds >= DAY || of_day == 0)
		x->year = year;
}

/* The clock may pass this local time over: then it is not marked. */
static void mark(struct axis *x, int64_t local, enum when_edge edge)
{
	int64_t time = when_local(x->zone, local, edge);
	struct axis_mark *m = &x->out[x->n];

	if (time < x->begin || time > x->end || x->n == AXIS_MARKS_MAX ||
	    time + x->zone->east(x->zone->of, time) != local ||
	    (edge == WHEN_TO && x->n > 0 && m[-1].time == time))
		return;
	m->time = time;
	name(x, m, local);
	x->n++;
}

/* Seconds to days: at multiples since 1970 of the clock, weeks since a Monday. */
static void mark_seconds(struct axis *x, int64_t first, int64_t last)
{
	int64_t every = x->unit->seconds, from = every == 7 * DAY ? MONDAY * DAY : 0;

	for (int64_t i = divide_down(first - from, every); i * every + from <= last; i++) {
		mark(x, i * every + from, WHEN_FROM);
		if (every < DAY)
			mark(x, i * every + from, WHEN_TO);
	}
}

static void mark_months(struct axis *x, int64_t first, int64_t last)
{
	int64_t year, local, i;
	int month, day;

	calendar_date(divide_down(first, DAY), &year, &month, &day);
	i = divide_down(year * 12 + month - 1, x->unit->months) * x->unit->months;
	do {
		year = divide_down(i, 12);
		local = calendar_days(year, (int)(i - year * 12) + 1, 1) * DAY;
		mark(x, local, WHEN_FROM);
		i += x->unit->months;
	} while (local <= last);
}

/* In the order of time, where an hour came twice. */
static void sort(struct axis_mark *m, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t k = i; k > 0 && m[k].time < m[k - 1].time; k--) {
			struct axis_mark t = m[k];

			m[k] = m[k - 1];
			m[k - 1] = t;
		}
}

size_t axis_marks(
    int64_t begin, int64_t end, const struct when_zone *zone, struct axis_mark out[AXIS_MARKS_MAX])
{
	struct axis x = {.out = out,
	    .begin = divide_down(begin, SECOND) + (begin % SECOND != 0),
	    .end = divide_down(end, SECOND),
	    .zone = zone,
	    .unit = unit,
	    .year = INT64_MIN};
	int64_t at_begin = zone->east(zone->of, x.begin), at_end = zone->east(zone->of, x.end);
	int64_t first = x.begin + (at_begin < at_end ? at_begin : at_end);
	int64_t last = x.end + (at_begin < at_end ? at_end : at_begin);

	while (x.unit + 1 < unit + sizeof(unit) / sizeof(*unit) &&
	       (x.end - x.begin) / x.unit->seconds > MOST)
		x.unit++;
	if (x.unit->months > 0)
		mark_months(&x, first, last);
	else
		mark_seconds(&x, first, last);
	sort(out, x.n);
	return x.n;
}
