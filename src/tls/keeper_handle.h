/* keeper_handle: the master's handle of the process that alone holds the TLS key
 * (keeper_process.h).
 *
 * There is one for each configuration generation, forked by the master, which never sees the key
 * either. Refuses to restart one that has ended: the caller decides. */
#ifndef TLS_KEEPER_HANDLE_H
#define TLS_KEEPER_HANDLE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "tls/keeper_process.h"

struct keeper {
	pid_t pid;   /* 0: none */
	int control; /* -1: none */
};

/* Forks one and waits, at most 10 s, until it has read the key, whose public part must be key_id
 * (KEEPER_KEY_ID bytes; NULL: any), and has locked itself in as `role`. False with `reason`. */
bool keeper_start(struct keeper *k, const struct sandbox_role *role, const char *key_file,
    const uint8_t *key_id, char reason[KEEPER_REASON_MAX]);

/* Closes the control channel: the keeper ends when the last connection has its signature. */
void keeper_close(struct keeper *k);

/* A descriptor for one connection's signature, owned by the caller; -1: the keeper is gone, or has
 * not taken it within a second. */
int keeper_connect(const struct keeper *k);

#endif
