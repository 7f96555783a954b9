/* commands: the commands of the original, and what each of them means here.
 *
 * Which of them have a setting, and which have no counterpart and why. The last statement wins, as
 * it does in the original. Refuses to know which node a line stands in: parse does. */
#ifndef VTY2CFG_COMMANDS_H
#define VTY2CFG_COMMANDS_H

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

struct vty_command {
	const char *pattern; /* CAPITALS: one word; "...": whatever follows */
	void (*apply)(struct vty_reader *r, const struct vty_command *c);
	int key;
	const char *text;
};

/* The command of the node server that matches the line. NULL if none does: *near is then the
 * command that matches the most words, or NULL. */
const struct vty_command *vty_server_command(
    const struct vty_line *l, const struct vty_command **near);

/* The same for all other nodes. None of their commands has a counterpart; `text` says why. */
const struct vty_command *vty_other_command(const struct vty_line *l);

/* Places the comments before the line at `place`. */
void vty_settle(struct vty_reader *r, int place);

/* Notes the line at `place`, with the reason. */
void vty_note_line(struct vty_reader *r, int place, const char *why);

/* Reports an error in the line, and notes both. */
__attribute__((format(printf, 3, 4))) void vty_complain(
    struct vty_reader *r, int place, const char *fmt, ...);

#endif
