/* rotate: when a capture file's time is over.
 *
 * Periods are aligned to the local clock: "minute mod 21" begins at :00, :21 and :42 of every
 * hour; seconds count within the minute, minutes within the hour, hours within the day, days
 * within the month from the 1st, months within the year, years from 0. The end of a period is
 * an instant, computed once when the file is opened and compared with afterwards. Refuses to know
 * files and their size: record/output asks, closes and publishes. Pure: the time and the local
 * clock are arguments. Times are seconds of the Unix epoch. */
#ifndef CAPTURE_ROTATE_H
#define CAPTURE_ROTATE_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

enum rotate_unit {
	ROTATE_NEVER,
	ROTATE_SECOND,
	ROTATE_MINUTE,
	ROTATE_HOUR,
	ROTATE_DAY,
	ROTATE_MONTH,
	ROTATE_YEAR
};

struct rotate {
	enum rotate_unit unit;
	unsigned mod; /* 1 or more */
};

struct rotate_period {
	time_t begin; /* a clock found before this has stepped back by more than a period */
	time_t end;   /* the first second that belongs to the next period */
};

#define ROTATE_TEXT_MAX 24

/* "second|minute|hour|day|month|year[ mod N]" or "never". Returns NULL, or what is wrong. */
const char *rotate_parse(const char *text, struct rotate *out);
/* Whether it is one that rotate_parse() may give. */
bool rotate_sound(const struct rotate *r);
const char *rotate_format(const struct rotate *r, char out[ROTATE_TEXT_MAX]);

/* The local clock: broken-down local time of an instant, in the manner of localtime_r(). */
typedef struct tm *rotate_clock(const time_t *when, struct tm *out);

/* The period of a file opened at `opened`. It ends at the first later instant at which the local
 * clock shows the beginning of a period or leaps past it, and for second, minute and hour
 * periods not later than their length after `opened`. */
struct rotate_period rotate_period(const struct rotate *r, time_t opened, rotate_clock *local);

/* The ends of the period of a file opened at `from` and of those after it, each opened where the
 * one before ends: n of them, or 0 when there is none. Returns how many. */
size_t rotate_boundaries(
    const struct rotate *r, time_t from, rotate_clock *local, time_t *end, size_t n);

/* True when a packet that arrives at `now` belongs into a new file. */
static inline bool rotate_due(const struct rotate_period *p, time_t now)
{
	return now >= p->end || now < p->begin;
}

#endif
