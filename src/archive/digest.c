/* digest: see digest.h. */
#include "archive/digest.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "record/decompress.h"

#define STEP (256u << 10)

struct reading {
	int fd;
	uint8_t *buf;
	gnutls_hash_hd_t hash;
	uint64_t most;
	struct digest *out;
};

/* Takes n bytes; false when that is enough. */
static bool take(struct reading *r, ssize_t n)
{
	r->out->bytes += (uint64_t)n;
	if (r->out->bytes > r->most)
		return false;
	gnutls_hash(r->hash, r->buf, (size_t)n);
	return true;
}

static bool read_plain(struct reading *r, char *why)
{
	ssize_t n;

	while ((n = io_read_at(r->fd, r->buf, STEP, r->out->bytes)) > 0 && take(r, n))
		;
	if (n < 0)
		snprintf(why, DIGEST_WHY_MAX, "%s", strerror(errno));
	return n >= 0;
}

static bool read_zstd(struct reading *r, char *why)
{
	struct decompress d;
	ssize_t n = -1;

	if (!decompress_init(&d, r->fd)) {
		snprintf(why, DIGEST_WHY_MAX, "%s", strerror(errno));
		return false;
	}
	do
		n = decompress_read(&d, r->buf, STEP);
	while ((n > 0 && take(r, n)) || (n < 0 && errno == EAGAIN));
	if (n < 0)
		snprintf(
		    why, DIGEST_WHY_MAX, "%s", errno == EBADMSG && d.why ? d.why : strerror(errno));
	if (n >= 0 && d.kind != DECOMPRESS_ZSTD) {
		snprintf(why, DIGEST_WHY_MAX, "it is not compressed with zstd");
		n = -1;
	}
	decompress_free(&d);
	return n >= 0;
}

bool digest(int fd, bool compressed, uint64_t most, struct digest *out, char why[DIGEST_WHY_MAX])
{
	struct reading r = {.fd = fd, .buf = malloc(STEP), .most = most, .out = out};
	bool ok = false;

	*out = (struct digest){0};
	snprintf(why, DIGEST_WHY_MAX, "%s", strerror(ENOMEM));
	if (r.buf && gnutls_hash_init(&r.hash, GNUTLS_DIG_SHA256) == 0) {
		ok = (compressed ? read_zstd : read_plain)(&r, why);
		gnutls_hash_deinit(r.hash, out->sha256);
	}
	free(r.buf);
	return ok;
}
