/* roles: what each kind of process of osmo-pcap-publish may do once it is locked in.
 *
 * The tables of system calls, for daemon/sandbox. Refuses to decide when. */
#ifndef PUBLISH_ROLES_H
#define PUBLISH_ROLES_H

#include "daemon/process.h"

/* sandbox_prepare() for all of them. False with errno. */
bool publish_roles_prepare(char lacking[SANDBOX_LACKING_MAX]);

const struct process_kind *publish_roles_walker(void); /* reads one capture */
const struct process_kind *publish_roles_sender(void); /* talks to subscribers */

#endif
