/* intent: the names that captures are about to get in the archive, noted on the disk before.
 *
 * Between a file's name and the commit of its row a crash leaves a file that the index does not
 * know. The note says which: a link in the directory of files in work, whose text is the name of
 * the capture, its size and the path, with slashes between them. A note costs no sync where the
 * contents are synced anyway. Refuses to look at files, and to decide what follows: archive/adopt
 * does. */
#ifndef ARCHIVE_INTENT_H
#define ARCHIVE_INTENT_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#define INTENT_SUFFIX ".to"
#define INTENT_ID_MAX 64

struct intent {
	const char *name; /* of the capture when it was completed */
	const char *path; /* beneath the archive's path */
	uint64_t bytes;   /* of the capture */
};

/* Whether a file in work is a note. */
bool intent_is(const char *id);

/* Notes it as `id`, which intent_is(), in place of what was noted so before. False with errno. */
bool intent_note(int work, const char *id, const struct intent *in);
void intent_drop(int work, const char *id);

/* False: it is none that intent_note() has written. *out leads into text. */
bool intent_read(int work, const char *id, char text[PATH_MAX], struct intent *out);

#endif
