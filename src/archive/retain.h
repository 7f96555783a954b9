/* retain: which archived file has to go next, and by which limit.
 *
 * First each client's own limits, then the greatest age of those that have none of their own, then
 * the greatest number and size of all and the least free space: while too much is stored, the
 * oldest file goes of the client that is furthest above its share (bytes / weight), as long as that
 * leaves it its floor. So a noisy sensor pushes out only its own files.
 *
 * Pure: totals, time and the oldest file of a client are arguments; refuses to delete and to know
 * an index. Sizes are bytes, times and ages seconds of the Unix epoch; a limit of 0 is none. */
#ifndef ARCHIVE_RETAIN_H
#define ARCHIVE_RETAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct retain_limits {
	uint64_t max_age, max_size, max_files;
};

struct retain_file {
	int64_t id;     /* the index's */
	uint64_t bytes; /* as it lies in the archive, compressed */
	int64_t ended;  /* when its recording ended */
};

enum retain_known {
	RETAIN_UNKNOWN,
	RETAIN_KNOWN,
	RETAIN_NONE
};

/* One client that has files in the archive, whether it is still configured or not. */
struct retain_client {
	struct retain_limits own;
	bool has_own_age; /* own.max_age, 0 as well, stands in the place of that of all */
	uint32_t weight;  /* 1 or more */
	/* All of these together are one client with a share of 1, the oldest file of all of them
	 * first: who can write captures can invent names, and would have a share for each. */
	bool unconfigured;
	uint64_t floor;
	uint64_t bytes, files;   /* stored; retain_next() subtracts what it names */
	enum retain_known known; /* retain's own, zero at first: is the next one its oldest? */
	struct retain_file oldest;
};

enum retain_reason {
	RETAIN_CLIENT_AGE,
	RETAIN_CLIENT_FILES,
	RETAIN_CLIENT_SIZE,
	RETAIN_AGE,
	RETAIN_FILES,
	RETAIN_SIZE,
	RETAIN_FREE
};

/* The oldest file of a client that may be deleted and was not named yet: not one that waits to be
 * handed over where that is required. False: there is none. */
typedef bool retain_oldest(void *context, size_t client, struct retain_file *out);

struct retain {
	struct retain_limits all;
	uint64_t min_free; /* of the filesystem */
	uint64_t free;     /* available there; retain_next() adds what it names */
	struct retain_client *client;
	size_t n;
	int64_t now;
	retain_oldest *oldest;
	void *context;
};

struct retain_choice {
	size_t client;
	struct retain_file file;
	enum retain_reason reason;
};

/* The next file to delete; false when every limit is kept, or nothing more may be deleted.  */
bool retain_next(struct retain *r, struct retain_choice *out);

/* The file that was named last could not be deleted: it counts again, and others go in its place.
 */
void retain_stays(struct retain *r, const struct retain_choice *c);

/* The file that was named last was not there: nothing goes in its place, and it makes no room. */
void retain_gone(struct retain *r, const struct retain_choice *c);

/* After false: by how many bytes the limits of all are still exceeded, as floors or files that wait
 * to be handed over stand against it. */
uint64_t retain_excess(const struct retain *r);

/* The same by how many files: above max-files. */
uint64_t retain_excess_files(const struct retain *r);

/* "max-age of the client" and so on: the setting. */
const char *retain_reason_text(enum retain_reason reason);

#endif
