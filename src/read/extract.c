/* extract: see extract.h. */
#include "read/extract.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/grow.h"
#include "base/io.h"
#include "read/archived.h"
#include "read/order.h"
#include "read/piece.h"
#include "daemon/process.h"
#include "record/reader.h"

#define OUT_ROOM (128u << 10)

/* Interfaces of a section whose options are kept. */
#define DESCRIBED_MAX 256u

struct described {
	bool told;
	uint32_t number; /* as it was told */
	uint32_t snaplen;
	size_t len;
	uint8_t *options;
};

struct extractor {
	const struct extract_task *task;
	struct reader reader;
	struct archived archived;

	uint8_t *out;
	size_t filled;

	/* Of the current section, in the order of their numbers. */
	struct described *interface;
	size_t interfaces, interface_room;
	uint32_t told;  /* of all sections */
	unsigned asked; /* filters */

	int64_t last;   /* time of the last packet that has one */
	uint64_t given; /* offset at the last sign of life */
	uint8_t *scratch;
	size_t scratch_room;

	/* Packets that contradict their blocks, or are too much. */
	uint32_t damaged;
	uint64_t damaged_at;
	const char *damaged_why;
};

static uint64_t capture_offset(const struct extractor *x, uint64_t offset)
{
	return x->task->archived ? archived_offset(&x->archived, offset) : offset;
}

/* ---- telling ---- */

/* The one that merges has gone: so does this. */
static void write_out(const void *data, size_t len)
{
	if (!io_write_all(PROCESS_OUT, data, len))
		_exit(1);
}

static void flush(struct extractor *x)
{
	write_out(x->out, x->filled);
	x->filled = 0;
}

static void add(struct extractor *x, const void *data, size_t len)
{
	if (len > OUT_ROOM - x->filled)
		flush(x);
	if (len > OUT_ROOM) {
		write_out(data, len);
		return;
	}
	if (len > 0)
		memcpy(x->out + x->filled, data, len);
	x->filled += len;
}

static void tell(struct extractor *x, struct piece *p, const void *data, size_t len)
{
	p->len = (uint32_t)len;
	add(x, p, sizeof(*p));
	add(x, data, len);
}

static void tell_trouble(struct extractor *x, uint64_t offset, uint32_t packets, const char *why)
{
	struct piece p = {.kind = PIECE_TROUBLE, .offset = offset, .number = packets};
	size_t len = strlen(why);

	tell(x, &p, why, len < PIECE_TEXT_MAX ? len : PIECE_TEXT_MAX - 1);
}

static _Noreturn void give_up(struct extractor *x, const char *why)
{
	struct piece p = {.kind = PIECE_END};

	tell_trouble(x, capture_offset(x, reader_offset(&x->reader)), 0, why);
	tell(x, &p, NULL, 0);
	flush(x);
	_exit(0);
}

static uint8_t *scratch(struct extractor *x, size_t len)
{
	if (len > x->scratch_room) {
		free(x->scratch);
		x->scratch = malloc(len);
		x->scratch_room = len;
		if (!x->scratch)
			give_up(x, strerror(ENOMEM));
	}
	return x->scratch;
}

/* ---- what describes packets ---- */

static void begin_section(struct extractor *x)
{
	for (size_t i = 0; i < x->interfaces; i++)
		free(x->interface[i].options);
	x->interfaces = 0;
}

static struct described *add_interface(struct extractor *x)
{
	struct described *p = grow(x->interface, x->interfaces, &x->interface_room, sizeof(*p));

	if (!p)
		give_up(x, strerror(ENOMEM));
	x->interface = p;
	x->interface[x->interfaces] = (struct described){0};
	return &x->interface[x->interfaces++];
}

static void note_interface(struct extractor *x, const struct reader_record *k)
{
	uint8_t options[PIECE_OPTIONS_MAX];
	struct pcapng_interface i;
	struct pcapng_block b;
	struct described *d;

	if (x->interfaces == READER_INTERFACES) /* the reader knows no more either */
		return;
	d = add_interface(x);
	if (pcapng_read_block(&b, k->data, k->len, x->reader.format.section.big) != PCAPNG_OK ||
	    !pcapng_read_interface(&i, &b))
		return;
	d->snaplen = i.snaplen;
	if (x->interfaces > DESCRIBED_MAX)
		return;
	d->len = order_interface_options(&b, options, sizeof(options));
	d->options = malloc(d->len + 1);
	if (!d->options)
		give_up(x, strerror(ENOMEM));
	memcpy(d->options, options, d->len);
}

