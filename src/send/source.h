/* send_source: hands out a capture file, or standard input, as what is sent of it.
 *
 * Reads with record/reader.h, what is compressed by way of record/decompress.h, and joins a section
 * header with the interface descriptions right behind it to one link header. Old and modified pcap
 * is handed out as ordinary pcap (send/convert.h), everything else as it stands in the input: no
 * byte order, time stamp or option is converted. Refuses to interpret packets; what is wrong inside
 * a record is for send_cut and the server to say.
 *
 * Offsets and lengths are bytes, of compressed input decompressed ones. Errors come back as text
 * that names the input and the offset. */
#ifndef SEND_SOURCE_H
#define SEND_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/frame.h"
#include "record/decompress.h"
#include "record/reader.h"

enum send_got {
	SEND_GOT,    /* *r is filled in */
	SEND_PAUSE,  /* nothing whole is there yet: wait for the descriptor */
	SEND_END,    /* the input ended after a whole record */
	SEND_FAILED, /* cannot go on; `error` says why */
};

enum send_what {
	SEND_HEADER,    /* pcap file header; or section header and the interfaces right behind it */
	SEND_INTERFACE, /* an interface description further on, or beyond what a frame holds */
	SEND_PACKET,
	SEND_OTHER, /* any other pcapng block */
};

struct send_record {
	enum send_what what;
	/* Borrowed and writable: valid until the next call for a record. */
	uint8_t *data;
	size_t len;
	uint64_t offset; /* of the first byte in the input */
	bool timed;      /* time_ns is known; only of packets */
	int64_t time_ns; /* since 1970 */
};

struct send_source {
	int fd;           /* for poll while SEND_PAUSE; closed by send_source_close */
	const char *name; /* borrowed, for messages */
	bool regular;     /* a regular file: never pauses, its size is known */
	uint64_t size;    /* of a regular file, from where reading begins; else 0 */
	char error[512];

	/* The rest is its own. */
	struct reader reader;
	bool direct;               /* the reader reads the file itself */
	struct decompress through; /* else through this */
	uint64_t begin;            /* where reading begins */
	uint64_t done;             /* bytes handed out since */
	/* A link header that is being put together, and what was read behind it. */
	uint8_t header[FRAME_PAYLOAD_MAX];
	size_t header_len; /* 0: none */
	uint64_t header_at;
	bool pending;
	struct reader_record next;
};

/* Opens path, or takes standard input when it is NULL. False with `error`; the source may be
 * closed either way. */
bool send_source_open(struct send_source *s, const char *path);

enum send_got send_source_next(struct send_source *s, struct send_record *r);

/* Starts again at the first byte; only for regular files opened by name. */
bool send_source_rewind(struct send_source *s);

/* Bytes of the input handed out since the beginning, as they stand there: of `size`. */
uint64_t send_source_done(const struct send_source *s);

void send_source_close(struct send_source *s);

#endif
