/* jump: see jump.h. */
#include "archive/jump.h"

static void trust(struct jump *j, int64_t ahead)
{
	if (!j->begun || ahead > j->ahead)
		j->ahead = ahead;
	j->begun = true;
	j->seen = 0;
}

bool jump_holds(struct jump *j, int64_t wall, int64_t boot, bool *is_new)
{
	int64_t ahead = wall - boot, jump = ahead - j->ahead;

	*is_new = false;
	if (!j->begun || jump <= JUMP_LEAST_S) {
		trust(j, ahead);
		return false;
	}
	if (jump - j->seen > JUMP_LEAST_S) {
		j->seen = jump;
		j->since = boot;
		*is_new = true;
	}
	if (boot - j->since < JUMP_HOLDS_S)
		return true;
	trust(j, ahead);
	return false;
}
