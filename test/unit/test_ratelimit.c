/* test_ratelimit: how many are allowed in a window, how many were not, and when that is said. */
#include "tap.h"
#include "support.h"

#include "base/ratelimit.h"

static void test_window(void)
{
	struct ratelimit r = {.burst = 3, .window_ms = 1000};

	IS_INT(ratelimit_due(&r), RATELIMIT_NEVER, "no summary is due at first");
	IS_INT(ratelimit_summary(&r, 4000), 0, "no summary at first");
	for (unsigned i = 0; i < 3; i++)
		OK(ratelimit_allow(&r, 5000 + i), "number %u of a burst of 3", i + 1);
	IS_INT(ratelimit_due(&r), RATELIMIT_NEVER, "nothing suppressed, no summary");
	OK(!ratelimit_allow(&r, 5100), "the fourth is refused");
	IS_INT(ratelimit_due(&r), 6000, "a summary is due at the end of the window");
	OK(!ratelimit_allow(&r, 5999), "still refused in the last millisecond");
	IS_INT(ratelimit_summary(&r, 5999), 0, "no summary within the window");
	IS_INT(ratelimit_due(&r), 6000, "still at its end");
	IS_INT(ratelimit_summary(&r, 6000), 2, "the summary: two");
	IS_INT(ratelimit_summary(&r, 6000), 0, "it is given once");
	IS_INT(ratelimit_due(&r), RATELIMIT_NEVER, "no further one is due");
	OK(ratelimit_allow(&r, 6000), "the next window");
	OK(ratelimit_allow(&r, 6500) && ratelimit_allow(&r, 6900) && !ratelimit_allow(&r, 6950),
	    "three in it too");
	OK(ratelimit_allow(&r, 100000), "a later one");
	IS_INT(ratelimit_summary(&r, 200000), 1, "what was suppressed before it is not lost");
}

/* A flood: of each second as many as the burst, and every other one in a summary. */
static void test_flood(void)
{
	struct ratelimit r = {.burst = 10, .window_ms = 1000};
	uint64_t allowed = 0, told = 0;

	for (int64_t now = 0; now < 20000; now++) {
		told += ratelimit_summary(&r, now);
		for (unsigned i = 0; i < 5; i++)
			allowed += ratelimit_allow(&r, now);
	}
	told += ratelimit_summary(&r, 50000);
	IS_INT(allowed, 200, "ten a second for twenty seconds");
	IS_INT(told, 20000 * 5 - 200, "all the others are in summaries");
}

/* A flood does not pause for whoever asks later than it begins a window. */
static void test_late(void)
{
	struct ratelimit r = {.burst = 10, .window_ms = 1000};
	uint64_t told = 0;
	unsigned silent = 0;

	for (int64_t now = 0; now < 20000; now++) {
		for (unsigned i = 0; i < 5; i++)
			ratelimit_allow(&r, now);
		if (now > 0 && now % 1000 == 0) {
			uint64_t n;

			OK(ratelimit_due(&r) <= now, "the summary of a window is due");
			n = ratelimit_summary(&r, now);
			silent += n == 0;
			told += n;
		}
	}
	IS_INT(silent, 0, "every window has its summary, although the next one has begun");
	IS_INT(told, 19 * 4990, "of nineteen windows, and nothing of the one that goes on");
	IS_INT(ratelimit_summary(&r, 19999), 0, "which is told when it is over");
	IS_INT(ratelimit_summary(&r, INT64_MAX), 4990, "or at the end of everything");
	IS_INT(ratelimit_summary(&r, INT64_MAX), 0, "once");
	OK(!ratelimit_allow(&r, 19999), "which allows nothing more");
	IS_INT(ratelimit_summary(&r, INT64_MAX), 1, "and that is told, too");
}

static void test_zero(void)
{
	struct ratelimit r = {.burst = 0, .window_ms = 1000};

	OK(!ratelimit_allow(&r, 1) && !ratelimit_allow(&r, 5000), "a burst of 0 allows nothing");
	IS_INT(ratelimit_summary(&r, 90000), 2, "and tells so");
}

/* What thousands of clients have: zeroed memory, its numbers set when it is used. */
static void test_zeroed(void)
{
	struct ratelimit r = {0};

	IS_INT(ratelimit_due(&r), RATELIMIT_NEVER, "unused: no summary is due");
	IS_INT(ratelimit_summary(&r, INT64_MAX), 0, "and none is given");
	r.burst = 2;
	r.window_ms = 1000;
	OK(ratelimit_allow(&r, 70000) && ratelimit_allow(&r, 70001) && !ratelimit_allow(&r, 70002),
	    "a burst of 2");
	r.burst = 3;
	OK(ratelimit_allow(&r, 70003) && !ratelimit_allow(&r, 70004),
	    "a larger burst in the same window has what is left of it");
	IS_INT(ratelimit_due(&r), 71000, "the window is as long as it was set");
	IS_INT(ratelimit_summary(&r, 71000), 2, "and its summary is complete");
}

int main(void)
{
	test_window();
	test_flood();
	test_late();
	test_zero();
	test_zeroed();
	return tap_done();
}
