/* parse: a configuration of the original osmo-pcap-server, lines in, settings and notes
 * out.
 *
 * Finds the node that a line belongs to, and applies its command. A line that is not understood is
 * reported and noted, and reading goes on. Refuses to judge the result as a whole (check does) and
 * to read files. */
#ifndef VTY2CFG_PARSE_H
#define VTY2CFG_PARSE_H

#include <stddef.h>

#include "base/problem.h"
#include "vty2cfg/vty2cfg.h"

/* *v need not be initialised. `file` is for the problems. */
void vty_parse(struct vty *v, const char *text, size_t len, const char *file, struct problems *p);

#endif
