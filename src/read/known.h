/* known: captures that are not to be taken a second time, by inode, and in the index by what they
 * became there.
 *
 * Open are those that are being read and those that are still recorded; of others their names,
 * lengths and times are kept, which tell them from a file that gets their inode later. So nothing
 * that was deleted keeps its room on the disk. Refuses to look into directories and index itself.
 */
#ifndef READ_KNOWN_H
#define READ_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "index/store.h"

struct known_file {
	int fd;                               /* -1: it is not open */
	struct stat st;                       /* as it was when it was looked at last */
	char *client, *address, *name, *path; /* its own */
	struct facts *facts;                  /* its own; NULL: nobody has read it */
	bool recording;                       /* when it was found */
	bool archived;                        /* it was met in the index */
	bool present;                         /* it was met in a directory, in this look */
	bool fresh;                           /* nobody has taken it yet */
	bool in_use;                          /* it is being read: it stays */
	bool settled; /* no other one can get its name while a look is away: its second is over */
};

struct known {
	struct known_file *v; /* by inode */
	size_t n, room;
};

/* That a directory lists under this name. NULL: it is not known, or not surely: a capture that was
 * archived and removed within the second of its name leaves both name and inode to the next one. */
struct known_file *known_listed(const struct known *k, dev_t dev, ino_t ino, const char *name);

/* The same with what is known of the file once it is open. */
struct known_file *known_find(const struct known *k, const struct stat *st, const char *name);

/* fd (-1: none) is its own from then on; texts are copied. NULL without memory. Others may move. */
struct known_file *known_add(struct known *k, const struct stat *st, int fd, const char *client,
    const char *address, const char *name, const char *path);

/* Whether the capture of a row of the index is one of these; it is noted in it. A capture that is
 * still there, or whose name is not sure, is scanned for that. Rows have to come in the order of
 * their numbers: a name that comes again belongs to the later one. */
bool known_match(struct known *k, const struct store_row *row);

/* Whether a completed one is in the index already, up to the row with that number: one that is
 * alike is compared by what is in both. */
bool known_is_archived(struct known_file *f, struct store *s, int64_t last);

/* Closes those that are finished and not in use. */
void known_rest(struct known *k);

/* Forgets those that are neither present nor in use. */
void known_forget(struct known *k);

void known_free(struct known *k);

#endif
