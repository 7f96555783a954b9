/* effects: what a command of the original sets here, or why it sets nothing.
 *
 * What cannot be right is reported, as an error or a warning. Refuses to know which commands there
 * are, and the list of clients. */
#ifndef VTY2CFG_EFFECTS_H
#define VTY2CFG_EFFECTS_H

#include "vty2cfg/reader.h"

/* A row of the tables in commands. */
struct vty_command {
	const char *pattern; /* CAPITALS: one word; "...": whatever follows */
	void (*apply)(struct vty_reader *r, const struct vty_command *c);
	int key; /* or place of a note */
	const char *text;
};

/* The value as it is, no value, and always `text`. */
void vty_take(struct vty_reader *r, const struct vty_command *c);
void vty_leave_out(struct vty_reader *r, const struct vty_command *c);
void vty_fixed(struct vty_reader *r, const struct vty_command *c);

/* Nothing is set; `text` says why. */
void vty_no_counterpart(struct vty_reader *r, const struct vty_command *c);

/* The value, checked, and written as it is written here. */
void vty_take_ip(struct vty_reader *r, const struct vty_command *c);
void vty_take_port(struct vty_reader *r, const struct vty_command *c);
void vty_take_snaplen(struct vty_reader *r, const struct vty_command *c);
void vty_take_publisher(struct vty_reader *r, const struct vty_command *c);
void vty_take_mode(struct vty_reader *r, const struct vty_command *c);
void vty_take_size(struct vty_reader *r, const struct vty_command *c);
void vty_take_rotate(struct vty_reader *r, const struct vty_command *c);

#endif
