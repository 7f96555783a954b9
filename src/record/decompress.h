/* decompress: the bytes of a descriptor, decompressed where they are a gzip or zstd stream.
 *
 * What it is, the first bytes tell, as they come; anything else is passed on as it is. Several
 * gzip members or zstd frames behind each other are one stream, zeros behind gzip and skippable
 * frames of zstd are passed over. Refuses to wait: a descriptor that has nothing now is asked again
 * later. Memory: a buffer, and what the stream's window needs, at most DECOMPRESS_WINDOW bytes,
 * however much comes out. */
#ifndef RECORD_DECOMPRESS_H
#define RECORD_DECOMPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define DECOMPRESS_INPUT  (64u << 10)
#define DECOMPRESS_WINDOW (128u << 20)

enum decompress_kind {
	DECOMPRESS_UNKNOWN, /* too few bytes so far */
	DECOMPRESS_PLAIN,
	DECOMPRESS_GZIP,
	DECOMPRESS_ZSTD
};

struct decompress {
	enum decompress_kind kind;
	uint64_t taken;  /* bytes of the descriptor that went into what was handed out */
	const char *why; /* after EBADMSG: one line without a full stop */

	/* The rest is its own. */
	int fd;
	uint8_t *in;
	size_t at, have; /* not yet used: in[at..have) */
	bool eof;        /* of the descriptor */
	bool within;     /* a member or frame has begun and not ended */
	bool more;       /* the last call may have kept something back */
	size_t wants;    /* zstd: for its next step */
	void *state;     /* z_stream, ZSTD_DStream */
};

/* What begins with these bytes. */
enum decompress_kind decompress_recognise(const uint8_t *p, size_t len);

/* fd stays the caller's, and is read with read(). False with errno when there is no memory. */
bool decompress_init(struct decompress *d, int fd);

/* Like read(): a count, 0 at the end, or -1 with errno. EAGAIN: when the descriptor is readable
 * again. EBADMSG: the stream is damaged or ends early, and everything before was handed out. */
ssize_t decompress_read(struct decompress *d, void *buf, size_t len);

void decompress_free(struct decompress *d);

#endif
