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
#ifndef BASE_WHEN_H
#define BASE_WHEN_H

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

/* As when_parse() reads it, and gives the same nanosecond again, whatever the zone of who reads it:
 * "2026-11-28 10:00:00.5+01:00". NULL: it reads no text as that. */
const char *when_format_exact(int64_t ns, const struct when_zone *zone, char out[WHEN_TEXT_MAX]);

/* The moment, in seconds, at which the zone's clock shows `local`, which is in seconds as if the
 * zone were UTC; of the two or none that there may be, as above. */
int64_t when_local(const struct when_zone *zone, int64_t local, enum when_edge edge);

#endif
