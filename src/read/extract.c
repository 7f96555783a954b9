/* extract: see extract.h. */
#include "read/extract.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "capture/pcapng.h"
#include "daemon/process.h"
#include "read/archived.h"
#include "read/described.h"
#include "read/order.h"
#include "read/teller.h"
#include "record/reader.h"

struct extractor {
	const struct extract_task *task;
	struct reader reader;
	struct archived archived;

	struct teller teller;
	struct described described;
	unsigned asked; /* filters */

	int64_t last;   /* time of the last packet that has one, */
	bool dated;     /* of which there is one */
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

static _Noreturn void give_up(struct extractor *x, const char *why)
{
	struct piece p = {.kind = PIECE_END};

	teller_trouble(&x->teller, capture_offset(x, reader_offset(&x->reader)), 0, why);
	teller_tell(&x->teller, &p, NULL, 0);
	teller_flush(&x->teller);
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

static void note_interface(struct extractor *x, const struct reader_record *k)
{
	if (described_note(&x->described, &x->reader, k) == DESCRIBED_NO_MEMORY)
		give_up(x, strerror(ENOMEM));
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
		teller_trouble(&x->teller, p.offset, 0, "a block of names or secrets is too long");
	else if (len > 0)
		teller_tell(&x->teller, &p, body, len);
}

/* False: there were too many. */
static bool number_of(struct extractor *x, const struct reader_record *k, uint32_t *number)
{
	enum described_status st =
	    described_number(&x->described, &x->reader, k, &x->teller, number);

	if (st == DESCRIBED_NO_MEMORY)
		give_up(x, strerror(ENOMEM));
	return st == DESCRIBED;
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
	teller_tell(&x->teller, &p, NULL, 0);
	teller_flush(&x->teller);
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

static void tell_packet(struct extractor *x, const struct reader_record *k)
{
	struct piece p = {.kind = PIECE_PACKET,
	    .offset = capture_offset(x, k->offset),
	    .caplen = k->caplen,
	    .original = k->original};
	const uint8_t *options = NULL;
	size_t len;

	if (k->timed) {
		x->last = k->time_ns;
		x->dated = true;
	}
	if (k->offset < x->task->skip || !is_wanted(x, k))
		return;
	if (!number_of(x, k, &p.number)) {
		leave_out(x, k, "it describes interfaces too often");
		return;
	}
	p.time_ns = x->last;
	p.undated = !x->dated;
	len = options_of(x, k, &options);
	teller_packet(&x->teller, &p, k->packet, options, len);
}

/* It stands before the part that is extracted: it may describe what follows, no more. */
static bool is_before_part(const struct extractor *x, const struct reader_record *k)
{
	return x->task->archived && k->offset < x->archived.before;
}

static void tell_record(struct extractor *x, const struct reader_record *k)
{
	if (is_before_part(x, k) && (k->kind == READER_PACKET || k->kind == READER_OTHER))
		return;
	switch (k->kind) {
	case READER_HEADER:
		described_begin_section(&x->described);
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

	teller_tell(&x->teller, &p, NULL, 0);
	teller_flush(&x->teller);
	if (io_read_full(PROCESS_IN, &what, 1) != 1)
		_exit(0);
	if (what == EXTRACT_LAST)
		x->reader.input = READER_FILE;
}

static void tell_end(struct extractor *x, enum reader_status st, const struct reader_record *k)
{
	struct piece end = {.kind = PIECE_END,
	    .time_ns = x->last,
	    .undated = !x->dated,
	    .number = st == READER_END};
	int error = errno;

	if (x->damaged > 0)
		teller_trouble(
		    &x->teller, capture_offset(x, x->damaged_at), x->damaged, x->damaged_why);
	if (x->task->archived && x->archived.why)
		teller_trouble(&x->teller, x->archived.offset, 0, x->archived.why);
	else if (st == READER_TORN)
		teller_trouble(
		    &x->teller, capture_offset(x, k->offset), 0, "it ends inside a record");
	else if (st == READER_BAD)
		teller_trouble(&x->teller, capture_offset(x, k->offset), 0, k->why);
	else if (st == READER_ERROR)
		teller_trouble(&x->teller, capture_offset(x, k->offset), 0, strerror(error));
	if (x->task->archived && x->archived.why)
		end.number = 0;
	teller_tell(&x->teller, &end, NULL, 0);
	teller_flush(&x->teller);
}

static bool begin(struct extractor *x)
{
	const struct extract_task *t = x->task;

	const struct archived_column column = {t->column, t->column_len, t->compressed};

	if (t->archived)
		return archived_init(&x->archived, PROCESS_FILES, &column, t->part, t->everything,
			   t->from, t->to) &&
		       reader_init_source(&x->reader, archived_source(&x->archived));
	if (!reader_init(&x->reader, PROCESS_FILES, t->recording ? READER_GROWING : READER_FILE, 0))
		return false;
	/* else a recording that is faster than the reader of this would never end */
	x->reader.end = t->end;
	return true;
}

/* One of several parts: short, and it may be long before it is read. */
static bool works_ahead(const struct extractor *x)
{
	return x->task->part.end > 0;
}

/* Where no packet is wanted for long, it is not to be taken for one that hangs. */
static void tell_alive(struct extractor *x, uint64_t offset)
{
	struct piece p = {.kind = PIECE_ALIVE};

	if (works_ahead(x) || offset - x->given < PIECE_ALIVE_STEP)
		return;
	x->given = offset;
	p.offset = capture_offset(x, offset);
	teller_tell(&x->teller, &p, NULL, 0);
	teller_flush(&x->teller);
}

static void free_all(struct extractor *x)
{
	described_free(&x->described);
	reader_free(&x->reader);
	archived_free(&x->archived);
	free(x->scratch);
	teller_free(&x->teller);
}

void extract(void *task)
{
	struct extractor x = {.task = task};
	struct reader_record k;
	enum reader_status st;

	if (!teller_init(&x.teller, works_ahead(&x) ? TELLER_ROOM_AHEAD : TELLER_ROOM))
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
	free_all(&x);
}
