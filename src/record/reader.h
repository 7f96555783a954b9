/* reader: reads a capture, pcap or pcapng, record by record from a descriptor.
 *
 * For a finished file, for one that is being recorded, for a pipe, and for what another file makes
 * of one, such as record/decompress. What a record is, and what
 * leads to the next one, is capture/format.h's. Refuses to wait, to open and close files, to
 * convert records, and to stop at a packet that contradicts its own block as long as the walk goes
 * on behind it.
 *
 * Memory: a buffer of READER_BUFFER bytes, or of the longest record met (at most `longest`, and no
 * more than the input really has), and 32 bytes for each interface of the section (at most
 * READER_INTERFACES; packets of later ones have no known time and link type).
 * A regular file is read with pread(): the position of the descriptor is neither used nor moved, so
 * several readers may share one. Offsets and lengths are bytes, times nanoseconds since 1970. */
#ifndef RECORD_READER_H
#define RECORD_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "capture/format.h"

#define READER_BUFFER     (256u << 10)
#define READER_INTERFACES 65536u
/* The longest record that any capture program writes is a USB packet of 128 MiB: a length above
 * this is wrong. */
#define READER_LONGEST (129u << 20)

enum reader_input {
	READER_FILE,    /* a regular file that does not grow any more */
	READER_GROWING, /* a regular file that is being written */
	READER_STREAM   /* a pipe, a terminal, a socket: read() */
};

enum reader_status {
	READER_RECORD, /* *out is filled in */
	READER_END,    /* the input ends behind a whole record */
	READER_MORE,   /* no whole record is there yet: ask again later; a stream: after poll() */
	READER_TORN,   /* the input ends inside a record, which begins at out->offset */
	READER_BAD,    /* what stands at out->offset leads to no further record: out->why */
	READER_ERROR   /* reading failed, or memory: errno */
};

enum reader_kind {
	READER_HEADER,    /* pcap: file header; pcapng: Section Header Block, a new section */
	READER_INTERFACE, /* Interface Description Block */
	READER_PACKET,
	READER_OTHER /* any other block */
};

struct reader_record {
	enum reader_kind kind;
	/* The record with its own header. Borrowed and writable: valid until the next call. After
	 * READER_TORN and READER_BAD: what is there of it, as far as it was read. */
	uint8_t *data;
	size_t len;
	size_t need;     /* after READER_TORN: the length that was announced, as far as known */
	uint64_t offset; /* of its first byte in the input; valid after every status */
	const char *why; /* after READER_BAD, or of a damaged packet; one line without full stop */

	/* Of a packet. */
	bool damaged; /* it contradicts its block or names no interface: the rest is not known */
	bool timed;   /* time_ns is known */
	int64_t time_ns;
	uint32_t interface; /* number in its section; pcap: 0 */
	uint16_t link_type; /* or FORMAT_LINK_UNKNOWN */
	uint32_t caplen, original;
	const uint8_t *packet; /* caplen bytes, inside data */
};

/* Where the bytes of a stream come from instead. Like read(), but never waits: EAGAIN. */
struct reader_source {
	void *of;
	ssize_t (*read)(void *of, void *buf, size_t len);
};

struct reader {
	/* The caller may change these between two calls. */
	enum reader_input input; /* a growing file may become a finished one */
	uint64_t end;            /* of a file: nothing from this offset on is read */
	uint32_t longest;        /* bytes of a record; above: READER_BAD */

	/* For reading only: the format, and of pcapng the current section. */
	struct format format;
	bool begun; /* the format is known */

	/* The rest is its own. */
	int fd;
	struct reader_source source; /* read NULL: fd */
	uint8_t *buf;
	size_t room, pos, filled; /* not yet handed out: buf[pos..filled) */
	uint64_t base;            /* offset of buf[0] in the input */
	bool eof;                 /* of a stream */
};

/* Where a reader stands between two records, to begin there again: the offset, the section and its
 * interfaces. */
struct reader_state {
	uint64_t offset;
	struct format format; /* owns section.table */
	bool begun;
};

/* Begins at offset `at` (0 of a stream), where a capture begins. fd stays the caller's. False with
 * errno when there is no memory. */
bool reader_init(struct reader *r, int fd, enum reader_input input, uint64_t at);

/* Begins with a stream from there. */
bool reader_init_source(struct reader *r, struct reader_source source);

void reader_free(struct reader *r);

/* The next record. After READER_END, READER_TORN and READER_BAD a further call gives the same
 * again, unless the file has changed: nothing is passed over. */
enum reader_status reader_next(struct reader *r, struct reader_record *out);

/* The offset of the next record. */
uint64_t reader_offset(const struct reader *r);

/* Goes on at another record of the same section whose interfaces were all described before it was
 * first read. Not of a stream. */
void reader_seek(struct reader *r, uint64_t offset);

/* Takes a copy of where r stands. False with errno when there is no memory. */
bool reader_save(const struct reader *r, struct reader_state *state);

/* Goes on there; also with another descriptor of the same file, after reader_init. Takes a copy.
 * False with errno when there is no memory; r is as it was then. */
bool reader_restore(struct reader *r, const struct reader_state *state);

void reader_state_free(struct reader_state *state);

#endif
