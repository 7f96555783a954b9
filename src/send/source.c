/* send_source: see source.h. */
#include "send/source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/io.h"
#include "send/convert.h"

/* ---- errors ---- */

__attribute__((format(printf, 3, 4))) static void complain(
    struct send_source *s, uint64_t offset, const char *fmt, ...)
{
	int n =
	    snprintf(s->error, sizeof(s->error), "%.200s: at byte %" PRIu64 ": ", s->name, offset);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s->error + n, sizeof(s->error) - (size_t)n, fmt, ap);
	va_end(ap);
}

/* A macro, so that readers of the code, programs too, see what it is. */
#define broken(...) (complain(__VA_ARGS__), SEND_FAILED)

static const char *torn_part(const struct send_source *s, const struct reader_record *k)
{
	if (!s->reader.begun)
		return k->need <= 4 ? "file header" : "pcap file header";
	if (s->reader.format.kind == FORMAT_PCAP)
		return k->need <= PCAP_RECORD ? "pcap record header" : "pcap record";
	return k->need <= PCAPNG_BLOCK_MIN ? "pcapng block header" : "pcapng block";
}

static enum send_got truncated(struct send_source *s, const struct reader_record *k)
{
	return broken(s, k->offset, "truncated: the input ends inside a %s, after %zu of %zu bytes",
	    torn_part(s, k), k->len, k->need);
}

/* A first record that is none. */
static enum send_got no_capture(struct send_source *s, const struct reader_record *k)
{
	const struct pcap *h = &s->reader.format.pcap;

	if (s->reader.format.kind == FORMAT_PCAP && k->len >= PCAP_HEADER && h->major != 0)
		return broken(s, k->offset, "pcap version %u.%u; only 2.0 to 2.4 can be sent",
		    h->major, h->minor);
	return broken(s, k->offset, "%s: it begins with %08" PRIx32, k->why,
	    k->len < 4 ? 0 : bytes_load32(k->data, true));
}

static enum send_got bad_section(struct send_source *s, uint64_t offset)
{
	return broken(s, offset, "pcapng version %u.%u; only 1.0 and 1.2 can be sent",
	    s->reader.format.section.major, s->reader.format.section.minor);
}

static enum send_got bad_record(struct send_source *s, const struct reader_record *k)
{
	const struct format *f = &s->reader.format;
	struct pcapng_block b;

	if (!s->reader.begun)
		return no_capture(s, k);
	if (f->kind == FORMAT_PCAP)
		return broken(s, k->offset, "impossible captured length %" PRIu32,
		    pcap_caplen(&f->pcap, k->data));
	switch (pcapng_read_block(&b, k->data, k->len, f->section.big)) {
	case PCAPNG_LENGTH:
	case PCAPNG_MORE:
		return broken(s, k->offset, "impossible pcapng block length %" PRIu32, b.total);
	case PCAPNG_TRAILER:
		return broken(s, k->offset,
		    "pcapng block lengths differ: %" PRIu32 " before, %" PRIu32 " after it",
		    b.total, b.trailer);
	case PCAPNG_OK:
		if (b.type == PCAPNG_SECTION && b.total >= PCAPNG_SECTION_MIN)
			return bad_section(s, k->offset);
		break;
	case PCAPNG_MAGIC:
		break;
	}
	return broken(s, k->offset, "%s", k->why);
}

/* ---- input ---- */

static bool cannot(struct send_source *s, const char *what)
{
	snprintf(
	    s->error, sizeof(s->error), "%.200s: cannot %s: %s", s->name, what, strerror(errno));
	return false;
}

static ssize_t read_through(void *of, void *buf, size_t len)
{
	return decompress_read(of, buf, len);
}

/* Whether the file holds what the reader reads: it does, unless it is compressed. */
static bool is_direct(const struct send_source *s)
{
	uint8_t first[4];
	ssize_t n = s->regular ? io_read_at(s->fd, first, sizeof(first), s->begin) : -1;

	return s->regular && (n < 0 || decompress_recognise(first, (size_t)n) <= DECOMPRESS_PLAIN);
}

/* From s->begin on. */
static bool start(struct send_source *s)
{
	s->done = 0;
	s->pending = false;
	s->header_len = 0;
	s->direct = is_direct(s);
	if (s->direct)
		return reader_init(&s->reader, s->fd, READER_FILE, s->begin);
	if (s->regular && lseek(s->fd, (off_t)s->begin, SEEK_SET) < 0)
		return false;
	return decompress_init(&s->through, s->fd) &&
	       reader_init_source(
		   &s->reader, (struct reader_source){.of = &s->through, .read = read_through});
}

static void end(struct send_source *s)
{
	reader_free(&s->reader);
	if (!s->direct)
		decompress_free(&s->through);
}

