/* sandbox: what a process of this program may still do once it meets input.
 *
 * Every process gives up, in this order, what it does not need: resources (sandbox_limits), new
 * privileges, files and sockets (sandbox_landlock), system calls (sandbox_seccomp). What can be
 * prepared is prepared once in the master: the filter programs, and a ruleset for each pair of
 * directories. There is no way back out, and nothing here can be switched by a peer. Refuses to
 * decide whom it protects: the processes call it when they have opened all they need. */
#ifndef SANDBOX_H
#define SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

enum sandbox_role {
	SANDBOX_MASTER,  /* seccomp only, and errors instead of death: a reload opens new paths */
	SANDBOX_SESSION, /* creates in one directory, renames into another */
	SANDBOX_KEEPER,  /* no files at all */
	SANDBOX_REPAIR,  /* finishes files in all directories of its configuration */
	SANDBOX_ROLES
};

#define SANDBOX_LACKING_MAX 160

/* In the master, once, before the first sandbox_rules(). Without it all of the rest does nothing.
 * What the kernel lacks is named in `lacking`, "" for nothing; the rest is used all the same. */
void sandbox_prepare(char lacking[SANDBOX_LACKING_MAX]);

/* A directory as a ruleset sees it. */
struct sandbox_dir {
	int fd;      /* -1 is skipped */
	bool record; /* files are created here; else they only arrive, by rename */
	bool keep;   /* but none is removed or renamed: finished ones stay here, too */
	bool repair; /* files are looked for and mended here */
};

/* A ruleset over these directories and nothing else, as a descriptor; -1 where there is no need of
 * one, -2 with errno when it cannot be made. */
int sandbox_rules(const struct sandbox_dir *dir, size_t n);

/* How much memory the master has by now: its children get a fixed amount more. Of it
 * `private` bytes are inherited by no process, and `unmapped` bytes are unmapped by sessions. After
 * the start and after each reload. */
void sandbox_measure(size_t private, size_t unmapped);

/* Locks this process in. `base` and `done` are a session's directories, -1 for none; `rules` is
 * their ruleset, which is closed. False with errno when a mechanism that was there at the start
 * refuses: the process must not go on. */
bool sandbox_enter(enum sandbox_role role, int base, int done, int rules);

#endif
