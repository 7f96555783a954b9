/* ratelimit: see ratelimit.h. */
#include "base/ratelimit.h"

static bool over(const struct ratelimit *r, int64_t now_ms)
{
	return now_ms - r->start_ms >= r->window_ms;
}

/* The count of a window that is over is kept apart: the next window may begin before it is
 * reported. */
static void close_window(struct ratelimit *r)
{
	r->unreported += r->suppressed;
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
	n = r->unreported;
	r->unreported = 0;
	return n;
}

int64_t ratelimit_due(const struct ratelimit *r)
{
	if (r->unreported > 0)
		return r->start_ms; /* the window before this one is over */
	return r->suppressed > 0 ? r->start_ms + r->window_ms : RATELIMIT_NEVER;
}
