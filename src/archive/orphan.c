/* orphan: see orphan.h. */
#include "archive/orphan.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "archive/pack.h"
#include "base/io.h"
#include "record/decompress.h"

#define STEP (256u << 10)

/* The capture goes into the hash; false at the first error. */
static bool hash_plain(int fd, gnutls_hash_hd_t hash, uint8_t *buf)
{
	uint64_t at = 0;
	ssize_t n;

	while ((n = io_read_at(fd, buf, STEP, at)) > 0) {
		gnutls_hash(hash, buf, (size_t)n);
		at += (uint64_t)n;
	}
	return n == 0;
}

static bool hash_zstd(int fd, gnutls_hash_hd_t hash, uint8_t *buf)
{
	struct decompress d;
	ssize_t n;

	if (!decompress_init(&d, fd))
		return false;
	while ((n = decompress_read(&d, buf, STEP)) > 0 || (n < 0 && errno == EAGAIN))
		if (n > 0)
			gnutls_hash(hash, buf, (size_t)n);
	decompress_free(&d);
	return n == 0;
}

bool orphan_is(int fd, int level, const uint8_t *sha256)
{
	uint8_t *buf = malloc(STEP), digest[METADATA_SHA256] = {0};
	gnutls_hash_hd_t hash;
	bool ok = false;

	if (buf && gnutls_hash_init(&hash, GNUTLS_DIG_SHA256) == 0) {
		ok = level == PACK_PLAIN ? hash_plain(fd, hash, buf) : hash_zstd(fd, hash, buf);
		gnutls_hash_deinit(hash, digest);
	}
	free(buf);
	return ok && memcmp(digest, sha256, sizeof(digest)) == 0;
}