static void tell_block(struct extractor *x, const struct reader_record *k)
{
	struct piece p = {.kind = PIECE_BLOCK};
	struct pcapng_block b;
	uint8_t *body;
	size_t len;

	if (x->reader.format.kind != FORMAT_PCAPNG ||
	    pcapng_read_block(&b, k->data, k->len, x->reader.format.section.big) != PCAPNG_OK)
		return;
	body = scratch(x, b.body_len);
	len = order_block(&b, body);
	p.number = b.type;
	p.offset = capture_offset(x, k->offset);
	if (len > PIECE_BLOCK_MAX)
		tell_trouble(x, p.offset, 0, "a block of names or secrets is too long");
	else if (len > 0)
		tell(x, &p, body, len);
}

/* The number of the packet's interface, which is told now if it was not before. False: there were
 * too many. */
static bool number_of(struct extractor *x, const struct reader_record *k, uint32_t *number)
{
	struct piece p = {.kind = PIECE_INTERFACE, .link_type = k->link_type};
	struct described *d;

	if (x->reader.format.kind == FORMAT_PCAP && x->interfaces == 0)
		add_interface(x)->snaplen = x->reader.format.pcap.snaplen;
	d = &x->interface[k->interface];
	if (!d->told && x->told == PIECE_INTERFACES_MAX)
		return false;
	if (!d->told) {
		d->told = true;
		d->number = p.number = x->told++;
		p.snaplen = d->snaplen;
		tell(x, &p, d->options, d->len);
	}
	*number = d->number;
	return true;
}

/* ---- which packets ---- */

/* The program for a link type, which is asked for when it is not known yet. NULL: there were too
 * many. */
static const struct filter_program *program_for(struct extractor *x, uint16_t link_type)
{
	const struct filter_program *known = filters_find(x->task->filters, link_type);
	struct piece p = {.kind = PIECE_ASK, .link_type = link_type};
	struct filter_program *f;
	uint32_t n;

	if (known)
		return known;
	if (x->asked == FILTERS_ASKED_MAX)
		return NULL;
	x->asked++;
	f = filters_add(x->task->filters, link_type);
	if (!f)
		give_up(x, strerror(ENOMEM));
	tell(x, &p, NULL, 0);
	flush(x);
	if (io_read_full(PROCESS_IN, &n, sizeof(n)) != sizeof(n) || n > FILTER_STEPS_MAX)
		_exit(1);
	f->n = n;
	f->step = calloc(n + 1, sizeof(*f->step));
	if (!f->step)
		give_up(x, strerror(ENOMEM));
	if (io_read_full(PROCESS_IN, f->step, n * sizeof(*f->step)) !=
		(ssize_t)(n * sizeof(*f->step)) ||
	    (n > 0 && !filter_is_sound(f->step, n)))
		_exit(1);
	return f;
}

static void leave_out(struct extractor *x, const struct reader_record *k, const char *why)
{
	if (x->damaged++ > 0)
		return;
	x->damaged_at = k->offset;
	x->damaged_why = why;
}

static bool is_wanted(struct extractor *x, const struct reader_record *k)
{
	const struct extract_task *t = x->task;
	const struct filter_program *f;

	if (!t->everything && (!k->timed || k->time_ns < t->from || k->time_ns > t->to))
		return false;
	if (!t->filters->expression)
		return true;
	f = program_for(x, k->link_type);
	if (!f)
		leave_out(x, k, "it has more link types than a filter is compiled for");
	return f && f->n > 0 && filter_run(f->step, k->packet, k->caplen, k->original);
}

/* What a packet has behind its bytes. */
static size_t options_of(struct extractor *x, const struct reader_record *k, const uint8_t **out)
{
	const struct pcapng *s = &x->reader.format.section;
	struct pcapng_packet packet;
	struct pcapng_block b;

	if (x->reader.format.kind != FORMAT_PCAPNG ||
	    pcapng_read_block(&b, k->data, k->len, s->big) != PCAPNG_OK ||
	    pcapng_read_packet(&packet, s, &b) != PCAPNG_PACKET_OK || packet.options_len < 4)
		return 0;
	*out = scratch(x, packet.options_len + 4);
	return order_packet_options(packet.options, packet.options_len, s->big, x->scratch);
}

/* The same as add() of each part, for most packets. */
static void add_whole(struct extractor *x, const struct piece *p, const struct reader_record *k)
{
	uint8_t *to;

	if (sizeof(*p) + p->len > OUT_ROOM - x->filled)
		flush(x);
	to = x->out + x->filled;
	x->filled += sizeof(*p) + p->len;
	memcpy(to, p, sizeof(*p));
	if (p->len > k->caplen)
		memset(to + sizeof(*p) + p->len - 4, 0, 4);
	memcpy(to + sizeof(*p), k->packet, k->caplen);
}

