/* jump: whether the wall clock has jumped forward while the archive runs.
 *
 * One that is wrong by years would have everything deleted for its age. It is compared with the
 * time since the machine was started, in which it slept as well; what it has been at once is
 * trusted, a clock that was set back may come back. A jump holds for a day: then somebody has had
 * the time to see the warning, or the clock was wrong before. Refuses to judge the first time that
 * it sees: a machine may have been off for long. Pure: times are arguments, in seconds. */
#ifndef ARCHIVE_JUMP_H
#define ARCHIVE_JUMP_H

#include <stdbool.h>
#include <stdint.h>

#define JUMP_LEAST_S 300
#define JUMP_HOLDS_S 86400

/* Begins as {0}, and with that trusts the clock again. */
struct jump {
	bool begun;
	int64_t ahead; /* of boot, as it is trusted */
	int64_t seen;  /* the jump that holds; 0: none */
	int64_t since; /* then, of boot */
};

/* wall: since 1970; boot: since the start of the machine. True: ages are not to be believed.
 * *is_new: since this call, because of a jump of j->seen seconds. */
bool jump_holds(struct jump *j, int64_t wall, int64_t boot, bool *is_new);

#endif
