/* roles: what each kind of process of osmo-pcap-archive may do once it is locked in.
 *
 * The tables of system calls, for daemon/sandbox. Refuses to decide when. */
#ifndef ARCHIVE_ROLES_H
#define ARCHIVE_ROLES_H

#include "daemon/sandbox.h"

extern const struct sandbox_role role_packer; /* packs or verifies one file: opens nothing */

/* sandbox_prepare() for all of them. False with errno. */
bool archive_roles_prepare(char lacking[SANDBOX_LACKING_MAX]);

/* A ruleset without any directory, as a descriptor of the master; -1: there is no need of one. */
int archive_roles_no_files(void);

#endif
