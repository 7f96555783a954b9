/* when: see when.h. */
#include "base/when.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/parse.h"

#define SECOND     INT64_C(1000000000)
#define MINUTE     60
#define HOUR       3600
#define DAY        86400
#define YEAR_FIRST 1970
#define YEAR_LAST  2261
#define LAST       (INT64_MAX / SECOND)
#define OFFSET_MAX (24 * HOUR) /* zones reach from -12 to +14 hours */

/* What was read of a date and a time. */
struct moment {
	int64_t day;     /* since 1970 */
	int64_t of_day;  /* seconds */
	int64_t ns;      /* behind the second */
	bool has_offset; /* else the zone decides */
	int64_t offset;  /* seconds east */
};

static int64_t divide_down(int64_t a, int64_t by)
{
	return a / by - (a % by < 0);
}

/* ---- pieces of a text: each takes itself off *p ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Exactly n digits. */
static bool take_number(const char **p, unsigned n, int64_t *out)
{
	*out = 0;
	for (unsigned i = 0; i < n; i++, (*p)++) {
		if (!is_digit(**p))
			return false;
		*out = *out * 10 + (**p - '0');
	}
	return !is_digit(**p);
}

static bool take_char(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

/* Digits behind a point, as nanoseconds; 0 when there is no point. */
static const char *take_fraction(const char **p, int64_t *ns)
{
	unsigned n = 0;

	*ns = 0;
	if (!take_char(p, '.'))
		return NULL;
	for (; is_digit(**p); (*p)++, n++)
		*ns = n < 9 ? *ns * 10 + (**p - '0') : *ns;
	if (n == 0 || n > 9)
		return n == 0 ? "digits are missing behind the point"
			      : "more than nine digits behind the point";
	for (; n < 9; n++)
		*ns *= 10;
	return NULL;
}

static int days_in(int64_t year, int month)
{
	int64_t next =
	    month == 12 ? calendar_days(year + 1, 1, 1) : calendar_days(year, month + 1, 1);

	return (int)(next - calendar_days(year, month, 1));
}

static const char *take_date(const char **p, struct moment *m)
{
	int64_t year, month, day;

	if (!take_number(p, 4, &year) || !take_char(p, '-') || !take_number(p, 2, &month) ||
	    !take_char(p, '-') || !take_number(p, 2, &day))
		return "a date is written YYYY-MM-DD";
	if (year < YEAR_FIRST || year > YEAR_LAST)
		return "the year is not from 1970 to 2261";
	if (month < 1 || month > 12 || day < 1 || day > days_in(year, (int)month))
		return "there is no such day";
	m->day = calendar_days(year, (int)month, (int)day);
	return NULL;
}

static const char *take_clock(const char **p, struct moment *m)
{
	int64_t hour, minute, second = 0;
	const char *why = NULL;

	if (!take_number(p, 2, &hour) || !take_char(p, ':') || !take_number(p, 2, &minute))
		return "a time of day is written HH:MM or HH:MM:SS";
	if (take_char(p, ':')) {
		if (!take_number(p, 2, &second))
			return "a time of day is written HH:MM or HH:MM:SS";
		why = take_fraction(p, &m->ns);
	}
	if (hour > 23 || minute > 59 || second > 59)
		return "there is no such time of day";
	m->of_day = hour * HOUR + minute * MINUTE + second;
	return why;
}

/* Z, +HH:MM, +HHMM or +HH, or nothing. */
static const char *take_offset(const char **p, struct moment *m)
{
	static const char why[] = "behind the time comes Z or an offset such as +01:00";
	int64_t sign = **p == '-' ? -1 : 1, number;

	if (!**p)
		return NULL;
	m->has_offset = true;
	if (take_char(p, 'Z'))
		return **p ? why : NULL;
	if (!take_char(p, '+') && !take_char(p, '-'))
		return why;
	if (strlen(*p) == 4 && take_number(p, 4, &number) && number % 100 < 60)
		m->offset = number / 100 * HOUR + number % 100 * MINUTE;
	else if (take_number(p, 2, &number))
		m->offset = number * HOUR;
	else
		return why;
	if (take_char(p, ':')) {
		if (!take_number(p, 2, &number) || number > 59)
			return why;
		m->offset += number * MINUTE;
	}
	m->offset *= sign;
	return **p || m->offset > OFFSET_MAX || m->offset < -OFFSET_MAX ? why : NULL;
}

/* ---- local times ---- */

/* The first moment in (from, to] at which the zone has the offset that it has at `to`. */
static int64_t change(const struct when_zone *z, int64_t from, int64_t to)
{
	int64_t after = z->east(z->of, to);

	while (to - from > 1) {
		int64_t middle = from + (to - from) / 2;

		if (z->east(z->of, middle) == after)
			to = middle;
		else
			from = middle;
	}
	return to;
}

/* A zone changes its offset at most once in the two days around it. */
int64_t when_local(const struct when_zone *z, int64_t local, enum when_edge edge)
{
	int64_t before = local - z->east(z->of, local - DAY),
		after = local - z->east(z->of, local + DAY);
	bool is_before = before + z->east(z->of, before) == local,
	     is_after = after + z->east(z->of, after) == local;

	if (is_before && is_after)
		return (edge == WHEN_FROM) == (before < after) ? before : after;
	if (is_before || is_after)
		return is_before ? before : after;
	return change(z, local - DAY, local + DAY);
}

static const char *resolve(
    const struct moment *m, const struct when_zone *z, enum when_edge edge, int64_t *out)
{
	int64_t local = m->day * DAY + m->of_day;
	int64_t utc = m->has_offset ? local - m->offset : when_local(z, local, edge);

	if (utc < 0 || utc >= LAST)
		return "the time is not from 1970 to 2261";
	*out = utc * SECOND + m->ns;
	return NULL;
}

/* ---- the forms ---- */

/* The date is read already, or is today's. */
static const char *read_clock(const char *p, bool has_date, int64_t now, struct moment *m,
    const struct when_zone *z, enum when_edge edge, int64_t *out)
{
	const char *why = take_clock(&p, m);

	if (!why)
		why = take_offset(&p, m);
	if (why)
		return why;
	if (!has_date)
		m->day = divide_down(now + (m->has_offset ? m->offset : z->east(z->of, now)), DAY);
	return resolve(m, z, edge, out);
}

static const char *read_date(
    const char *p, int64_t now, const struct when_zone *z, enum when_edge edge, int64_t *out)
{
	struct moment m = {0};
	const char *why = take_date(&p, &m);

	if (why)
		return why;
	if (!*p)
		return resolve(&m, z, edge, out);
	if (!take_char(&p, ' ') && !take_char(&p, 'T'))
		return "behind the date comes a blank and a time of day";
	return read_clock(p, true, now, &m, z, edge, out);
}

static const char *read_ago(const char *p, int64_t now_ns, int64_t *out)
{
	uint64_t seconds;

	if (!parse_duration(p, &seconds))
		return "behind - comes a number and s, m, h, d or w";
	if (seconds > (uint64_t)LAST || (int64_t)seconds * SECOND > now_ns)
		return "that is before 1970";
	*out = now_ns - (int64_t)seconds * SECOND;
	return NULL;
}

static const char *read_seconds(const char *p, int64_t *out)
{
	int64_t seconds = 0, ns;
	const char *why;

	for (; is_digit(*p); p++) {
		seconds = seconds * 10 + (*p - '0');
		if (seconds >= LAST)
			return "the time is not from 1970 to 2261";
	}
	why = take_fraction(&p, &ns);
	if (why)
		return why;
	if (*p)
		return "it is none of the forms of a time";
	*out = seconds * SECOND + ns;
	return NULL;
}

const char *when_parse(const char *text, int64_t now_ns, const struct when_zone *zone,
    enum when_edge edge, int64_t *out)
{
	int64_t now = divide_down(now_ns, SECOND);
	struct moment m = {0};
	size_t digits = 0;

	while (is_digit(text[digits]))
		digits++;
	if (strcmp(text, "now") == 0) {
		*out = now_ns;
		return NULL;
	}
	if (*text == '-')
		return read_ago(text + 1, now_ns, out);
	if (digits > 0 && text[digits] == '-')
		return read_date(text, now, zone, edge, out);
	if (digits > 0 && text[digits] == ':')
		return read_clock(text, false, now, &m, zone, edge, out);
	return digits > 0 ? read_seconds(text, out) : "it is none of the forms of a time";
}

/* ---- for people and programs ---- */

static const char *print(int64_t ns, int64_t east, unsigned digits, const char *end, char *out)
{
	int64_t local = divide_down(ns, SECOND) + east, rest = (ns % SECOND + SECOND) % SECOND;
	int64_t day = divide_down(local, DAY), year;
	int of_day = (int)(local - day * DAY), month, of_month, n;
	char fraction[16];

	calendar_date(day, &year, &month, &of_month);
	n = snprintf(out, WHEN_TEXT_MAX, "%04" PRId64 "-%02d-%02d %02d:%02d:%02d", year, month,
	    of_month, of_day / HOUR, of_day / MINUTE % 60, of_day % 60);
	snprintf(fraction, sizeof(fraction), ".%09" PRId64, rest);
	snprintf(out + n, WHEN_TEXT_MAX - (size_t)n, "%.*s%s", digits > 0 ? (int)digits + 1 : 0,
	    fraction, end);
	return out;
}

const char *when_format(
    int64_t ns, const struct when_zone *zone, unsigned digits, char out[WHEN_TEXT_MAX])
{
	return print(ns, zone->east(zone->of, divide_down(ns, SECOND)), digits, "", out);
}

const char *when_format_exact(int64_t ns, const struct when_zone *zone, char out[WHEN_TEXT_MAX])
{
	int64_t seconds = divide_down(ns, SECOND), east, year, rest;
	unsigned digits = 9;
	int month, day;
	char offset[16];

	if (ns < 0 || seconds >= LAST)
		return NULL;
	for (rest = ns % SECOND; digits > 0 && rest % 10 == 0; digits--)
		rest /= 10;
	east = zone->east(zone->of, seconds);
	if (east % MINUTE != 0)
		east = 0;
	calendar_date(divide_down(seconds + east, DAY), &year, &month, &day);
	if (year < YEAR_FIRST || year > YEAR_LAST) {
		snprintf(out, WHEN_TEXT_MAX, "%" PRId64 ".%09" PRId64, seconds, ns % SECOND);
		return out;
	}
	snprintf(offset, sizeof(offset), "%c%02d:%02d", east < 0 ? '-' : '+',
	    (int)llabs(east) / HOUR % 100, (int)llabs(east) / MINUTE % 60);
	return print(ns, east, digits, east ? offset : "Z", out);
}
