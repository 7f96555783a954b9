/* roles: what the process that reads a request may do once it is locked in.
 *
 * The table of system calls, for daemon/sandbox. Refuses to decide when. */
#ifndef WATCH_ROLES_H
#define WATCH_ROLES_H

#include "daemon/process.h"

/* Reads from a connection that it was given, and says through a pipe what is asked for. NULL: no
 * such process can be made; errno. What the kernel lacks is named in `lacking`. */
const struct process_kind *roles_requester(char lacking[SANDBOX_LACKING_MAX]);

#endif
