/* roles: what the processes that read captures may do once they are locked in.
 *
 * The table of system calls, for daemon/sandbox. Refuses to decide when. */
#ifndef READ_ROLES_H
#define READ_ROLES_H

#include "daemon/process.h"

/* sandbox_prepare(). False with errno. */
bool read_roles_prepare(char lacking[SANDBOX_LACKING_MAX]);

/* Reads captures that it was given: opens nothing. */
const struct process_kind *read_roles_reader(void);

#endif
