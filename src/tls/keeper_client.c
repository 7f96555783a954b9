/* keeper_client: see keeper_client.h. */
#include "tls/keeper_client.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "base/io.h"

#define ANSWER_MS 10000
#define HURRY_MS  1000 /* left for the answer once a signal is pending */

static struct sign_line current = {.fd = -1, .wake = -1};

void sign_use(const struct sign_line *line)
{
	current = *line;
}

static bool answered(const struct sign_line *line)
{
	struct pollfd p[] = {
	    {.fd = line->fd, .events = POLLIN}, {.fd = line->wake, .events = POLLIN}};
	int64_t now = io_monotonic_ms(), end = now + ANSWER_MS;

	if (end > line->until)
		end = line->until;
	for (; now < end; now = io_monotonic_ms()) {
		poll(p, 2, (int)(end - now));
		if (p[0].revents)
			return true;
		if (p[1].revents) {
			p[1].fd = -1;
			if (end > io_monotonic_ms() + HURRY_MS)
				end = io_monotonic_ms() + HURRY_MS;
		}
	}
	return false;
}

ssize_t sign_ask(const struct sign_line *line, uint32_t algorithm, bool hashed, const void *data,
    size_t len, uint8_t signature[KEEPER_SIGNATURE])
{
	struct keeper_request q = {.algorithm = algorithm, .hashed = hashed, .len = (uint32_t)len};
	size_t total = offsetof(struct keeper_request, data) + len;
	ssize_t n;

	if (line->fd < 0 || len > sizeof(q.data))
		return -1;
	memcpy(q.data, data, len);
	if (send(line->fd, &q, total, MSG_NOSIGNAL) != (ssize_t)total || !answered(line))
		return -1;
	do
		n = recv(line->fd, signature, KEEPER_SIGNATURE, 0);
	while (n < 0 && errno == EINTR);
	return n > 0 ? n : -1;
}

/* ---- for GnuTLS ---- */

static int ask_keeper(gnutls_sign_algorithm_t algorithm, bool hashed, const gnutls_datum_t *data,
    gnutls_datum_t *signature)
{
	uint8_t out[KEEPER_SIGNATURE];
	ssize_t n = sign_ask(&current, (uint32_t)algorithm, hashed, data->data, data->size, out);

	if (n < 0)
		return GNUTLS_E_PK_SIGN_FAILED;
	signature->data = gnutls_malloc((size_t)n);
	if (!signature->data)
		return GNUTLS_E_MEMORY_ERROR;
	memcpy(signature->data, out, (size_t)n);
	signature->size = (unsigned)n;
	return 0;
}

int sign_data_callback(gnutls_privkey_t key, gnutls_sign_algorithm_t algorithm, void *context,
    unsigned flags, const gnutls_datum_t *data, gnutls_datum_t *signature)
{
	(void)key;
	(void)context;
	(void)flags;
	return ask_keeper(algorithm, false, data, signature);
}

/* GnuTLS asks for PKCS #1 v1.5 as GNUTLS_SIGN_RSA_RAW of a DigestInfo. The hash is unwrapped here,
 * so that the keeper signs nothing but hashes. */
int sign_hash_callback(gnutls_privkey_t key, gnutls_sign_algorithm_t algorithm, void *context,
    unsigned flags, const gnutls_datum_t *hash, gnutls_datum_t *signature)
{
	uint8_t bare[64];
	gnutls_datum_t unwrapped = {bare, sizeof(bare)};
	gnutls_digest_algorithm_t digest;

	(void)key;
	(void)context;
	(void)flags;
	if (algorithm != GNUTLS_SIGN_RSA_RAW)
		return ask_keeper(algorithm, true, hash, signature);
	if (gnutls_decode_ber_digest_info(hash, &digest, bare, &unwrapped.size) < 0)
		return GNUTLS_E_PK_SIGN_FAILED;
	return ask_keeper(gnutls_pk_to_sign(GNUTLS_PK_RSA, digest), true, &unwrapped, signature);
}
