/* room: which captures the archive's filesystem had no room for a short while ago.
 *
 * What is about as large as one that did not fit is not tried for a while: each try fills the
 * filesystem, and keeps the others, which may fit, from it. Pure: the time is an argument,
 * monotonic milliseconds; sizes are bytes of the capture. Refuses to know what is free. */
#ifndef ARCHIVE_ROOM_H
#define ARCHIVE_ROOM_H

#include <stdbool.h>
#include <stdint.h>

/* Begins as {0}. */
struct room {
	uint64_t most;
	int64_t until;
};

/* One of this size did not fit: in this while none above half of it is tried. Half, so that there
 * are few tries, however many sizes wait. False: it was so small that nothing else fits either. */
bool room_lacked(struct room *r, uint64_t size, int64_t now_ms);

bool room_may_have(const struct room *r, uint64_t size, int64_t now_ms);

#endif
