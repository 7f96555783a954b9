/* trial: tries whether captures can be published from one directory into another, before any is.
 *
 * Refuses to touch files that it has not created, and to report: the caller knows which settings
 * the directories stand for. */
#ifndef SERVER_TRIAL_H
#define SERVER_TRIAL_H

#include <stdbool.h>

#define TRIAL_MAX 64 /* bytes of a trial file's name, with its NUL */

/* Creates an empty file in `base`, marked as captures are while they are recorded. Its name is
 * random: whoever else may create files there could otherwise occupy it. NULL, or
 * what cannot be done, with errno. */
const char *trial_create(int base, char name[TRIAL_MAX]);

enum trial_result {
	TRIAL_REFUSED, /* errno tells why */
	TRIAL_RENAMES, /* a rename that replaces nothing does it */
	TRIAL_LINKS,   /* there is none: a link does it */
	TRIAL_UNKNOWN  /* one of the two may; io_no_such_rename(errno): not the rename */
};

/* Tries the move that publishes. file: a file of trial_create(), which is removed afterwards in any
 * case; NULL: a name that does not exist, so that nothing is created, and only what refuses all
 * renames is found. */
enum trial_result trial_move(int base, int done, const char *file);

/* Whether this errno of trial_create() says that nothing can be created at this moment, which is no
 * statement about the directories. */
bool trial_is_transient(int error);

#endif
