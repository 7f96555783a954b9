/* process: starts a process for what parses input: it has what it was given, and nothing else.
 *
 * No file but those handed over, no network, no standard descriptor; a pipe that leads out of it,
 * and one that leads in. It ends with the process that has started it. Refuses to know what it does
 * there. */
#ifndef DAEMON_PROCESS_H
#define DAEMON_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "daemon/sandbox.h"

/* Descriptors as the process has them. */
enum {
	PROCESS_OUT = 3,
	PROCESS_IN,
	PROCESS_RULES,
	PROCESS_FILES /* the first of those handed over */
};

#define PROCESS_FILES_MAX 32

struct process {
	pid_t pid; /* 0: there is none */
	int from;  /* what it writes; O_NONBLOCK */
	int to;    /* what it reads; O_NONBLOCK */
};

/* run() is called there with context, and its return ends it. It is locked in as the role says,
 * with a copy of the ruleset (-1: there is no need of one). False with errno. */
struct process_kind {
	const struct sandbox_role *role;
	int rules;
};
bool process_start(struct process *p, const struct process_kind *kind, const int *file, size_t n,
    void (*run)(void *context), void *context);

/* Kills it when it still runs, and reaps it. */
void process_end(struct process *p);

#endif
