/* directories: the directories that a configuration names, each opened once, whatever it is called,
 * and whether the user may write there.
 *
 * What is wrong becomes a problem. Refuses to know which of them captures are recorded in, and
 * which they are published in (places does), and to look at what lies in them. */
#ifndef SERVER_DIRECTORIES_H
#define SERVER_DIRECTORIES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "config/config.h"

struct directory {
	const char *path; /* in the configuration */
	int fd;           /* -1: unusable, or another name of `same` */
	dev_t dev;
	ino_t ino;
	struct directory *same;
};

struct directories {
	struct directory *v; /* in the configuration's region */
	size_t n;
};

/* Room for `most` different paths. False: out of memory. */
bool directories_init(struct directories *d, struct region *region, size_t most);

/* The directory of that path, opened when the path comes up for the first time. NULL: it is
 * unusable, which is reported once, as of the setting `key` that stands at `o`. */
struct directory *directories_open(struct directories *d, const char *path, struct origin o,
    const char *key, struct problems *problems);

void directories_close(struct directories *d);

/* Warns of each that lies beneath another: a directory's sandbox rules hold for its whole subtree,
 * and so would be granted to a nested one. file: the configuration. */
void directories_warn_nested(
    const struct directories *d, const char *file, struct problems *problems);

/* The path of the one that is open as fd, as the configuration has it; "?" of any other. */
const char *directories_path(const struct directories *d, int fd);

/* How many are open. */
size_t directories_holds(const struct directories *d);

#endif
