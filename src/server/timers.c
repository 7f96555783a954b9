/* timers: see timers.h. */
#include "server/timers.h"

int timers_wait(const struct timer *t, size_t n, const struct master *m, int64_t now)
{
	int64_t first = TIMER_NEVER;

	for (size_t i = 0; i < n; i++) {
		int64_t due = t[i].due(m);

		if (due < first)
			first = due;
	}
	if (first == TIMER_NEVER)
		return -1;
	if (first <= now)
		return 0;
	return first - now > INT32_MAX ? INT32_MAX : (int)(first - now);
}

void timers_run(const struct timer *t, size_t n, struct master *m, int64_t now)
{
	for (size_t i = 0; i < n; i++)
		if (t[i].due(m) <= now)
			t[i].run(m, now);
}
