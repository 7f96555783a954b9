/* keeper: the process that alone holds the TLS key.
 *
 * One a configuration generation, forked by the master, which never sees the key either. It reads
 * the key after its fork, tells the master which public key it is, and then signs: once for each
 * connection, only with algorithms of its key, only what a handshake signs. With Ed25519 that is
 * seen (signform); for RSA and ECDSA GnuTLS gives out no more than a hash, of which only the length
 * can be checked: it hashes before it asks (3.7.9, privkey_sign_raw_data), and has no call for the
 * data of such keys. It ends when the master's end and all connections are gone.
 *
 * Control channel, SOCK_SEQPACKET: the keeper sends one struct keeper_report; the master sends one
 * byte with a descriptor (SCM_RIGHTS) for each connection. On that descriptor, SOCK_SEQPACKET too,
 * the child sends one struct keeper_request and gets the bare signature, or nothing and its end. */
#ifndef KEEPER_H
#define KEEPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "tls/signform.h"

#define KEEPER_KEY_ID     32 /* SHA-256 of the public key's SubjectPublicKeyInfo */
#define KEEPER_SIGNATURE  1024
#define KEEPER_REASON_MAX 200

struct keeper {
	pid_t pid;   /* 0: none */
	int control; /* -1: none */
};

struct sandbox_role;

/* Forks one and waits until it has read the key, whose public part must be key_id (NULL: any), and
 * has locked itself in as `role`. */
bool keeper_start(struct keeper *k, const struct sandbox_role *role, const char *key_file,
    const uint8_t *key_id, char reason[KEEPER_REASON_MAX]);

/* Closes the control channel: it ends when the last connection has its signature. */
void keeper_close(struct keeper *k);

/* A descriptor for one connection's signature, or -1: the keeper is gone. */
int keeper_connect(const struct keeper *k);

struct keeper_request {
	uint32_t algorithm; /* gnutls_sign_algorithm_t */
	uint32_t hashed;    /* data is a hash */
	uint32_t len;
	uint8_t data[SIGNFORM_MAX];
};

#endif
