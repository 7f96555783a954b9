/* reader: see reader.h. */
#include "record/reader.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TABLE_FIRST 16u

bool reader_init(struct reader *r, int fd, enum reader_input input, uint64_t at)
{
	*r = (struct reader){.input = input,
	    .end = UINT64_MAX,
	    .longest = READER_LONGEST,
	    .fd = fd,
	    .base = at,
	    .room = READER_BUFFER,
	    .buf = malloc(READER_BUFFER)};
	return r->buf;
}

bool reader_init_source(struct reader *r, struct reader_source source)
{
	bool ok = reader_init(r, -1, READER_STREAM, 0);

	r->source = source;
	return ok;
}

void reader_free(struct reader *r)
{
	free(r->buf);
	free(r->format.section.table);
	r->buf = NULL;
	r->format.section.table = NULL;
}

uint64_t reader_offset(const struct reader *r)
{
	return r->base + r->pos;
}

void reader_seek(struct reader *r, uint64_t offset)
{
	if (offset >= r->base && offset - r->base <= r->filled) {
		r->pos = (size_t)(offset - r->base);
		return;
	}
	r->base = offset;
	r->pos = r->filled = 0;
}

/* ---- places to come back to ---- */

static uint32_t in_table(const struct pcapng *s)
{
	return s->interfaces < s->room ? s->interfaces : s->room;
}

/* A copy with a table of its own. */
static bool copy_format(struct format *to, const struct format *from)
{
	size_t n = in_table(&from->section);
	struct pcapng_interface *table = NULL;

	if (n > 0) {
		table = malloc(n * sizeof(*table));
		if (!table)
			return false;
		memcpy(table, from->section.table, n * sizeof(*table));
	}
	*to = *from;
	to->section.table = table;
	to->section.room = (uint32_t)n;
	return true;
}

bool reader_save(const struct reader *r, struct reader_state *state)
{
	state->offset = reader_offset(r);
	state->begun = r->begun;
	return copy_format(&state->format, &r->format);
}

bool reader_restore(struct reader *r, const struct reader_state *state)
{
	struct format copy;

	if (!copy_format(&copy, &state->format))
		return false;
	free(r->format.section.table);
	r->format = copy;
	r->begun = state->begun;
	reader_seek(r, state->offset);
	return true;
}

void reader_state_free(struct reader_state *state)
{
	free(state->format.section.table);
	state->format.section.table = NULL;
}

/* ---- bytes ---- */

/* Room for at least one byte more, from pos on for `need` bytes in the end. A stream's record gets
 * it as its bytes come, so that a length alone does not cost memory. */
static bool make_room(struct reader *r, size_t need)
{
	size_t have = r->filled - r->pos, room = r->room;
	uint8_t *p;

	if (r->pos > 0 && have > 0)
		memmove(r->buf, r->buf + r->pos, have);
	r->base += r->pos;
	r->filled = have;
	r->pos = 0;
	if (have < r->room)
		return true;
	if (r->input != READER_STREAM || need < 2 * room)
		room = need;
	else
		room *= 2;
	p = realloc(r->buf, room);
	if (!p)
		return false;
	r->buf = p;
	r->room = room;
	return true;
}

/* Whether a file can have so much from pos on: memory for a record is asked for only then. */
static bool is_there(const struct reader *r, size_t need)
{
	uint64_t from = reader_offset(r);
	struct stat st;

	if (r->input == READER_STREAM || need <= r->room)
		return true;
	return fstat(r->fd, &st) == 0 && (uint64_t)st.st_size >= from &&
	       (uint64_t)st.st_size - from >= need && r->end >= from && r->end - from >= need;
}

static ssize_t read_some(struct reader *r)
{
	uint64_t at = r->base + r->filled, left = r->end > at ? r->end - at : 0;
	size_t room = r->room - r->filled;

	if (r->source.read)
		return r->source.read(r->source.of, r->buf + r->filled, room);
	if (r->input == READER_STREAM)
		return read(r->fd, r->buf + r->filled, room);
	return pread(r->fd, r->buf + r->filled, room < left ? room : (size_t)left, (off_t)at);
}

/* Whether the bytes of a stream are there, so that read() does not wait. */
static bool is_readable(const struct reader *r)
{
	struct pollfd p = {.fd = r->fd, .events = POLLIN};

	return r->input != READER_STREAM || r->source.read || poll(&p, 1, 0) != 0;
}

/* The input ends where it cannot give `need` bytes. Of a growing file what is there of a record is
 * read again when it is whole: a write that was not whole is cut off and made once more. */
static enum reader_status at_end(struct reader *r)
{
	if (r->input == READER_GROWING) {
		r->filled = r->pos;
		return READER_MORE;
	}
	return r->filled == r->pos ? READER_END : READER_TORN;
}

