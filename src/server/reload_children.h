/* reload_children: what a new configuration means for the recordings that run.
 *
 * Each of them finishes, because its client is gone or another one; or it begins a new file, with
 * the settings that may change while it runs. What it keeps (its directories, what its connection
 * was made with) is named in the log, once for each client. Refuses to read a configuration (reload
 * does), and to send (orders, reap). */
#ifndef SERVER_RELOAD_CHILDREN_H
#define SERVER_RELOAD_CHILDREN_H

#include "config/config.h"

struct master;

/* m->generation is the new one; `old` was in use until now. */
void reload_children(struct master *m, const struct config *old);

#endif
