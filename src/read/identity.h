/* identity: whether a capture is the one that a row of the index was made of.
 *
 * Decided in this place alone, for what was found in the directories and for what is followed: the
 * client, the length, the second in which the recording ended, and the name, whose number may have
 * changed when the recording was published. One that ended later than it was archived, by a clock
 * that was wrong, has the time of archiving in the index. What was read in the capture has to agree
 * as well, where somebody has read it: several captures of one second often have one length, and a
 * name comes again as soon as the capture that had it is archived. Refuses to open captures. */
#ifndef READ_IDENTITY_H
#define READ_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "capture/capname.h"
#include "index/store.h"

struct identity {
	const char *client, *name;
	int64_t ended;   /* seconds */
	int64_t changed; /* the capture or its names, last; seconds */
	uint64_t bytes;
	const struct facts *facts; /* NULL: nobody has read it */
};

/* What the capture's file tells: its times and its length. */
void identity_stat(struct identity *i, const struct stat *st);

/* Two names that differ in their numbers at most. */
bool identity_same_stamp(const char *a, const char *b);

/* The name under which an open file is found now, or was last: the kernel knows it; else that of
 * the path by which it was found. False: its number is not sure. */
bool identity_name_now(int fd, const char *path, char out[CAPNAME_MAX]);

enum identity_fit {
	IDENTITY_NONE,
	IDENTITY_RENUMBERED, /* the same but for the number in the name */
	IDENTITY_EXACT
};
enum identity_fit identity_fits(const struct identity *i, const struct store_row *row);

/* The number of the row, `last` at most; 0: there is none, or a reason of the store. Only where
 * facts are known, or when they will be asked for later, may the number in its name be another one.
 */
int64_t identity_find(struct store *s, const struct identity *i, int64_t last, bool later);

#endif