bool send_source_open(struct send_source *s, const char *path)
{
	struct stat st;
	off_t at = 0;

	*s = (struct send_source){.fd = STDIN_FILENO, .name = path ? path : "standard input"};
	if (path && (s->fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return cannot(s, "open");
	if (fstat(s->fd, &st) != 0)
		return cannot(s, "open");
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		return cannot(s, "open");
	}
	if (S_ISREG(st.st_mode)) {
		s->regular = true;
		at = lseek(s->fd, 0, SEEK_CUR); /* standard input may have been read from */
		s->begin = at > 0 ? (uint64_t)at : 0;
		s->size = at >= 0 && at < st.st_size ? (uint64_t)(st.st_size - at) : 0;
	}
	return start(s) || cannot(s, "open");
}

bool send_source_rewind(struct send_source *s)
{
	end(s);
	s->begin = 0;
	return start(s) || cannot(s, "start again");
}

uint64_t send_source_done(const struct send_source *s)
{
	return s->direct ? s->done : s->through.taken;
}

void send_source_close(struct send_source *s)
{
	if (s->fd > STDIN_FILENO)
		close(s->fd);
	s->fd = -1;
	end(s);
}

/* ---- records ---- */

static enum send_got read_next(struct send_source *s, struct reader_record *k)
{
	enum reader_status st = reader_next(&s->reader, k);

	k->offset -= s->direct ? s->begin : 0;
	switch (st) {
	case READER_RECORD:
		return SEND_GOT;
	case READER_MORE:
		return SEND_PAUSE;
	case READER_END:
		return s->reader.begun ? SEND_END : broken(s, 0, "empty: no capture file header");
	case READER_TORN:
		return truncated(s, k);
	case READER_BAD:
		return bad_record(s, k);
	case READER_ERROR:
		if (!s->direct && s->through.why)
			return broken(s, k->offset, "%s", s->through.why);
		break;
	}
	return broken(s, k->offset, "cannot read: %s", strerror(errno));
}

/* Minor versions as libpcap and Wireshark know them: of others nothing that is stored is read. */
static bool is_known_section(const struct pcapng *section)
{
	return section->minor == 0 || section->minor == 2;
}

static void convert(const struct pcap *h, struct send_record *r)
{
	if (send_convert_ordinary(h))
		return;
	if (r->what == SEND_HEADER)
		send_convert_header(h, r->data);
	else
		r->data = send_convert_record(h, r->data, &r->len);
}

static enum send_got hand_out(
    struct send_source *s, struct send_record *r, const struct reader_record *k)
{
	static const enum send_what what[] = {[READER_HEADER] = SEND_HEADER,
	    [READER_INTERFACE] = SEND_INTERFACE,
	    [READER_PACKET] = SEND_PACKET,
	    [READER_OTHER] = SEND_OTHER};

	*r = (struct send_record){.what = what[k->kind],
	    .data = k->data,
	    .len = k->len,
	    .offset = k->offset,
	    .timed = k->timed,
	    .time_ns = k->time_ns};
	s->done = k->offset + k->len;
	if (s->reader.format.kind == FORMAT_PCAP)
		convert(&s->reader.format.pcap, r);
	return SEND_GOT;
}

static enum send_got hand_out_header(struct send_source *s, struct send_record *r)
{
	*r = (struct send_record){
	    .what = SEND_HEADER, .data = s->header, .len = s->header_len, .offset = s->header_at};
	s->done = s->header_at + s->header_len;
	s->header_len = 0;
	return SEND_GOT;
}

static void add_to_header(struct send_source *s, const struct reader_record *k)
{
	memcpy(s->header + s->header_len, k->data, k->len);
	s->header_len += k->len;
}

/* Adds the interface descriptions behind a section header, as far as a frame holds them. An
 * error behind it is reported when the next record is asked for. */
static enum send_got section(struct send_source *s, struct send_record *r)
{
	for (;;) {
		enum send_got got = read_next(s, &s->next);

		if (got == SEND_PAUSE)
			return got;
		s->pending = got == SEND_GOT;
		if (!s->pending || s->next.kind != READER_INTERFACE ||
		    s->next.len > sizeof(s->header) - s->header_len)
			return hand_out_header(s, r);
		s->pending = false;
		add_to_header(s, &s->next);
	}
}

enum send_got send_source_next(struct send_source *s, struct send_record *r)
{
	enum send_got got;

	if (s->header_len > 0)
		return section(s, r);
	got = s->pending ? SEND_GOT : read_next(s, &s->next);
	s->pending = false;
	if (got != SEND_GOT)
		return got;
	if (s->next.kind != READER_HEADER || s->next.len > sizeof(s->header))
		return hand_out(s, r, &s->next);
	if (s->reader.format.kind == FORMAT_PCAP)
		return hand_out(s, r, &s->next);
	if (!is_known_section(&s->reader.format.section))
		return bad_section(s, s->next.offset);
	s->header_at = s->next.offset;
	add_to_header(s, &s->next);
	return section(s, r);
}
