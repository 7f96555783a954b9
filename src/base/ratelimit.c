/* ratelimit: see ratelimit.h. */
#include "base/ratelimit.h"

static bool over(const struct ratelimit *r, int64_t now_ms)
{
	return now_ms - r->start_ms >= r->window_ms;
}

/* A window that is over keeps its number apart: the next one may begin before it is told. */
static void close_window(struct ratelimit *r)
{
	r->untold += r->suppressed;
	r->suppressed = 0;
}

bool ratelimit_allow(struct ratelimit *r, int64_t now_ms)
{
	if (over(r, now_ms)) {
		close_window(r);
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
	uint64_t n;

	if (over(r, now_ms))
		close_window(r);
	n = r->untold;
	r->untold = 0;
	return n;
}

int64_t ratelimit_wait(const struct ratelimit *r, int64_t now_ms)
{
	int64_t end = r->start_ms + r->window_ms;

	if (r->untold > 0)
		return 0;
	if (r->suppressed == 0)
		return -1;
	return end > now_ms ? end - now_ms : 0;
}
