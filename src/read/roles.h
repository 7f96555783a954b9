/* roles: what the processes that read captures may do once they are locked in.
 *
 * The table of system calls, for daemon/sandbox. Refuses to decide when. */
#ifndef READ_ROLES_H
#define READ_ROLES_H

#include "daemon/sandbox.h"

extern const struct sandbox_role role_reader; /* reads captures that it was given: opens nothing */

/* sandbox_prepare(). False with errno. */
bool read_roles_prepare(char lacking[SANDBOX_LACKING_MAX]);

/* A ruleset without any directory; -1: there is no need of one. */
int read_roles_no_files(void);

#endif
