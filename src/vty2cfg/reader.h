/* reader: a line that is being read, and what it leaves behind: a setting, notes, problems.
 *
 * The last statement wins, as it does in the original; the lines before it become notes. Refuses to
 * know commands. */
#ifndef VTY2CFG_READER_H
#define VTY2CFG_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/problem.h"
#include "vty2cfg/vty2cfg.h"

#define VTY_WORDS   8    /* no command has as many */
#define VTY_PENDING (-1) /* place of a comment until it is known what it stands before */

struct vty_line {
	unsigned number;
	size_t indent;
	char *said;            /* without blanks around it */
	char *cut;             /* a copy of it, which the words point into */
	char *word[VTY_WORDS]; /* the first VTY_WORDS words */
	size_t n;              /* number of words, those beyond VTY_WORDS included */
};

struct vty_reader {
	struct vty *v;
	struct problems *problems;
	const char *file;
	struct vty_line line; /* being read */
	bool headed;          /* a command has been read */
};

/* The last word of the line, which is the value where a command has one. */
const char *vty_value(const struct vty_reader *r);

/* Places the comments before the line at `place`. */
void vty_settle(struct vty_reader *r, int place);

/* Notes the line at `place`, with the reason. */
void vty_note_line(struct vty_reader *r, int place, const char *why);

/* Reports an error in the line, and notes both. */
__attribute__((format(printf, 3, 4))) void vty_complain(
    struct vty_reader *r, int place, const char *fmt, ...);

/* The line is understood, but its effect may surprise. */
void vty_warn(struct vty_reader *r, int place, const char *text);

/* Notes an earlier line that has no effect any more; how: "Overridden", "Removed". */
void vty_outdated(
    struct vty_reader *r, int place, unsigned line, const char *said, const char *how);

/* The value of a setting, as the new configuration has it; NULL: it is left out. */
void vty_set(struct vty_reader *r, int key, const char *value);

#endif
