/* known: captures that are not to be taken a second time, by inode, and in the index by what they
 * became there.
 *
 * Each is held open, so that its inode belongs to no other file as long as it is known. Refuses to
 * look into directories and index itself. */
#ifndef READ_KNOWN_H
#define READ_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "index/store.h"

struct known_file {
	dev_t dev;
	ino_t ino;
	int fd;
	char *client, *address, *name, *path; /* its own */
	bool recording;                       /* when it was found */
	bool archived;                        /* it was met in the index */
	bool present;                         /* it was met in a directory, in this look */
	bool fresh;                           /* nobody has taken it yet */
	bool in_use;                          /* it is being read: it stays */
};

struct known {
	struct known_file *v; /* by inode */
	size_t n, room;
};

/* NULL: it is not known. */
struct known_file *known_find(const struct known *k, dev_t dev, ino_t ino);

/* fd is its own from then on; texts are copied. NULL without memory. Others may move. */
struct known_file *known_add(struct known *k, const struct stat *st, int fd, const char *client,
    const char *address, const char *name, const char *path);

/* Whether the capture of a row of the index is one of these; it is noted in it. Rows have to come
 * in the order of their numbers: a name that comes again belongs to the later one. */
bool known_match(struct known *k, const struct store_row *row);

/* Forgets those that are neither present nor in use. */
void known_forget(struct known *k);

void known_free(struct known *k);

#endif
