/* test_budgets: each has his own share of a window, and who wanted more is told, once. */
#include "tap.h"
#include "support.h"

#include "base/budgets.h"

static void test_shares(void)
{
	struct budgets *b = budgets_new(3, 1000);
	size_t who = 99;
	uint64_t n = 99;

	IS_INT(budgets_wait(b, 5000), -1, "nothing is waiting at first");
	OK(!budgets_summary(b, 5000, &who, &n), "no summary at first");
	OK(budgets_take(b, 1, 2, 5000) && budgets_take(b, 1, 2, 5001), "a burst of 2");
	IS_INT(budgets_wait(b, 5001), -1, "nobody refused, nothing to wait for");
	OK(!budgets_take(b, 1, 2, 5002) && !budgets_take(b, 1, 2, 5999), "two more are refused");
	OK(budgets_take(b, 0, 2, 5999) && budgets_take(b, 2, 2, 5999), "the others are not meant");
	OK(budgets_take(b, 1, 3, 5999) && !budgets_take(b, 1, 3, 5999),
	    "who may more has what is left of that");
	IS_INT(budgets_wait(b, 5990), 10, "a summary is due at the end of the window");
	OK(!budgets_summary(b, 5999, &who, &n), "no summary within the window");
	IS_INT(budgets_wait(b, 6000), 0, "now");
	IS_INT(budgets_wait(b, 9000), 0, "late: now");
	OK(!budgets_take(b, 1, 2, 6500), "a window lasts until it was told");
	OK(budgets_summary(b, 6500, &who, &n) && who == 1 && n == 4, "who it was, and how often");
	OK(!budgets_summary(b, 6500, &who, &n), "once");
	IS_INT(budgets_wait(b, 6500), -1, "nothing is waiting any more");
	OK(budgets_take(b, 1, 2, 6500) && budgets_take(b, 1, 2, 7499) &&
		!budgets_take(b, 1, 2, 7499),
	    "the next window has its own");
	OK(!budgets_summary(b, 7499, &who, &n), "which lasts as long");
	OK(budgets_summary(b, INT64_MAX, &who, &n) && who == 1 && n == 1,
	    "or to the end of everything");
	OK(!budgets_take(b, 1, 2, 7499), "that allows nothing more");
	OK(budgets_summary(b, INT64_MAX, &who, &n) && who == 1 && n == 1, "and is told, too");
	OK(!budgets_take(b, 2, 0, 9000), "a burst of 0 allows nothing");
	budgets_free(b);
}

/* All of a hundred thousand want more than they may, again and again. */
static void test_many(void)
{
	enum {
		MANY = 100000,
		ROUNDS = 3,
		EACH = 5
	};
	struct budgets *b = budgets_new(MANY, 1000);
	unsigned wrong = 0, told = 0;

	for (int64_t now = 0; now < ROUNDS * 1000; now += 1000) {
		uint64_t n;
		size_t who;

		for (size_t i = 0; i < MANY; i++)
			for (unsigned j = 0; j < EACH; j++)
				wrong += budgets_take(b, i, 2, now + 10) != (j < 2);
		while (budgets_summary(b, now + 1010, &who, &n)) {
			wrong += n != EACH - 2;
			told++;
		}
	}
	IS_INT(wrong, 0, "all have the same share, and what they wanted besides is told");
	IS_INT(told, ROUNDS * MANY, "each of them is named in each window");
	budgets_free(b);
}

static void test_none(void)
{
	struct budgets *b = budgets_new(0, 1000);
	size_t who;
	uint64_t n;

	OK(b && !budgets_summary(b, INT64_MAX, &who, &n), "nobody is fine, too");
	budgets_free(b);
	budgets_free(NULL);
}

int main(void)
{
	test_shares();
	test_many();
	test_none();
	return tap_done();
}
