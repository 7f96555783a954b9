/* keepertrip: what it costs to have the key in another process: microseconds of a signature by the
 * keeper, with everything that a connection needs for it, and of the same signature here; medians.
 * usage: keepertrip KEY-FILE TIMES */
#include <gnutls/abstract.h>
#include <stdbool.h>

#include "bench.h"
#include "tls/keeper_handle.h"
#include "tls/keeper_client.h"

/* What a TLS 1.3 server signs: 64 spaces, a string, a NUL, a hash (RFC 8446, 4.4.3). */
static uint8_t message[64 + 33 + 1 + 32];

static gnutls_privkey_t load(const char *file, uint8_t id[KEEPER_KEY_ID])
{
	gnutls_privkey_t key;
	gnutls_pubkey_t public;
	gnutls_datum_t text;
	size_t len = KEEPER_KEY_ID;

	if (gnutls_load_file(file, &text) < 0 || gnutls_privkey_init(&key) < 0 ||
	    gnutls_pubkey_init(&public) < 0 ||
	    gnutls_privkey_import_x509_raw(key, &text, GNUTLS_X509_FMT_PEM, NULL, 0) < 0 ||
	    gnutls_pubkey_import_privkey(public, key, 0, 0) < 0 ||
	    gnutls_pubkey_get_key_id(public, GNUTLS_KEYID_USE_SHA256, id, &len) < 0)
		die(file);
	return key;
}

static gnutls_sign_algorithm_t algorithm(gnutls_privkey_t key)
{
	switch (gnutls_privkey_get_pk_algorithm(key, NULL)) {
	case GNUTLS_PK_EDDSA_ED25519:
		return GNUTLS_SIGN_EDDSA_ED25519;
	case GNUTLS_PK_ECDSA:
		return GNUTLS_SIGN_ECDSA_SECP256R1_SHA256;
	default:
		return GNUTLS_SIGN_RSA_PSS_RSAE_SHA256;
	}
}

int main(int argc, char **argv)
{
	uint8_t id[KEEPER_KEY_ID], signature[KEEPER_SIGNATURE];
	char reason[KEEPER_REASON_MAX];
	gnutls_datum_t data = {message, sizeof(message)}, own;
	gnutls_sign_algorithm_t with;
	gnutls_privkey_t key;
	struct keeper k;
	int times = argc == 3 ? atoi(argv[2]) : 0;
	double *there = calloc((size_t)times + 1, sizeof(*there));
	double *here = calloc((size_t)times + 1, sizeof(*here));
	bool hashed;

	if (times <= 0 || !there || !here)
		return 2;
	memset(message, ' ', 64);
	memcpy(message + 64, "TLS 1.3, server CertificateVerify", 33);
	key = load(argv[1], id);
	with = algorithm(key);
	hashed = with != GNUTLS_SIGN_EDDSA_ED25519;
	if (hashed)
		data.size = 32;
	if (!keeper_start(&k, NULL, argv[1], id, reason)) {
		fprintf(stderr, "%s\n", reason);
		return 1;
	}
	for (int i = 0; i < times; i++) {
		double begin = seconds(), middle;
		int fd = keeper_connect(&k), e;

		const struct sign_line line = {.fd = fd, .wake = -1, .until = INT64_MAX};

		if (sign_ask(&line, with, hashed, data.data, data.size, signature) < 0)
			die("keeper");
		close(fd);
		middle = seconds();
		e = hashed ? gnutls_privkey_sign_hash2(key, with, 0, &data, &own)
			   : gnutls_privkey_sign_data2(key, with, 0, &data, &own);
		if (e < 0)
			die("signature");
		gnutls_free(own.data);
		there[i] = middle - begin;
		here[i] = seconds() - middle;
	}
	qsort(there, (size_t)times, sizeof(*there), by_value);
	qsort(here, (size_t)times, sizeof(*here), by_value);
	printf("%.1f %.1f\n", there[times / 2] * 1e6, here[times / 2] * 1e6);
	free(there);
	free(here);
	keeper_close(&k);
	return 0;
}
