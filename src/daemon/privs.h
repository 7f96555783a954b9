/* privs: from root to the configured user, for good, and verified.
 *
 * Refuses to call it done while root could come back, and to decide whether it is needed. */
#ifndef DAEMON_PRIVS_H
#define DAEMON_PRIVS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/problem.h"

#define PRIVS_REASON_MAX 160

/* Names, or numbers. As root: changes to `user` and `group` (NULL: the user's own). On failure the
 * reason is written; the process must not go on. */
bool privs_drop(const char *user, const char *group, char reason[PRIVS_REASON_MAX]);

#define PRIVS_USER_MAX 64

/* Who the process runs as: the name of its effective user, or the number of one without a name. It
 * is looked up once for a user: after privs_take() nobody is asked. */
const char *privs_user(char out[PRIVS_USER_MAX]);

/* At the start: the same as what a configuration asks for; when the process is not root, a warning
 * where that is somebody else.
 * `setting` says what names the user in `file`, where a problem is reported. */
void privs_take(const char *user, const char *group, const char *setting, const char *file,
    struct problems *problems);

#endif