static void tell_packet(struct extractor *x, const struct reader_record *k)
{
	static const uint8_t zero[4];
	struct piece p = {.kind = PIECE_PACKET,
	    .offset = capture_offset(x, k->offset),
	    .caplen = k->caplen,
	    .original = k->original};
	size_t padding = (size_t)pcapng_padded(k->caplen) - k->caplen, len;
	const uint8_t *options = NULL;

	if (k->timed)
		x->last = k->time_ns;
	if (k->offset < x->task->skip || !is_wanted(x, k))
		return;
	if (!number_of(x, k, &p.number)) {
		leave_out(x, k, "it describes interfaces too often");
		return;
	}
	p.time_ns = x->last;
	len = options_of(x, k, &options);
	p.len = (uint32_t)(k->caplen + padding + len);
	if (len == 0 && sizeof(p) + p.len <= OUT_ROOM) {
		add_whole(x, &p, k);
		return;
	}
	add(x, &p, sizeof(p));
	add(x, k->packet, k->caplen);
	add(x, zero, padding);
	add(x, options, len);
}

static void tell_record(struct extractor *x, const struct reader_record *k)
{
	switch (k->kind) {
	case READER_HEADER:
		begin_section(x);
		break;
	case READER_INTERFACE:
		note_interface(x, k);
		break;
	case READER_PACKET:
		if (k->damaged || k->link_type == FORMAT_LINK_UNKNOWN)
			leave_out(x, k,
			    k->damaged ? k->why : "it has more interfaces than are remembered");
		else
			tell_packet(x, k);
		break;
	case READER_OTHER:
		tell_block(x, k);
		break;
	}
}

/* ---- the capture ---- */

/* Waits until it is worth while to look again. False: the recording is at its end. */
static void wait_for_more(struct extractor *x)
{
	struct piece p = {.kind = PIECE_PAUSE};
	char what;

	tell(x, &p, NULL, 0);
	flush(x);
	if (io_read_full(PROCESS_IN, &what, 1) != 1)
		_exit(0);
	if (what == EXTRACT_LAST)
		x->reader.input = READER_FILE;
}

static void tell_end(struct extractor *x, enum reader_status st, const struct reader_record *k)
{
	int error = errno;

	if (x->damaged > 0)
		tell_trouble(x, capture_offset(x, x->damaged_at), x->damaged, x->damaged_why);
	if (x->task->archived && x->archived.why)
		tell_trouble(x, x->archived.offset, 0, x->archived.why);
	else if (st == READER_TORN)
		tell_trouble(x, capture_offset(x, k->offset), 0, "it ends inside a record");
	else if (st == READER_BAD)
		tell_trouble(x, capture_offset(x, k->offset), 0, k->why);
	else if (st == READER_ERROR)
		tell_trouble(x, capture_offset(x, k->offset), 0, strerror(error));
}

static bool begin(struct extractor *x)
{
	const struct extract_task *t = x->task;

	if (t->archived)
		return archived_init(&x->archived, PROCESS_FILES, t->compressed, t->column,
			   t->column_len, t->everything, t->from, t->to) &&
		       reader_init_source(&x->reader, archived_source(&x->archived));
	if (!reader_init(&x->reader, PROCESS_FILES, t->recording ? READER_GROWING : READER_FILE, 0))
		return false;
	/* else a recording that is faster than the reader of this would never end */
	x->reader.end = t->end;
	return true;
}

/* Where no packet is wanted for long, it is not to be taken for one that hangs. */
static void tell_alive(struct extractor *x, uint64_t offset)
{
	struct piece p = {.kind = PIECE_ALIVE};

	if (offset - x->given < PIECE_ALIVE_STEP)
		return;
	x->given = offset;
	p.offset = capture_offset(x, offset);
	tell(x, &p, NULL, 0);
	flush(x);
}

static void free_all(struct extractor *x)
{
	begin_section(x);
	reader_free(&x->reader);
	archived_free(&x->archived);
	free(x->interface);
	free(x->scratch);
	free(x->out);
}

void extract(void *task)
{
	struct extractor x = {.task = task};
	struct piece end = {.kind = PIECE_END};
	struct reader_record k;
	enum reader_status st;

	x.out = malloc(OUT_ROOM);
	if (!x.out)
		_exit(1);
	if (!begin(&x))
		give_up(
		    &x, errno == EBADMSG ? "its frames in the index are damaged" : strerror(errno));
	for (;;) {
		st = reader_next(&x.reader, &k);
		if (st == READER_RECORD) {
			tell_record(&x, &k);
			tell_alive(&x, k.offset);
		} else if (st == READER_MORE && x.task->follow)
			wait_for_more(&x);
		else
			break;
	}
	tell_end(&x, st, &k);
	tell(&x, &end, NULL, 0);
	flush(&x);
	free_all(&x);
}
