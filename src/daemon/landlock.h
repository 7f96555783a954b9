/* sandbox_landlock: which directories a process reaches, and for what (landlock(7)).
 *
 * Everything that the running kernel can deny is denied, but for what a directory is listed with.
 * Two things Landlock does not know (metadata, sockets that are open already) are seccomp's. */
#ifndef SANDBOX_LANDLOCK_H
#define SANDBOX_LANDLOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/sandbox.h"

/* True when this kernel can do what we need: rename between directories, which came with ABI 2. */
bool landlock_prepare(void);

/* A ruleset as a descriptor, or -1 with errno. */
int landlock_rules(const struct sandbox_dir *dir, size_t n);

bool landlock_enter(int rules);

#endif
