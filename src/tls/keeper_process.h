/* keeper_process: the process that alone holds the TLS key, and what is asked of it.
 *
 * It reads the key after its fork, tells the master which public key it is, and then signs: once
 * for each connection, only with algorithms of its key, only what a handshake signs. With Ed25519
 * that is checked (signform); for RSA and ECDSA GnuTLS gives out no more than a hash, of which only
 * the length can be checked: it hashes before it asks (3.7.9, privkey_sign_raw_data), and has no
 * call for the data of such keys. It ends when the master's end and all connections are closed.
 *
 * Control channel, SOCK_SEQPACKET: the keeper sends one struct keeper_report; the master sends one
 * byte with a descriptor (SCM_RIGHTS) for each connection. On that descriptor, SOCK_SEQPACKET too,
 * the child sends one struct keeper_request and gets the bare signature, or nothing and end of
 * file. Integers are in host byte order: both ends are the same program. */
#ifndef TLS_KEEPER_PROCESS_H
#define TLS_KEEPER_PROCESS_H

#include <stdint.h>

#include "tls/signform.h"

#define KEEPER_KEY_ID     32 /* SHA-256 of the public key's SubjectPublicKeyInfo */
#define KEEPER_SIGNATURE  1024
#define KEEPER_REASON_MAX 200

struct sandbox_role;

struct keeper_report {
	uint32_t ok; /* 0: `reason` tells why not, and the keeper ends */
	uint8_t key_id[KEEPER_KEY_ID];
	char reason[KEEPER_REASON_MAX];
};

struct keeper_request {
	uint32_t algorithm; /* gnutls_sign_algorithm_t */
	uint32_t hashed;    /* data is a hash */
	uint32_t len;
	uint8_t data[SIGNFORM_MAX];
};

/* The life of a keeper, in the process that was forked for it: serves `control`, its end of the
 * control channel, which it owns, locked in as `role`. */
_Noreturn void keeper_process(int control, const struct sandbox_role *role, const char *key_file);

#endif
