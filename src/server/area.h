/* area: the status area of this master (status/layout.h), in a file, or in memory that nobody else
 * sees.
 *
 * The master keeps what it knows of each client in it, with a file and without: so that there is
 * one place for it. The file is made whole under a name with a dot, locked, and only then gets its
 * name. What it has no room for goes into memory of the master: a full filesystem ends nothing.
 * Refuses to know what is noted (seen), what an earlier master has left (heirs), and the pages of
 * children (statpages). No child has memory here (MADV_DONTFORK), nor the descriptor. */
#ifndef SERVER_AREA_H
#define SERVER_AREA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "status/layout.h"

struct area {
	int dir, fd; /* -1: no file */
	char name[32];
	struct status_server *head; /* the rows of children are behind it */
	size_t head_bytes;
	size_t slots, made;           /* rows; those below have room in the file */
	struct status_client *client; /* one for each client of the configuration, in its order */
	size_t clients, client_bytes;
	bool clients_seen;            /* they are in the file */
	struct status_child no_child; /* in the place of rows that there is no room for */
	struct status_client no_client;
};

#define AREA_REASON_MAX 256

/* Where the server of this configuration has its file; NULL: nowhere. */
const char *area_path(const struct config *c);

/* The lock by which a master is known to live. False: another process has it. */
bool area_lock(int fd);

/* path NULL: of no file. When there can be no file the reason is written ("": there was none), and
 * the area is memory. False with errno set: there is no memory. Always to be closed. */
bool area_open(struct area *a, const char *path, size_t slots, const char *config,
    char reason[AREA_REASON_MAX]);

/* Gives the file its name. False with errno set. */
bool area_publish(struct area *a);

/* The file stays. */
void area_close(struct area *a);

/* Bytes of address space of the master alone. */
size_t area_size(const struct area *a);

/* Rows for the clients of a configuration; those with the name of a client of `old` (NULL: there
 * is none) go on with what they have. False: the file has no room, or there is no memory at all. */
bool area_clients(struct area *a, const struct config *c, const struct config *old, int64_t now);

/* The row of a slot, of a client. Never NULL: where there is no room for it, it is one that is not
 * part of the area. */
struct status_child *area_child(struct area *a, size_t slot);
struct status_client *area_client(struct area *a, size_t client);

#endif
