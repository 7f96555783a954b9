/* sandbox_limits: resource limits of a child (setrlimit(2)).
 *
 * Memory is limited to some more than the master had, so that no input makes a child grow without
 * bound. No RLIMIT_FSIZE: it would hold for a log that is a regular file, too. A session needs few
 * new descriptors; a keeper is sent one for each handshake, and repair has all directories open. */
#ifndef SANDBOX_LIMITS_H
#define SANDBOX_LIMITS_H

#include <stdbool.h>

#include "daemon/sandbox.h"

/* In the master: how much memory it has, which a child has from birth; without
 * `private` bytes, and in a session without `unmapped` bytes besides. */
void limits_measure(size_t private, size_t unmapped);

bool limits_enter(enum sandbox_role role);

#endif
