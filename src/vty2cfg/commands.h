/* vty2cfg_commands: the commands of the original, and what each of them means here.
 *
 * Which of them have a setting, and which have no counterpart and why. The last statement wins, as
 * it does in the original. Refuses to know which node a line stands in: vty2cfg_parse does. */
#ifndef VTY2CFG_COMMANDS_H
#define VTY2CFG_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/problem.h"
#include "vty2cfg/vty2cfg.h"

#define VTY_WORDS   8    /* more than any command has */
#define VTY_PENDING (-1) /* place of a comment until it is known what it stands before */

struct vty_line {
	unsigned number;
	size_t indent;
	char *said;            /* without blanks around it */
	char *cut;             /* the same, cut into: */
	char *word[VTY_WORDS]; /* words */
	size_t n;              /* how many there are, those beyond VTY_WORDS included */
};

struct vty_reader {
	struct vty *v;
	struct problems *problems;
	const char *file;
	struct vty_line line; /* the present one */
	bool headed;          /* there was a command already */
};

struct vty_command {
	const char *pattern; /* CAPITALS: one word; "...": whatever follows */
	void (*apply)(struct vty_reader *r, const struct vty_command *c);
	int key;
	const char *text;
};

/* The command of the node server that the line is; otherwise NULL, and *near is the one that it is
 * most like, or NULL. */
const struct vty_command *vty_server_command(
    const struct vty_line *l, const struct vty_command **near);

/* The same for all other nodes; their commands have no counterpart, and `text` says why. */
const struct vty_command *vty_other_command(const struct vty_line *l);

/* The comments before the present line belong to this place. */
void vty_settle(struct vty_reader *r, int place);

/* The present line as a note. */
void vty_note_line(struct vty_reader *r, int place, const char *why);

/* An error in the present line. */
__attribute__((format(printf, 3, 4))) void vty_complain(
    struct vty_reader *r, int place, const char *fmt, ...);

#endif
