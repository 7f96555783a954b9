/* orders: what the master tells a running child: a struct order over the channel, then a signal.
 *
 * Never waits for a child: what its channel has no room for is sent again until it is there, so a
 * child that is blocked, by a full disk say, learns it when it goes on. Refuses to decide what is
 * ordered (reload_children, replace and stop do), and to kill who does not follow (reap does). */
#ifndef SERVER_ORDERS_H
#define SERVER_ORDERS_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "server/child_report.h"

struct master;
struct child;

/* The child turns out to be its candidate with that number: once. */
void orders_choose(struct child *k, uint32_t candidate);

/* The settings of a client that may change while it is recorded, by a child that can store nothing
 * where it has no directory. */
struct recorder_live orders_live(const struct child *k, const struct config_client *client);

bool orders_same(const struct recorder_live *a, const struct recorder_live *b);

/* Milliseconds that a child has to finish, before it is killed. */
#define ORDERS_FINISH_MS 9000

/* How often a patient one is looked at: whether it still waits for disk space. */
#define ORDERS_LOOK_MS 1000

/* Tells a child to finish. There is room for the reason in its channel, however long it has read
 * none: settings leave half of it free. Should the kernel have no memory for it, the child finishes
 * for a plain stop. False: it was told already. */
bool orders_finish(struct master *m, struct child *k, enum order_kind why);

/* Gives a child other settings from its next packet on. */
void orders_settings(struct master *m, struct child *k, const struct recorder_live *live);

/* Sends again what could not be sent: a timer. */
void orders_again(struct master *m, int64_t now);

#endif
