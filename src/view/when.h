/* when: moments as they are written on a command line, and written for people.
 *
 *   2026-11-28 10:00     also with T between both, with seconds and up to nine digits behind them,
 *                        and with Z or an offset (+01:00, +0100, +01) at the end
 *   2026-11-28           its midnight
 *   10:00                of today: of the zone's date now, or the offset's; as above
 *   -15m                 so long ago: s, m, h, d, w
 *   now
 *   1795860000           seconds since 1970, with up to nine digits behind a point
 *
 * Without Z and offset a time is the zone's. Where the clock is set back, a local time comes twice:
 * as the beginning of a range it is the first of both, as its end the second, so that the range
 * has all that can be meant. Where the clock is set forward, a time that it passes over is the
 * moment of the change. Refuses leap seconds, and years outside of 1970 to 2261, which nanoseconds
 * in 64 bits do not reach. Pure: now and the zone are arguments. */
#ifndef VIEW_WHEN_H
#define VIEW_WHEN_H

#include <stdint.h>

struct when_zone {
	/* How many seconds the zone's clock is ahead of UTC at that time, in seconds since 1970. */
	int64_t (*east)(void *of, int64_t utc);
	void *of;
};

enum when_edge {
	WHEN_FROM,
	WHEN_TO
};

/* Nanoseconds since 1970 into *out; now_ns likewise. NULL, or what is wrong: one line without a
 * full stop. */
const char *when_parse(const char *text, int64_t now_ns, const struct when_zone *zone,
    enum when_edge edge, int64_t *out);

#define WHEN_TEXT_MAX 48

/* "2026-11-28 10:00:00.123456", in the zone; digits 0 to 9 behind the point, rounded down. */
const char *when_format(
    int64_t ns, const struct when_zone *zone, unsigned digits, char out[WHEN_TEXT_MAX]);

/* The same in UTC for programs: "2026-11-28T09:00:00.123456789Z". */
const char *when_format_utc(int64_t ns, char out[WHEN_TEXT_MAX]);

#endif
