/* test_send_pace: when packets are due, at a rate and by their times. */
#include "tap.h"

#include "send/pace.h"

#define SECOND INT64_C(1000000000)

static void test_rate(void)
{
	struct send_pace p = {.rate = 3};

	IS_INT(send_pace_due(&p, false, 0, 100), 100, "the first is due at once");
	IS_INT(send_pace_due(&p, true, 7, 5 * SECOND), 100 + 333333333,
	    "the second a third of a second after the first, whatever its own time and however "
	    "late it is");
	send_pace_due(&p, false, 0, 0);
	IS_INT(send_pace_due(&p, false, 0, 0), 100 + SECOND, "no error adds up within a second");
	for (int i = 4; i < 3000; i++)
		send_pace_due(&p, false, 0, 0);
	IS_INT(send_pace_due(&p, false, 0, 0), 100 + 1000 * SECOND, "nor in a thousand");
}

static void test_high_rate(void)
{
	struct send_pace p = {.rate = 1000000000};
	int64_t due = 0;

	for (int i = 0; i < 5; i++)
		due = send_pace_due(&p, false, 0, 10);
	IS_INT(due, 14, "a packet a nanosecond");
}

static void test_times(void)
{
	struct send_pace p = {0};
	const int64_t t = 1700000000 * SECOND;

	IS_INT(send_pace_due(&p, true, t, 50), 50, "the first is due at once");
	IS_INT(send_pace_due(&p, true, t + 10, 51), 60, "the next when it came");
	IS_INT(send_pace_due(&p, false, 0, 51), 0, "one without a time is due at once");
	IS_INT(send_pace_due(&p, true, t + 5, 70), 55, "one that is earlier is due at once");
	IS_INT(send_pace_due(&p, true, t + 10 - SECOND, 70), 60 - SECOND,
	    "up to a second back is out of order");
	IS_INT(send_pace_due(&p, true, t + 20, 70), 70, "what follows keeps its distance");
	IS_INT(send_pace_due(&p, true, t + 19 - SECOND, 80), 70,
	    "more than a second back is another clock: due with the one before");
	IS_INT(
	    send_pace_due(&p, true, t + 29 - SECOND, 80), 80, "and what follows counts from there");
}

static void test_again(void)
{
	struct send_pace p = {0};

	send_pace_due(&p, true, 1000, 50);
	IS_INT(send_pace_due(&p, true, 1030, 50), 80, "a pass");
	send_pace_again(&p);
	IS_INT(send_pace_due(&p, true, 1000, 85), 80, "the next begins where it ended");
	IS_INT(send_pace_due(&p, true, 1030, 85), 110, "and has the same distances");
}

static void test_extremes(void)
{
	struct send_pace p = {0};

	send_pace_due(&p, true, INT64_MIN, 5);
	IS_INT(send_pace_due(&p, true, INT64_MAX, 5), INT64_MAX, "times that are too far apart");
	IS_INT(send_pace_due(&p, true, INT64_MIN, 5), INT64_MAX, "and back: with the one before");
}

int main(void)
{
	test_rate();
	test_high_rate();
	test_times();
	test_again();
	test_extremes();
	return tap_done();
}
