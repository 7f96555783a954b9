/* commands: which commands the original has, and what becomes of each here.
 *
 * Those that set something here, and those that have no counterpart and why. Refuses to know which
 * node a line stands in: parse does. */
#ifndef VTY2CFG_COMMANDS_H
#define VTY2CFG_COMMANDS_H

#include "vty2cfg/effects.h"

/* The command of the node server that matches the line. NULL if none does: *near is then the
 * command that matches the most words, or NULL. */
const struct vty_command *vty_server_command(
    const struct vty_line *l, const struct vty_command **near);

/* The same for all other nodes. None of their commands has a counterpart; `text` says why. */
const struct vty_command *vty_other_command(const struct vty_line *l);

#endif
