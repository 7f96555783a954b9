/* text: a configuration as one text, read once, with the files that it includes in their place.
 *
 * Each file is opened and read once, here and nowhere else: libconfig gets the text that was
 * checked, and has nothing left to open. Each line of the text belongs to one line of one file.
 * What is wrong becomes a problem with file and line; reading goes on, so that one run finds all of
 * it. Refuses to know what the settings mean. */
#ifndef CONFIG_TEXT_H
#define CONFIG_TEXT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/problem.h"
#include "base/region.h"

struct strings {
	const char **v;
	size_t n;
};

/* Where a setting stands, for whoever complains of it. `file` is the name by which it was opened:
 * that of -c, or an include's, joined to the directory of -c when it is relative. Both live as long
 * as the configuration. */
struct origin {
	const char *file;
	unsigned line; /* from 1; 0: unknown */
};

/* Stands in the text for a number that does not fit, of which an error tells: no setting may have
 * it. */
#define TEXT_NUMBER_UNFIT LLONG_MIN

struct text {
	struct region *region; /* of all this but the names of the files */
	struct region *keep;   /* of those */
	struct problems *problems;
	const char *directory;  /* of the configuration, for includes; "": the working directory */
	char *body;             /* ends with NUL */
	size_t len, room;       /* of it, without the NUL */
	unsigned line;          /* the number of its last line, from 1 */
	struct text_span *span; /* in ascending order of their first lines */
	size_t spans;
	struct strings names; /* of the files that were read, each once, the configuration first */
	unsigned includes;
	struct origin empty; /* the first file without a word within the list of clients, where
			      * groups are expected; file NULL: there is none */
	struct {             /* open before byte `at`: so far was looked for `empty` */
		size_t at;
		int lists, groups;
	} nested;
	bool broken;  /* it is not whole: libconfig must not get it */
	bool stopped; /* … and reading does not go on */
};

/* Reads the file and what it includes; `keep` is the configuration's region. False: the text is not
 * whole, of which an error tells. Numbers that do not fit are errors, too, but the text is whole.
 * text_free() in either case. */
bool text_read(struct text *t, struct region *keep, const char *file, struct problems *problems);
void text_free(struct text *t);

/* Whose line a line of the text is. */
struct origin text_origin(const struct text *t, unsigned line);

#endif
