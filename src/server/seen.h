/* seen: what the master notes in the status area, one function for each thing that happens.
 *
 * Each change is made under the sequence number of the area, so that a reader has it as a whole.
 * Refuses to log (events), and to decide anything: nobody but readers, and the next master, takes
 * what is noted here, but for the rows of clients, which silence works with. */
#ifndef SERVER_SEEN_H
#define SERVER_SEEN_H

#include <stdbool.h>

#include "server/children.h"
#include "status/layout.h"

struct master;

/* A configuration is in effect, and its rows are there (area_clients): at the start, and after each
 * reload. */
void seen_generation(struct master *m);
void seen_reload_failed(struct master *m);

/* What has changed of the master's own numbers: to be called in each round of its loop. */
void seen_numbers(struct master *m);

/* client: its name in the current configuration; NULL: not known. */
void seen_refused(struct master *m, enum status_refused why, const char *client);
void seen_full(struct master *m);

/* A slot is taken, and its page cleared. False with errno set: it cannot be used. */
bool seen_child(struct master *m, const struct child *k);
/* Its process runs. */
void seen_pid(struct master *m, const struct child *k);
void seen_established(struct master *m, const struct child *k);
void seen_finishing(struct master *m, const struct child *k);
/* Nothing was forked; or a doorman has done its work, and the connection goes on or has ended
 * otherwise. */
void seen_undone(struct master *m, const struct child *k);
/* It has exited, with a status of waitpid(). */
void seen_ended(struct master *m, const struct child *k, int status);

/* The loop has ended. */
void seen_stopped(struct master *m);

#endif
