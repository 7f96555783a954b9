/* room: see room.h. */
#include "archive/room.h"

#define WHILE_MS 50000 /* the next look comes after a minute */
#define LEAST    (64u << 10)

bool room_lacked(struct room *r, uint64_t size, int64_t now_ms)
{
	uint64_t most = size / 2;

	if (most < LEAST)
		return false;
	if (now_ms >= r->until || most < r->most)
		r->most = most;
	r->until = now_ms + WHILE_MS;
	return true;
}

bool room_may_have(const struct room *r, uint64_t size, int64_t now_ms)
{
	return now_ms >= r->until || size <= r->most;
}
