/* command: see command.h. */
#include "archive/command.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/expand.h"

#define PAUSE_FIRST 30
#define SECOND      1000000000

void command_file(const struct store_row *row, struct command_file *out)
{
	*out = (struct command_file){.id = row->id, .tries = row->tries, .archived = row->archived};
	snprintf(out->client, sizeof(out->client), "%s", row->client);
	snprintf(out->path, sizeof(out->path), "%s", row->path);
}

struct texts {
	char path[PATH_MAX + DEPOT_PATH_MAX];
	char sha256[2 * METADATA_SHA256 + 1];
	char first[40], last[40];
};

static void print_time(bool timed, int64_t t, char out[40])
{
	int64_t seconds = t / SECOND, rest = t % SECOND;

	if (rest < 0) {
		rest += SECOND;
		seconds--;
	}
	out[0] = '\0';
	if (timed)
		snprintf(out, 40, "%" PRId64 ".%09" PRId64, seconds, rest);
}

static void print(const char *path, const struct store_row *row, struct texts *t)
{
	snprintf(t->path, sizeof(t->path), "%s/%s", path, row->path);
	for (size_t i = 0; i < METADATA_SHA256; i++)
		snprintf(t->sha256 + 2 * i, 3, "%02x", row->sha256[i]);
	print_time(row->timed, row->first, t->first);
	print_time(row->timed, row->last, t->last);
}

char **command_arguments(
    const struct strings *command, const char *path, const struct store_row *row)
{
	struct texts t;
	const char *slash = strrchr(row->path, '/');
	const char *const value[EXPAND_WORDS] = {[EXPAND_PATH] = t.path,
	    [EXPAND_CLIENT] = row->client,
	    [EXPAND_ADDRESS] = row->address,
	    [EXPAND_NAME] = slash ? slash + 1 : row->path,
	    [EXPAND_SHA256] = t.sha256,
	    [EXPAND_FIRST] = t.first,
	    [EXPAND_LAST] = t.last};
	size_t pointers = (command->n + 1) * sizeof(char *), size = 0;
	char **argv, *at;

	print(path, row, &t);
	for (size_t i = 0; i < command->n; i++)
		size += expand_argument_size(command->v[i], value);
	argv = malloc(pointers + size);
	if (!argv)
		return NULL;
	at = (char *)argv + pointers;
	for (size_t i = 0; i < command->n; i++) {
		size_t len = expand_argument_size(command->v[i], value);

		argv[i] = at;
		expand_argument(command->v[i], value, at, len);
		at += len;
	}
	argv[command->n] = NULL;
	return argv;
}

int64_t command_pause(uint64_t tries)
{
	int64_t pause = PAUSE_FIRST;

	while (tries > 1 && pause < COMMAND_PAUSE_MAX) {
		pause *= 2;
		tries--;
	}
	return pause < COMMAND_PAUSE_MAX ? pause : COMMAND_PAUSE_MAX;
}
