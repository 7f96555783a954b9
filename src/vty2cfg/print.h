/* print: settings and notes as a configuration in libconfig's syntax.
 *
 * In the order of osmo-pcap-server -T: the keys of server, the tls group, the clients, and then
 * what has no counterpart. Refuses to decide anything. */
#ifndef VTY2CFG_PRINT_H
#define VTY2CFG_PRINT_H

#include <stdio.h>

#include "vty2cfg/vty2cfg.h"

/* False when there is no memory. */
bool vty_print(const struct vty *v, const char *file, size_t errors, FILE *out);

#endif
