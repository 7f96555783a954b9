/* orphan: see orphan.h. */
#include "archive/orphan.h"

#include <gnutls/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "archive/pack.h"
#include "base/io.h"

#define STEP (256u << 10)

/* Decompresses what fd holds, or takes it as it is, into the hash; false at the first error. */
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

static bool hash_zstd(int fd, gnutls_hash_hd_t hash, uint8_t *buf, ZSTD_DCtx *zstd)
{
	uint8_t *plain = buf + STEP;
	uint64_t at = 0;
	size_t left = 0;
	ssize_t n;

	while ((n = io_read_at(fd, buf, STEP, at)) > 0) {
		ZSTD_inBuffer in = {.src = buf, .size = (size_t)n};

		at += (uint64_t)n;
		while (in.pos < in.size) {
			ZSTD_outBuffer out = {.dst = plain, .size = STEP};

			left = ZSTD_decompressStream(zstd, &out, &in);
			if (ZSTD_isError(left))
				return false;
			gnutls_hash(hash, plain, out.pos);
		}
	}
	return n == 0 && left == 0;
}

bool orphan_is(int fd, int level, const uint8_t *sha256)
{
	uint8_t *buf = malloc(2 * STEP), digest[METADATA_SHA256] = {0};
	ZSTD_DCtx *zstd = ZSTD_createDCtx();
	gnutls_hash_hd_t hash;
	bool ok = false;

	if (buf && zstd && gnutls_hash_init(&hash, GNUTLS_DIG_SHA256) == 0) {
		ok = level == PACK_PLAIN ? hash_plain(fd, hash, buf)
					 : hash_zstd(fd, hash, buf, zstd);
		gnutls_hash_deinit(hash, digest);
	}
	ZSTD_freeDCtx(zstd);
	free(buf);
	return ok && memcmp(digest, sha256, sizeof(digest)) == 0;
}
