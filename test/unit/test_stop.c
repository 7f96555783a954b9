/* test_stop: when a stopping master kills the children that are left. */
#include "tap.h"
#include "support.h"

#include "server/orders.h"
#include "server/state.h"
#include "server/stop.h"
#include "server/timers.h"

int main(void)
{
	static struct master m;

	IS_INT(stop_kill_due(&m), TIMER_NEVER, "not while it serves");
	m.loop.stopping_since = 5000;
	m.children.used = 1;
	IS_INT(stop_kill_due(&m), 5000 + ORDERS_FINISH_MS, "a child has its time to finish");
	m.children.used = 0;
	IS_INT(stop_kill_due(&m), TIMER_NEVER, "not when the last child has ended, however late");
	m.children.used = 1;
	m.loop.killed = true;
	IS_INT(stop_kill_due(&m), TIMER_NEVER, "once");
	return tap_done();
}
