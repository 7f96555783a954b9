/* aes: the least that TLS can cost: GnuTLS deciphers records of 16 KiB that lie in the cache.
 * usage: aes 128|256 BYTES */
#include <gnutls/crypto.h>

#include "bench.h"

#define RECORD 16384
#define TAG    16

int main(int argc, char **argv)
{
	static uint8_t key[32], nonce[12], clear[RECORD], secret[RECORD + TAG];
	gnutls_datum_t k = {key, 0};
	gnutls_cipher_algorithm_t cipher = GNUTLS_CIPHER_AES_128_GCM;
	gnutls_aead_cipher_hd_t h;
	size_t len = sizeof(secret), out;

	if (argc != 3)
		return 2;
	k.size = (unsigned)atoi(argv[1]) / 8;
	if (k.size == 32)
		cipher = GNUTLS_CIPHER_AES_256_GCM;
	if (gnutls_aead_cipher_init(&h, cipher, &k) < 0 ||
	    gnutls_aead_cipher_encrypt(
		h, nonce, sizeof(nonce), NULL, 0, TAG, clear, RECORD, secret, &len) < 0)
		return 1;
	for (double left = atof(argv[2]); left > 0; left -= RECORD) {
		out = sizeof(clear);
		if (gnutls_aead_cipher_decrypt(
			h, nonce, sizeof(nonce), NULL, 0, TAG, secret, len, clear, &out) < 0)
			return 1;
	}
	return 0;
}
