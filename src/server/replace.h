/* replace: of the connections of one client and address the newest stays, unless the client has
 * replace = false.
 *
 * Decided when a connection is established: a peer that merely connects from a client's address
 * must not end its recording. Refuses to limit how many there are (server/connection_limits). */
#ifndef SERVER_REPLACE_H
#define SERVER_REPLACE_H

struct master;
struct child;

/* `k` is established now: older connections of its client finish, or itself, when a newer one was
 * quicker. Warns of connections that end each other again and again. */
void replace_older(struct master *m, struct child *k);

#endif
