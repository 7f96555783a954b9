/* keeper_client: how a child gets the one signature of its handshake from the keeper
 * (keeper_handle.h).
 *
 * The callbacks stand in the private key that creds makes; GnuTLS calls them in the child that
 * shakes hands, never in the master. Refuses to wait past the handshake's deadline, and to know a
 * key. */
#ifndef TLS_KEEPER_CLIENT_H
#define TLS_KEEPER_CLIENT_H

#include <gnutls/abstract.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "tls/keeper_process.h"

struct sign_line {
	int fd;        /* of keeper_connect(), not owned; -1: none */
	int wake;      /* once this can be read, a second is left for the answer */
	int64_t until; /* ms of io_monotonic_ms() */
};

/* How the callbacks reach the keeper: one a process, set in the child; copied. */
void sign_use(const struct sign_line *line);

/* The signature of data, or of a hash; algorithm: gnutls_sign_algorithm_t. Its length, or -1. */
ssize_t sign_ask(const struct sign_line *line, uint32_t algorithm, bool hashed, const void *data,
    size_t len, uint8_t signature[KEEPER_SIGNATURE]);

/* gnutls_privkey_sign_data_func: for Ed25519, which has no separate hash. */
int sign_data_callback(gnutls_privkey_t key, gnutls_sign_algorithm_t algorithm, void *context,
    unsigned flags, const gnutls_datum_t *data, gnutls_datum_t *signature);

/* gnutls_privkey_sign_hash_func: for all other keys. */
int sign_hash_callback(gnutls_privkey_t key, gnutls_sign_algorithm_t algorithm, void *context,
    unsigned flags, const gnutls_datum_t *hash, gnutls_datum_t *signature);

#endif
