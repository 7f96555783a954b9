/* walk: see walk.h. */
#include "publish/walk.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "daemon/process.h"
#include "publish/parcel.h"
#include "record/reader.h"

#define OUT_ROOM (64u << 10)

/* So far it grows behind the first packet: each of its versions can wait for subscribers. */
#define HEAD_GROWS (64u << 10)

struct walk {
	struct reader reader;
	uint64_t from;
	size_t head;   /* bytes of the file header */
	bool packets;  /* the section has had one: what comes now is no part of the header, */
	bool last;     /* but for interfaces; last: the file does not grow any more */
	size_t filled; /* in out */
	uint8_t out[OUT_ROOM];
};

/* ---- sending ---- */

/* The sender has gone: so does this. */
static void write_out(const void *data, size_t len)
{
	if (!io_write_all(PROCESS_OUT, data, len))
		_exit(1);
}

static void flush(struct walk *w)
{
	write_out(w->out, w->filled);
	w->filled = 0;
}

static void add(struct walk *w, const void *data, size_t len)
{
	if (len > OUT_ROOM - w->filled)
		flush(w);
	if (len > OUT_ROOM) {
		write_out(data, len);
	} else if (len > 0) {
		memcpy(w->out + w->filled, data, len);
		w->filled += len;
	}
}

static void send_parcel(struct walk *w, enum parcel_kind kind, const struct reader_record *r)
{
	struct parcel p = {.kind = kind, .len = r ? (uint32_t)r->len : 0};

	add(w, &p, sizeof(p));
	if (r)
		add(w, r->data, r->len);
}

/* ---- a record ---- */

static void begin_head(struct walk *w, const struct reader_record *r)
{
	w->packets = false;
	w->head = r->len;
	send_parcel(w, PARCEL_HEAD, r);
}

static void send_record(struct walk *w, const struct reader_record *r)
{
	if (r->offset + r->len > w->from)
		send_parcel(w, PARCEL_RECORD, r);
}

/* What stands before the first packet belongs to the header. An interface that is described later
 * is sent as it comes, to those who have the header already, and added to it for those who come
 * later.
 */
static void take(struct walk *w, const struct reader_record *r)
{
	bool room = w->head + r->len <= (w->packets ? HEAD_GROWS : PARCEL_MAX);

	if (r->kind == READER_HEADER) {
		begin_head(w, r);
		return;
	}
	w->packets |= r->kind == READER_PACKET;
	if (w->packets || !room)
		send_record(w, r);
	if (room && (!w->packets || r->kind == READER_INTERFACE)) {
		w->head += r->len;
		send_parcel(w, PARCEL_MORE, r);
	}
}

/* ---- the capture ---- */

/* Until there is more; several words at once are one. */
static void wait_for_master(struct walk *w)
{
	char word[256];
	ssize_t n;

	do
		n = read(PROCESS_IN, word, sizeof(word));
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		_exit(0);
	w->last |= memchr(word, WALK_LAST, (size_t)n) != NULL;
	if (w->last)
		w->reader.input = READER_FILE;
}

/* False: there is nothing more of it. */
static bool step(struct walk *w)
{
	struct reader_record r;

	switch (reader_next(&w->reader, &r)) {
	case READER_RECORD:
		take(w, &r);
		return true;
	case READER_MORE:
		flush(w);
		wait_for_master(w);
		return true;
	case READER_END:
	case READER_TORN: /* its writer has died there */
		return false;
	default:
		send_parcel(w, PARCEL_TROUBLE, NULL);
		return false;
	}
}

void walk_run(void *context)
{
	static struct walk w;

	w.from = *(const uint64_t *)context;
	if (!reader_init(&w.reader, PROCESS_FILES, READER_GROWING, 0))
		_exit(1);
	w.reader.longest = PARCEL_MAX;
	while (step(&w))
		;
	flush(&w);
}
