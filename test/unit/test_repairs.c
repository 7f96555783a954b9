/* test_repairs: when the next round of repair is due. */
#include "tap.h"
#include "support.h"

#include "base/io.h"
#include "server/repairs.h"

static int64_t after(int64_t took, bool once)
{
	static struct floods f;
	struct repairs r;

	floods_init(&f);
	repairs_init(&r, once);
	r.pid = 1;
	r.began = io_monotonic_ms() - took;
	repairs_ended(&r, 0, &f);
	return r.due == INT64_MAX ? INT64_MAX : r.due - r.began;
}

int main(void)
{
	struct repairs r;
	int64_t due;

	repairs_init(&r, false);
	IS_INT(r.due, 0, "the first round is due at once");
	repairs_init(&r, true);
	IS_INT(r.due, INT64_MAX, "with one connection when it is said");
	due = after(10, false);
	OK(due >= 60010 && due < 70000, "the next one a minute later");
	due = after(20000, false);
	OK(due >= 101 * 20000 && due < 101 * 30000, "a long one is a hundredth of the time");
	IS_INT(after(10, true), INT64_MAX, "with one connection there is no next one");
	return tap_done();
}
