/* command: the command that one archived file is handed over to, with its arguments.
 *
 * Pure but for memory: refuses to run it, and to know whether it is there. */
#ifndef ARCHIVE_COMMAND_H
#define ARCHIVE_COMMAND_H

#include <stdint.h>

#include "archive/depot.h"
#include "capture/capname.h"
#include "config/config.h"
#include "index/store.h"

/* The file: what is told of it, and what the index is to remember. */
struct command_file {
	int64_t id;
	char client[CAPNAME_STEM_MAX], path[DEPOT_PATH_MAX];
	uint64_t tries;   /* that have failed */
	int64_t archived; /* seconds */
};

/* A copy of what the row says. */
void command_file(const struct store_row *row, struct command_file *out);

/* For execvp(); one piece of memory, to be freed. `path`: the archive's. Times are seconds since
 * 1970 with nine decimals, and empty when no packet has a time. NULL: there is no memory. */
char **command_arguments(
    const struct strings *command, const char *path, const struct store_row *row);

/* Seconds from the end of the try that was the tries-th to fail to the next one: twice as many each
 * time. */
#define COMMAND_PAUSE_MAX 3600
int64_t command_pause(uint64_t tries);

#endif
