/* test_timers: when the next entry of a table is due, and what is run. */
#include "tap.h"
#include "support.h"

#include "server/timers.h"

/* What the entries here are functions of. */
struct master {
	int64_t due[3];
	int64_t next; /* when an entry that has run is due again */
	char ran[8];  /* in this order */
};

static int64_t due0(const struct master *m)
{
	return m->due[0];
}

static int64_t due1(const struct master *m)
{
	return m->due[1];
}

static int64_t due2(const struct master *m)
{
	return m->due[2];
}

static void ran(struct master *m, size_t i)
{
	size_t n = strlen(m->ran);

	m->ran[n] = (char)('0' + i);
	m->ran[n + 1] = 0;
	m->due[i] = m->next;
}

static void run0(struct master *m, int64_t now)
{
	(void)now;
	ran(m, 0);
}

/* Ends the wait of the next one, and of the one before. */
static void run1(struct master *m, int64_t now)
{
	ran(m, 1);
	m->due[0] = m->due[2] = now;
}

static void run2(struct master *m, int64_t now)
{
	(void)now;
	ran(m, 2);
}

static const struct timer table[] = {{due0, run0}, {due1, run1}, {due2, run2}};

static void test_wait(void)
{
	static const struct {
		int64_t due[3];
		int64_t now;
		int want;
		const char *what;
	} rows[] = {
	    {{TIMER_NEVER, TIMER_NEVER, TIMER_NEVER}, 5000, -1, "nothing is due, ever"},
	    {{TIMER_NEVER, 7000, TIMER_NEVER}, 5000, 2000, "one is"},
	    {{9000, 7000, 8000}, 5000, 2000, "the first of several"},
	    {{5000, 7000, 8000}, 5000, 0, "one is due now"},
	    {{0, 7000, 8000}, 5000, 0, "one has long been due"},
	    {{5001, 7000, 8000}, 5000, 1, "in a millisecond"},
	    {{INT64_C(5000) + INT32_MAX, TIMER_NEVER, TIMER_NEVER}, 5000, INT32_MAX, "in 24 days"},
	    {{INT64_C(5001) + INT32_MAX, TIMER_NEVER, TIMER_NEVER}, 5000, INT32_MAX,
		"later than a timeout can say"},
	    {{TIMER_NEVER - 1, TIMER_NEVER, TIMER_NEVER}, 0, INT32_MAX, "almost never"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct master m = {{rows[i].due[0], rows[i].due[1], rows[i].due[2]}, 0, ""};

		IS_INT(timers_wait(table, COUNT(table), &m, rows[i].now), rows[i].want, "%s",
		    rows[i].what);
	}
	IS_INT(timers_wait(table, 0, NULL, 5000), -1, "an empty table");
}

static void test_run(void)
{
	struct master m = {{6000, TIMER_NEVER, 5000}, TIMER_NEVER, ""};

	timers_run(table, COUNT(table), &m, 4999);
	IS_STR(m.ran, "", "nothing before its time");
	timers_run(table, COUNT(table), &m, 5000);
	IS_STR(m.ran, "2", "what is due");
	timers_run(table, COUNT(table), &m, 5000);
	IS_STR(m.ran, "2", "once");
	m.due[2] = 1;
	timers_run(table, COUNT(table), &m, 90000);
	IS_STR(m.ran, "202", "all that is due, in the order of the table");
	m.ran[0] = 0;
	m.due[1] = 5;
	timers_run(table, COUNT(table), &m, 90000);
	IS_STR(m.ran, "12", "what becomes due on the way is run if it comes later in the table");
	IS_INT(timers_wait(table, COUNT(table), &m, 90000), 0, "and otherwise the next time");
	m = (struct master){{5, TIMER_NEVER, TIMER_NEVER}, 0, ""};
	timers_run(table, COUNT(table), &m, 90000);
	IS_STR(m.ran, "0", "an entry that stays due is run once a call");
}

int main(void)
{
	test_wait();
	test_run();
	return tap_done();
}
