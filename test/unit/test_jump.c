/* test_jump: a clock that jumps forward, is slewed, set back, comes back, and is believed after a
 * day. */
#include "tap.h"

#include "archive/jump.h"

#define WALL INT64_C(1790000000)
#define YEAR INT64_C(31536000)

static struct jump j;

static bool holds(int64_t wall, int64_t boot)
{
	bool is_new;

	return jump_holds(&j, wall, boot, &is_new);
}

static bool warns(int64_t wall, int64_t boot)
{
	bool is_new;

	return jump_holds(&j, wall, boot, &is_new) && is_new;
}

int main(void)
{
	OK(!holds(WALL, 100), "the first time is believed, whatever it is");
	OK(!holds(WALL + 2 * YEAR, 100 + 2 * YEAR), "time passes, awake or asleep");
	j = (struct jump){0};
	OK(!holds(WALL, 100) && !holds(WALL + 360, 160) && !holds(WALL + 720, 220),
	    "small steps are followed");
	j = (struct jump){0};
	OK(!holds(WALL, 100) && !holds(WALL + 360, 160), "a jump of 300 seconds is none");
	j = (struct jump){0};
	OK(!holds(WALL, 100) && warns(WALL + 361, 160), "one of more is");
	OK(holds(WALL + 421, 220) && !warns(WALL + 481, 280), "it is told of once, and holds");
	OK(!holds(WALL + 240, 340), "until it is set back");
	OK(warns(WALL + YEAR, 400) && warns(WALL + 2 * YEAR, 460), "a further one is told of");
	OK(holds(WALL + 2 * YEAR, 459 + JUMP_HOLDS_S), "it holds a day");
	OK(!holds(WALL + 2 * YEAR, 460 + JUMP_HOLDS_S), "then it is believed");
	OK(!holds(WALL + 2 * YEAR + 60, 520 + JUMP_HOLDS_S), "and from then on");
	j = (struct jump){0};
	OK(!holds(WALL, 100) && !holds(WALL - YEAR, 160) && !holds(WALL + 120, 220),
	    "a clock that was set back may come back");
	return tap_done();
}
