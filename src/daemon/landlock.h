/* landlock: which directories a process reaches, and for what (landlock(7)).
 *
 * Everything that the running kernel can deny is denied, except what a directory is listed with.
 * Two things Landlock does not know (metadata, sockets that are open already) are seccomp's.
 * Refuses to choose directories: its callers list them. */
#ifndef DAEMON_LANDLOCK_H
#define DAEMON_LANDLOCK_H

#include <stdbool.h>
#include <stddef.h>

/* A directory as a ruleset sees it. */
struct landlock_dir {
	int fd;      /* -1 is skipped */
	bool record; /* files are created here; else they only arrive, by rename */
	bool keep;   /* no file is removed or renamed: finished ones stay here, too */
	bool repair; /* files are looked for and mended here */
};

/* True when this kernel can do what we need: rename between directories, which came with ABI 2. */
bool landlock_prepare(void);

/* A ruleset as a descriptor, or -1 with errno. */
int landlock_rules(const struct landlock_dir *dir, size_t n);

/* False with errno. The ruleset stays open. */
bool landlock_enter(int rules);

#endif
