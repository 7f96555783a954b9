/* clients: the list of clients, as one command after another changes it.
 *
 * Refuses to check names and addresses: check does. */
#ifndef VTY2CFG_CLIENTS_H
#define VTY2CFG_CLIENTS_H

#include "vty2cfg/effects.h"

/* client NAME ADDRESS …. A name that is in the list already keeps its place there, as in the
 * original. */
void vty_client_take(struct vty_reader *r, const struct vty_command *c);

/* … with `tls` alone behind the address: no version of the original has that. Its start ends there
 * with "There is no such command". */
void vty_client_bare_tls(struct vty_reader *r, const struct vty_command *c);

void vty_client_remove(struct vty_reader *r, const struct vty_command *c);

#endif
