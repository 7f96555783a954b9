/* check: what of the original's settings the new server would refuse, or do otherwise.
 *
 * Errors become problems; what may surprise becomes a remark beside the setting. Refuses to look
 * at files and directories: osmo-pcap-server -t does. */
#ifndef VTY2CFG_CHECK_H
#define VTY2CFG_CHECK_H

#include "base/problem.h"
#include "vty2cfg/vty2cfg.h"

/* Also sets tls_group, auth, and the clients' net and unreachable. */
void vty_check(struct vty *v, const char *file, struct problems *p);

#endif
