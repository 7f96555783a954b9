/* handover: hands archived files over to the command of the configuration, several at a time.
 *
 * Those that wait are found in the index, which remembers what was handed over, and after a failure
 * when it is tried again: a file that fails keeps no other from its turn. When one after another
 * fails, whatever they are handed to is out of reach: then few are tried until one succeeds.
 * Refuses to wait, to run (runner does), and to delete. */
#ifndef ARCHIVE_HANDOVER_H
#define ARCHIVE_HANDOVER_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "archive/command.h"
#include "archive/depot.h"
#include "archive/runner.h"
#include "config/config.h"

struct handover_run {
	struct runner runner;
	struct command_file file;
};

struct handover {
	struct depot *depot;
	const struct config *config; /* of what is started from now on */
	struct handover_run *run;    /* CONFIG_AT_ONCE_MAX of them, allocated */
	unsigned active;
	int64_t next_try;  /* seconds since 1970: of the first that waits; INT64_MAX: none does */
	int64_t resume;    /* monotonic ms: nothing is started before that */
	unsigned in_a_row; /* failures, of whatever files */
	uint64_t failed;   /* since the beginning */
};

bool handover_init(struct handover *h, struct depot *depot, const struct config *config);

/* Ends the commands that run: their files still wait. Waits RUNNER_GRACE_MS at most. */
void handover_stop(struct handover *h);

/* How many files wait, whether their turn has come or not. False: it is not known, which was told.
 */
bool handover_waiting(struct handover *h, uint64_t *files);

/* Starts as many commands as there are files whose turn it is, and room. */
void handover_start(struct handover *h);

/* The turn of all that wait has come, whatever has failed before: what they are handed to was
 * repaired. */
void handover_now(struct handover *h);

/* The channels to poll; returns how many. */
size_t handover_channels(const struct handover *h, struct pollfd p[CONFIG_AT_ONCE_MAX]);

/* How many milliseconds until something is due, whatever the channels say; INT_MAX at most. */
int handover_due(const struct handover *h);

/* After poll(): listens to commands, and takes their ends. */
void handover_go_on(struct handover *h);

/* After handover_start(): nothing runs, and no file's turn has come. */
bool handover_is_idle(const struct handover *h);

#endif
