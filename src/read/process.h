/* process: starts a process for what parses captures: it has what it was given, and nothing else.
 *
 * No file but those handed over, no network, no standard descriptor; a pipe that leads out of it,
 * and one that leads in. It ends with the process that has started it. Refuses to know what it does
 * there. */
#ifndef READ_PROCESS_H
#define READ_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

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
	int from;  /* what it writes; without waiting, see pipes.h */
	int to;    /* what it reads; the same */
};

/* run() is called there with context, and its return ends it. False with errno. */
bool process_start(
    struct process *p, const int *file, size_t n, void (*run)(void *context), void *context);

/* Kills it when it still runs, and reaps it. */
void process_end(struct process *p);

#endif
