/* send_source: see send_source.h. */
#include "send/source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"

#define BUFFER_SIZE    (256u << 10)
#define HEADER_MAX     65535u /* longest link header that a frame holds */
#define PCAP_HEADER    24u
#define PCAP_RECORD    16u
#define BLOCK_SHB      0x0A0D0D0Au
#define BLOCK_IDB      1u
#define BLOCK_PACKET   2u
#define BLOCK_SIMPLE   3u
#define BLOCK_ENHANCED 6u
#define BLOCK_MIN      12u
#define SHB_MIN        28u
#define IDB_OPTIONS    16u /* offset of an interface description's options */
#define IDB_MIN        20u
#define OPT_TSRESOL    9u
#define OPT_TSOFFSET   14u
/* Longest that any capture program writes is a USB packet of 128 MiB: what announces more has a
 * wrong length, and memory for it is not asked for. */
#define RECORD_MAX (129u << 20)

/* How an interface counts time. */
struct send_clock {
	uint8_t resolution; /* if_tsresol: negative power of 10, or of 2 when the top bit is set */
	int64_t offset;     /* if_tsoffset: seconds to add */
};

__attribute__((format(printf, 2, 3))) static void complain(
    struct send_source *s, const char *fmt, ...)
{
	int n = snprintf(s->error, sizeof(s->error), "%.200s: at byte %" PRIu64 ": ", s->name,
	    send_source_done(s));
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s->error + n, sizeof(s->error) - (size_t)n, fmt, ap);
	va_end(ap);
}

/* A macro, so that whoever reads the code, also a program, sees what it is. */
#define broken(...) (complain(__VA_ARGS__), SEND_FAILED)

static enum send_got truncated(struct send_source *s, const char *what, size_t need)
{
	return broken(s, "truncated: the input ends inside a %s, after %zu of %zu bytes", what,
	    s->end - s->pos, need);
}

/* ---- input ---- */

