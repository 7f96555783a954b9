/* test_profile: packets and bytes in equal steps, whatever the times are. */
#include "tap.h"
#include "support.h"

#include "index/profile.h"

#define SECOND INT64_C(1000000000)

static struct profile p;

static void sums(uint64_t packets, uint64_t bytes, const char *what)
{
	struct profile_step all = {0};

	for (size_t i = 0; i < p.n; i++) {
		all.packets += p.step[i].packets;
		all.bytes += p.step[i].bytes;
	}
	IS_INT(all.packets, packets, "%s: every packet is counted", what);
	IS_INT(all.bytes, bytes, "%s: every byte", what);
	OK(p.n <= PROFILE_STEPS, "%s: no more steps than there are", what);
	OK(p.n > 0 && p.step[0].packets > 0 && p.step[p.n - 1].packets > 0,
	    "%s: the first and the last step have packets", what);
}

static void test_short(void)
{
	profile_init(&p);
	IS_INT(p.n, 0, "without packets there is no step");
	profile_add(&p, 1790000000 * SECOND + 5, 100);
	profile_add(&p, 1790000003 * SECOND, 50);
	profile_add(&p, 1789999999 * SECOND, 25);
	IS_INT(p.seconds, 1, "a few seconds: steps of one");
	IS_INT(p.n, 5, "from the first to the last");
	IS_INT(profile_begin(&p, 0), 1789999999, "it begins with the earliest");
	IS_INT(p.step[1].bytes, 100, "bytes stand in their step");
	IS_INT(p.step[2].packets, 0, "a gap is a step without packets");
	sums(3, 175, "three packets");
}

static void test_widening(void)
{
	profile_init(&p);
	for (int64_t s = 0; s < 10000; s++)
		profile_add(&p, (1790000000 + s) * SECOND, 2);
	IS_INT(p.seconds, 8, "10,000 s: steps of eight");
	IS_INT(profile_begin(&p, 0) % 8, 0, "which begin at multiples of eight");
	IS_INT(p.step[1].packets, 8, "each has eight packets");
	sums(10000, 20000, "10,000 s");
	profile_init(&p);
	for (int64_t s = 10000; s-- > 0;)
		profile_add(&p, (1790000000 + s) * SECOND, 2);
	IS_INT(p.seconds, 8, "backwards it is the same");
	sums(10000, 20000, "10,000 s backwards");
}

static void test_extremes(void)
{
	profile_init(&p);
	profile_add(&p, 1790000000 * SECOND, 1);
	profile_add(&p, INT64_MAX, 1);
	profile_add(&p, INT64_MIN, 1);
	profile_add(&p, -1, 1);
	profile_add(&p, 0, 1);
	sums(5, 5, "all of time");
	OK(profile_begin(&p, 0) <= INT64_MIN / SECOND, "it begins before the earliest");
}

static void test_column(void)
{
	static uint8_t column[16 * (PROFILE_STEPS + 2)];
	static struct profile again;

	profile_init(&p);
	profile_add(&p, -5 * SECOND, 7);
	profile_add(&p, 300 * SECOND, 9);
	profile_write(&p, column);
	OK(profile_read(&again, column, profile_size(&p)), "a column is read");
	IS_INT(again.n, p.n, "with as many steps");
	IS_INT(profile_begin(&again, 0), -5, "from the same time on");
	IS_INT(again.step[305].bytes, 9, "with the same content");
	OK(!profile_read(&again, column, profile_size(&p) - 1), "a part of it is none");
	OK(!profile_read(&again, column, 0), "nothing is none");
	OK(!profile_read(&again, column, sizeof(column)), "too many steps are none");
}

int main(void)
{
	test_short();
	test_widening();
	test_extremes();
	test_column();
	return tap_done();
}
