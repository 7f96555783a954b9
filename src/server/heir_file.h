/* heir_file: one status area that an earlier master of this configuration has left: opened, its
 * rows read, marked as taken over, removed.
 *
 * Refuses to believe a file that somebody else may have written, whose master is there, of another
 * boot or configuration, or whose numbers cannot be (status/check); and to map it. */
#ifndef SERVER_HEIR_FILE_H
#define SERVER_HEIR_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/area.h"

struct heir_file {
	int fd; /* and the lock that its master had */
	char name[32];
	bool inherited;   /* the totals of its clients were taken over already */
	uint64_t slots;   /* of children, that were used */
	uint64_t clients; /* rows of them */
	uint64_t child_at, child_size, page_at, page_step, client_at, client_size;
};

/* Opens a file of the area's directory. False: it is not to be believed, or it is none. */
bool heir_file_open(struct heir_file *f, const struct area *a, const char *name);
void heir_file_close(struct heir_file *f);

/* The row of a client. False: it cannot be read. */
bool heir_file_client(const struct heir_file *f, uint64_t client, struct status_client *row);

/* The row of a child with its page. False: there is none, or it cannot be read. */
bool heir_file_child(
    const struct heir_file *f, uint64_t slot, struct status_child *row, struct status_page *page);

/* There is no child in that slot any more. False: the file still says so. */
bool heir_file_forget(const struct heir_file *f, uint64_t slot);

/* The totals of its clients do not count any more. Where that cannot be written they count twice
 * for as long as the file stays. */
void heir_file_mark(const struct heir_file *f);

/* Unless its name has become another file's. It stays open. */
void heir_file_remove(const struct heir_file *f, const struct area *a);

#endif