bool send_source_open(struct send_source *s, const char *path)
{
	struct stat st;
	off_t at;

	*s = (struct send_source){.fd = STDIN_FILENO, .name = path ? path : "standard input"};
	if (path && (s->fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		goto fail;
	if (fstat(s->fd, &st) != 0)
		goto fail;
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		goto fail;
	}
	if (S_ISREG(st.st_mode)) {
		s->regular = true;
		at = lseek(s->fd, 0, SEEK_CUR); /* standard input may have been read from */
		s->size = at >= 0 && at < st.st_size ? (uint64_t)(st.st_size - at) : 0;
	}
	s->room = BUFFER_SIZE;
	s->buf = malloc(s->room);
	if (!s->buf)
		goto fail;
	return true;
fail:
	snprintf(s->error, sizeof(s->error), "%.200s: cannot open: %s", s->name, strerror(errno));
	return false;
}

bool send_source_rewind(struct send_source *s)
{
	if (lseek(s->fd, 0, SEEK_SET) != 0) {
		snprintf(s->error, sizeof(s->error), "%.200s: cannot start again: %s", s->name,
		    strerror(errno));
		return false;
	}
	s->pos = s->end = 0;
	s->base = 0;
	s->eof = s->begun = false;
	return true;
}

uint64_t send_source_done(const struct send_source *s)
{
	return s->base + s->pos;
}

void send_source_close(struct send_source *s)
{
	if (s->fd > STDIN_FILENO)
		close(s->fd);
	s->fd = -1;
	free(s->buf);
	free(s->clocks);
	s->buf = NULL;
	s->clocks = NULL;
}

/* Makes the buffer hold `need` bytes from pos on. */
static bool make_room(struct send_source *s, size_t need)
{
	if (s->pos > 0) {
		memmove(s->buf, s->buf + s->pos, s->end - s->pos);
		s->base += s->pos;
		s->end -= s->pos;
		s->pos = 0;
	}
	if (need > s->room) {
		uint8_t *p = realloc(s->buf, need);

		if (!p)
			return false;
		s->buf = p;
		s->room = need;
	}
	return true;
}

/* SEND_GOT once `need` bytes are there from pos on; SEND_END when the input ends before. */
static enum send_got fill(struct send_source *s, size_t need)
{
	while (s->end - s->pos < need) {
		struct pollfd pfd = {.fd = s->fd, .events = POLLIN};
		ssize_t n;

		if (s->eof)
			return SEND_END;
		/* Asked first, because a read that blocked would leave packets in the sender's
		 * buffer and a closed connection unnoticed. */
		if (!s->regular && poll(&pfd, 1, 0) == 0)
			return SEND_PAUSE;
		if (!make_room(s, need))
			return broken(s, "no memory for a record of %zu bytes", need);
		n = read(s->fd, s->buf + s->end, s->room - s->end);
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return broken(s, "cannot read: %s", strerror(errno));
		if (n < 0 && errno == EAGAIN)
			return SEND_PAUSE;
		if (n == 0)
			s->eof = true;
		if (n > 0)
			s->end += (size_t)n;
	}
	return SEND_GOT;
}

/* fill, where an input that has begun something must finish it. */
static enum send_got fill_whole(struct send_source *s, size_t need, const char *what)
{
	enum send_got got = fill(s, need);

	if (got == SEND_END && s->end > s->pos)
		return truncated(s, what, need);
	return got;
}

static enum send_got hand_out(
    struct send_source *s, struct send_record *r, enum send_what what, size_t len)
{
	r->what = what;
	r->data = s->buf + s->pos;
	r->len = len;
	r->offset = send_source_done(s);
	s->pos += len;
	return SEND_GOT;
}

/* ---- pcap ---- */

static enum send_got pcap_header(struct send_source *s, struct send_record *r)
{
	enum send_got got = fill_whole(s, PCAP_HEADER, "pcap file header");
	const uint8_t *h = s->buf + s->pos;
	unsigned major, minor;

	if (got != SEND_GOT)
		return got;
	s->pcapng = false;
	s->big = h[0] == 0xa1;
	s->tick_ns = h[0] == 0x4d || h[3] == 0x4d ? 1 : 1000;
	major = bytes_load16(h + 4, s->big);
	minor = bytes_load16(h + 6, s->big);
	if (major != 2 || minor != 4)
		return broken(s, "pcap version %u.%u; only 2.4 can be sent", major, minor);
	s->begun = true;
	return hand_out(s, r, SEND_HEADER, PCAP_HEADER);
}

static enum send_got pcap_record(struct send_source *s, struct send_record *r)
{
	enum send_got got = fill_whole(s, PCAP_RECORD, "pcap record header");
	const uint8_t *h = s->buf + s->pos;
	uint32_t caplen;

	if (got != SEND_GOT)
		return got;
	caplen = bytes_load32(h + 8, s->big);
	if (caplen > RECORD_MAX - PCAP_RECORD)
		return broken(s, "impossible captured length %" PRIu32, caplen);
	got = fill_whole(s, PCAP_RECORD + caplen, "pcap record");
	if (got != SEND_GOT)
		return got;
	h = s->buf + s->pos; /* filling may have moved it */
	if (s->want_time) {
		r->timed = true;
		r->time_ns = (int64_t)bytes_load32(h, s->big) * 1000000000 +
			     (int64_t)bytes_load32(h + 4, s->big) * s->tick_ns;
	}
	return hand_out(s, r, SEND_PACKET, PCAP_RECORD + caplen);
}

/* ---- pcapng: time ---- */

static void read_clock(
    const struct send_source *s, const uint8_t *idb, size_t len, struct send_clock *c)
{
	struct bytes b = bytes_over(idb + IDB_OPTIONS, len - IDB_MIN, s->big);

	*c = (struct send_clock){.resolution = 6};
	while (b.left >= 4) {
		uint16_t code = bytes_u16(&b), size = bytes_u16(&b);
		const uint8_t *v = bytes_take(&b, ((size_t)size + 3) & ~(size_t)3);

		if (!v || code == 0)
			return;
		if (code == OPT_TSRESOL && size >= 1)
			c->resolution = v[0];
		if (code == OPT_TSOFFSET && size >= 8)
			c->offset =
			    (int64_t)((uint64_t)bytes_load32(v + (s->big ? 0 : 4), s->big) << 32 |
				      bytes_load32(v + (s->big ? 4 : 0), s->big));
	}
}

static bool add_clock(struct send_source *s, const uint8_t *idb, size_t len)
{
	if (!s->want_time || len < IDB_MIN)
		return true;
	if (s->clock_count == s->clock_room) {
		size_t room = s->clock_room * 2 + 16;
		struct send_clock *p = realloc(s->clocks, room * sizeof(*p));

		if (!p)
			return false;
		s->clocks = p;
		s->clock_room = room;
	}
	read_clock(s, idb, len, &s->clocks[s->clock_count++]);
	return true;
}

/* Nanoseconds of a time stamp in its interface's units; out of range is the nearest there is. */
static int64_t clock_ns(const struct send_clock *c, uint64_t stamp)
{
	unsigned power = c->resolution & 0x7f;
	__int128 ns = stamp;

	if (c->resolution & 0x80)
		ns = (ns * 1000000000) >> power;
	else
		for (unsigned i = 9; i > power; i--)
			ns *= 10;
	if (!(c->resolution & 0x80))
		for (unsigned i = 9; i < power && ns > 0; i++)
			ns /= 10;
	ns += (__int128)c->offset * 1000000000;
	if (ns > INT64_MAX)
		return INT64_MAX;
	return ns < INT64_MIN ? INT64_MIN : (int64_t)ns;
}

static void packet_time(
    const struct send_source *s, uint32_t type, size_t len, struct send_record *r)
{
	const uint8_t *h = s->buf + s->pos;
	uint32_t id;

	if (!s->want_time || type == BLOCK_SIMPLE || len < 28)
		return;
	id = type == BLOCK_PACKET ? bytes_load16(h + 8, s->big) : bytes_load32(h + 8, s->big);
	if (id >= s->clock_count)
		return;
	r->timed = true;
	r->time_ns = clock_ns(&s->clocks[id],
	    (uint64_t)bytes_load32(h + 12, s->big) << 32 | bytes_load32(h + 16, s->big));
}

/* ---- pcapng: blocks ---- */

/* Checks the block that begins `at` bytes after pos and waits until it is whole. A section header
 * brings its own byte order, given back in *big. */
static enum send_got whole_block(struct send_source *s, size_t at, bool *big, uint32_t *total)
{
	static const uint8_t magic[4] = {0x1A, 0x2B, 0x3C, 0x4D};
	enum send_got got = fill_whole(s, at + BLOCK_MIN, "pcapng block header");
	const uint8_t *h = s->buf + s->pos + at;
	uint8_t native[4];

	if (got != SEND_GOT)
		return got;
	*big = s->big;
	if (bytes_load32(h, true) == BLOCK_SHB) {
		*big = h[8] == magic[0];
		bytes_store32(native, bytes_load32(h + 8, *big), true);
		if (memcmp(native, magic, sizeof(magic)) != 0)
			return broken(s, "pcapng section header without a byte-order magic");
	}
	*total = bytes_load32(h + 4, *big);
	if (*total < BLOCK_MIN || *total % 4 != 0 || *total > RECORD_MAX)
		return broken(s, "impossible pcapng block length %" PRIu32, *total);
	got = fill_whole(s, at + *total, "pcapng block");
	if (got != SEND_GOT)
		return got;
	h = s->buf + s->pos + at;
	if (bytes_load32(h + *total - 4, *big) != *total)
		return broken(s,
		    "pcapng block lengths differ: %" PRIu32 " before, %" PRIu32 " after it", *total,
		    bytes_load32(h + *total - 4, *big));
	return SEND_GOT;
}

/* A section header of `len` whole bytes is at pos: adds the interface descriptions behind it. What
 * is wrong behind it is found again, and then said, when it is the next record's turn. */
static enum send_got section(struct send_source *s, struct send_record *r, bool big, size_t len)
{
	const uint8_t *h = s->buf + s->pos;
	unsigned major;

	major = len < SHB_MIN ? 0 : bytes_load16(h + 12, big);
	if (major != 1)
		return broken(s,
		    "pcapng section of %zu bytes, version %u; only version 1 can be sent", len,
		    major);
	s->pcapng = s->begun = true;
	s->big = big;
	s->clock_count = 0;
	for (;;) {
		uint32_t total;
		enum send_got got = fill(s, len + 4);

		if (got == SEND_PAUSE)
			return got;
		if (got != SEND_GOT || bytes_load32(s->buf + s->pos + len, big) != BLOCK_IDB)
			break;
		got = whole_block(s, len, &big, &total);
		if (got == SEND_PAUSE)
			return got;
		if (got != SEND_GOT || len + total > HEADER_MAX)
			break;
		if (!add_clock(s, s->buf + s->pos + len, total))
			return broken(s, "no memory for another interface");
		len += total;
	}
	return hand_out(s, r, SEND_HEADER, len);
}

static enum send_got block(struct send_source *s, struct send_record *r)
{
	uint32_t type, total;
	bool big;
	enum send_got got = whole_block(s, 0, &big, &total);

	if (got != SEND_GOT)
		return got;
	type = bytes_load32(s->buf + s->pos, big);
	switch (type) {
	case BLOCK_SHB:
		return section(s, r, big, total);
	case BLOCK_IDB:
		if (!add_clock(s, s->buf + s->pos, total))
			return broken(s, "no memory for another interface");
		return hand_out(s, r, SEND_INTERFACE, total);
	case BLOCK_PACKET:
	case BLOCK_SIMPLE:
	case BLOCK_ENHANCED:
		packet_time(s, type, total, r);
		return hand_out(s, r, SEND_PACKET, total);
	default:
		return hand_out(s, r, SEND_OTHER, total);
	}
}

/* ---- the door ---- */

static enum send_got first(struct send_source *s, struct send_record *r)
{
	enum send_got got = fill_whole(s, 4, "file header");

	if (got == SEND_END)
		return broken(s, "empty: no capture file header");
	if (got != SEND_GOT)
		return got;
	switch (bytes_load32(s->buf + s->pos, true)) {
	case 0xd4c3b2a1:
	case 0xa1b2c3d4:
	case 0x4d3cb2a1:
	case 0xa1b23c4d:
		return pcap_header(s, r);
	case BLOCK_SHB:
		return block(s, r);
	default:
		return broken(s, "neither pcap nor pcapng: it begins with %08" PRIx32,
		    bytes_load32(s->buf + s->pos, true));
	}
}

enum send_got send_source_next(struct send_source *s, struct send_record *r)
{
	r->timed = false;
	if (!s->begun)
		return first(s, r);
	return s->pcapng ? block(s, r) : pcap_record(s, r);
}
