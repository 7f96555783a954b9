/* creds_gnutls: the inside of creds, for transport_tls and the files that load it. Types only. Of
 * the private key there is what asks the keeper for a signature (keeper_client.h), and no more. */
#ifndef TLS_CREDS_GNUTLS_H
#define TLS_CREDS_GNUTLS_H

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "config/config.h"
#include "tls/keeper_process.h"

struct creds {
	enum config_auth auth;
	gnutls_priority_t priority;
	gnutls_certificate_credentials_t certificate;
	gnutls_anon_server_credentials_t anonymous;
	gnutls_privkey_t key; /* signs through the keeper */
	gnutls_pk_algorithm_t key_algorithm;
	unsigned key_bits;
	uint8_t key_id[KEEPER_KEY_ID];
	time_t expires; /* of the server certificate */
	gnutls_x509_crt_t *authority;
	unsigned authorities;
	gnutls_x509_crl_t *crl;
	unsigned crls;
	int64_t warned;         /* of the server certificate, monotonic ms; 0: not yet */
	int64_t *crl_warned;    /* of each list, likewise */
	struct region *reading; /* texts of the files, while they are read */
};

#endif