/* READER_RECORD once `need` bytes are there from pos on. */
static enum reader_status fill(struct reader *r, size_t need)
{
	while (r->filled - r->pos < need) {
		ssize_t n;

		if (r->eof || !is_there(r, need))
			return at_end(r);
		if (!is_readable(r))
			return READER_MORE;
		if (!make_room(r, need))
			return READER_ERROR;
		n = read_some(r);
		if (n < 0 && errno == EAGAIN)
			return READER_MORE;
		if (n < 0 && errno != EINTR)
			return READER_ERROR;
		r->eof = n == 0 && r->input == READER_STREAM;
		if (n == 0)
			return at_end(r);
		r->filled += n > 0 ? (size_t)n : 0;
	}
	return READER_RECORD;
}

/* ---- records ---- */

/* The table has room for one interface more, as long as more are remembered. */
static bool grow_table(struct pcapng *s)
{
	uint32_t room = s->room < TABLE_FIRST ? TABLE_FIRST : s->room * 2;
	struct pcapng_interface *p;

	if (s->interfaces < s->room || s->room >= READER_INTERFACES)
		return true;
	p = realloc(s->table, room * sizeof(*p));
	if (!p)
		return false;
	s->table = p;
	s->room = room;
	return true;
}

static enum reader_kind kind_of(enum format_what what)
{
	switch (what) {
	case FORMAT_SECTION:
		return READER_HEADER;
	case FORMAT_INTERFACE:
		return READER_INTERFACE;
	case FORMAT_PACKET:
		return READER_PACKET;
	case FORMAT_SECRETS:
	case FORMAT_OTHER:
		break;
	}
	return READER_OTHER;
}

static enum reader_status hand_out(
    struct reader *r, struct reader_record *out, enum reader_kind kind, size_t len)
{
	out->kind = kind;
	out->data = r->buf + r->pos;
	out->len = len;
	r->pos += len;
	return READER_RECORD;
}

static enum reader_status bad(struct reader *r, struct reader_record *out, const char *why)
{
	out->why = why;
	out->data = r->buf + r->pos;
	out->len = r->filled - r->pos;
	return READER_BAD;
}

/* Reads on until `need` bytes are there. */
static enum reader_status more(struct reader *r, struct reader_record *out, size_t need)
{
	enum reader_status st;

	if (need > r->longest)
		return bad(r, out, "a record longer than any can be");
	st = fill(r, need);
	out->need = need;
	out->data = r->buf + r->pos;
	out->len = r->filled - r->pos;
	return st;
}

/* Learns the format, before there is a table of interfaces. READER_RECORD: a pcap header is handed
 * out; or *again, since a section header is a record like others. */
static enum reader_status begin(struct reader *r, struct reader_record *out, bool *again)
{
	struct format_record k;
	size_t header;

	for (;;) {
		enum format_status st =
		    format_begin(&r->format, r->buf + r->pos, r->filled - r->pos, &header, &k);
		enum reader_status got;

		if (st == FORMAT_BAD)
			return bad(r, out, k.why);
		if (st == FORMAT_WHOLE)
			break;
		got = more(r, out, k.need);
		if (got != READER_RECORD)
			return got;
	}
	r->begun = true;
	*again = header == 0;
	return *again ? READER_RECORD : hand_out(r, out, READER_HEADER, header);
}

static enum reader_status hand_out_record(
    struct reader *r, struct reader_record *out, const struct format_record *k)
{
	out->damaged = k->why;
	out->why = k->why;
	out->timed = k->timed;
	out->time_ns = k->time_ns;
	out->interface = k->interface;
	out->link_type = k->link_type;
	out->caplen = k->caplen;
	out->original = k->original;
	out->packet = k->data;
	return hand_out(r, out, kind_of(k->what), k->len);
}

enum reader_status reader_next(struct reader *r, struct reader_record *out)
{
	bool again = true;

	*out = (struct reader_record){.offset = reader_offset(r)};
	if (!r->begun) {
		enum reader_status st = begin(r, out, &again);

		if (st != READER_RECORD || !again)
			return st;
	}
	for (;;) {
		struct format_record k;
		enum format_status st;
		enum reader_status got;
		size_t have = r->filled - r->pos;

		if (!grow_table(&r->format.section))
			return READER_ERROR;
		st = format_next(&r->format, r->buf + r->pos, r->filled - r->pos, &k);
		if (st != FORMAT_MORE && k.len > r->longest)
			return bad(r, out, "a record longer than any can be");
		if (st == FORMAT_WHOLE || (st == FORMAT_BAD && k.len > 0))
			return hand_out_record(r, out, &k);
		if (st == FORMAT_BAD)
			return bad(r, out, k.why);
		got = more(r, out, k.need);
		/* even too few bytes may show that no record begins here */
		if (got != READER_RECORD && !(got == READER_TORN && out->len > have))
			return got;
	}
}
