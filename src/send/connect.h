/* send_connect: makes the connection to the server, and makes it again.
 *
 * Looks up the name, tries every address, has the transport make its handshake. Refuses to send
 * anything. Works on the struct of send_link, whose rules about errors and signals hold. */
#ifndef SEND_CONNECT_H
#define SEND_CONNECT_H

#include <stdbool.h>

#include "send/link.h"

#define SEND_START_S 30 /* for a handshake */

/* Tries every address of the host, which is looked up each time because it may move. */
bool send_connect(struct send_link *l);

/* After a lost or failed connection: whether there is to be another attempt; waits until it is time
 * for it. */
bool send_connect_recover(struct send_link *l);

#endif
