/* ratelimit: see ratelimit.h. */
#include "ratelimit.h"

static bool over(const struct ratelimit *r, int64_t now_ms)
{
	return now_ms - r->start_ms >= r->window_ms;
}

bool ratelimit_allow(struct ratelimit *r, int64_t now_ms)
{
	if (over(r, now_ms)) {
		r->start_ms = now_ms;
		r->used = 0;
	}
	if (r->used < r->burst) {
		r->used++;
		return true;
	}
	r->suppressed++;
	return false;
}

uint64_t ratelimit_summary(struct ratelimit *r, int64_t now_ms)
{
	uint64_t n = r->suppressed;

	if (!over(r, now_ms))
		return 0;
	r->suppressed = 0;
	return n;
}

int64_t ratelimit_wait(const struct ratelimit *r, int64_t now_ms)
{
	int64_t end = r->start_ms + r->window_ms;

	if (r->suppressed == 0)
		return -1;
	return end > now_ms ? end - now_ms : 0;
}
