/* output: see output.h. */
#include "record/output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/io.h"

static enum recorder_status storage_error(struct output *o, const char *what, int error)
{
	snprintf(o->reason, sizeof(o->reason), "%s: %s", what, strerror(error));
	return RECORDER_STORAGE;
}

/* What is in the file behind its last whole record could not be cut off. */
static enum recorder_status torn(struct output *o)
{
	o->file_torn = true;
	return storage_error(o, "cutting the capture file", errno);
}

/* ---- files ---- */

static void publish(struct output *o, const char *why)
{
	void *context = o->on.context;
	uint64_t bytes = o->file.size;
	char was[CAPNAME_MAX];
	enum capfile_published result;
	bool renamed;
	int error;

	memcpy(was, o->file.name, sizeof(was));
	result = capfile_publish(&o->file, &renamed);
	error = errno;
	if (result != CAPFILE_PUBLISHED)
		o->doubtful = true;
	if (result == CAPFILE_LEFT) {
		o->on.unpublished(context, was, why, error);
		return;
	}
	o->on.published(context, o->file.name, renamed ? was : NULL, why, o->file_packets, bytes);
	if (result == CAPFILE_UNSYNCED)
		o->on.unsynced(context, o->file.name, error);
}

static void closed(struct output *o)
{
	o->file_packets = 0;
	o->file_torn = false;
	stats_set(&o->stats->file_bytes, 0);
}

/* Closes the file if somebody has taken it away. */
static bool close_gone(struct output *o)
{
	enum capfile_fate fate = capfile_fate(&o->file);

	if (fate == CAPFILE_THERE)
		return false;
	capfile_abandon(&o->file);
	o->doubtful = true;
	o->on.gone(
	    o->on.context, o->file.name, fate == CAPFILE_DELETED, o->file_packets, o->file.size);
	closed(o);
	return true;
}

void output_close(struct output *o, const char *why)
{
	if (o->file.fd < 0 || close_gone(o))
		return;
	if (o->file_torn) {
		capfile_abandon(&o->file);
		o->doubtful = true;
		o->on.unpublished(o->on.context, o->file.name, why, EIO);
	} else if (o->file.size <= o->file_empty) /* nothing came of it */
		capfile_discard(&o->file);
	else
		publish(o, why);
	closed(o);
}

static bool stores(const struct output *o)
{
	return o->set.base >= 0;
}

/* After a failed write or creation: waits when there was no room. OK means try again, or that
 * nothing is stored any more. */
static enum recorder_status retry(struct output *o, const char *what, int error)
{
	if (!io_is_full(error))
		return storage_error(o, what, error);
	o->looked = 0; /* its deletion may be what is to make room */
	switch (o->on.wait_for_room(o->on.context, error, o->attempts++)) {
	case ROOM_TRY:
		return RECORDER_OK;
	case ROOM_NO_STORE:
		o->set.base = -1;
		o->attempts = 0;
		o->dropping = true;
		o->dropped = 0;
		o->doubtful = true; /* what waits was to be stored when it came */
		return RECORDER_OK;
	default:
		return storage_error(o, "giving up on the full disk", error);
	}
}

static void succeeded(struct output *o)
{
	if (o->attempts > 0)
		o->on.room_again(o->on.context);
	o->attempts = 0;
}

static enum recorder_status create_file(struct output *o, time_t now)
{
	enum recorder_status st;
	struct tm local;

	if (!o->set.local(&now, &local))
		return storage_error(o, "naming the capture file", errno);
	if (now != o->number_of) { /* a second's numbers are not tried twice */
		o->number_of = now;
		o->number = 0;
	}
	while (stores(o) && !capfile_create(&o->file, o->set.base, o->set.done, o->set.mode,
				o->set.stem, &local, o->accept.format.kind, &o->number)) {
		st = retry(o, "creating a capture file", errno);
		if (st != RECORDER_OK)
			return st;
	}
	o->file.may_link = o->set.may_link;
	return RECORDER_OK;
}

enum recorder_status output_open(struct output *o, time_t now)
{
	enum recorder_status st = create_file(o, now);

	if (st != RECORDER_OK || o->file.fd < 0)
		return st;
	o->file_empty = 0;
	o->looked = now;
	while (capfile_append(&o->file, filehead_bytes(&o->head), o->head.len) < o->head.len) {
		int error = errno;

		if (!capfile_cut(&o->file))
			return torn(o);
		st = retry(o, "writing the capture file", error);
		if (st != RECORDER_OK)
			return st;
		if (!stores(o)) {
			output_close(o, "reload");
			return st;
		}
	}
	succeeded(o);
	o->file.size = o->head.len;
	o->file_empty = o->head.len;
	o->period = rotate_period(&o->set.rotate, now, o->set.local);
	stats_add(&o->stats->files, 1);
	stats_set(&o->stats->file_bytes, o->file.size);
	o->on.opened(o->on.context, o->file.name);
	return RECORDER_OK;
}

enum recorder_status output_keep(struct output *o, const uint8_t *data, size_t len)
{
	return filehead_keep(&o->head, &o->accept, data, len)
		   ? RECORDER_OK
		   : storage_error(o, "keeping the link header", ENOMEM);
}

enum recorder_status output_begin(struct output *o, struct pending *p, const uint8_t *head,
    size_t len, const struct accept *next, time_t now)
{
	/* what was accepted so far belongs under the old header */
	enum recorder_status st = output_flush(o, p, now);

	if (st != RECORDER_OK)
		return st;
	output_close(o, "link-header");
	o->accept = *next;
	return filehead_begin(&o->head, head, len)
		   ? RECORDER_OK
		   : storage_error(o, "keeping the link header", ENOMEM);
}

enum recorder_status output_lower(struct output *o, struct pending *p, time_t now)
{
	enum recorder_status st = output_flush(o, p, now);

	if (st != RECORDER_OK)
		return st;
	output_close(o, "link-header");
	filehead_lower(&o->head, &o->accept, o->set.max_snaplen);
	return RECORDER_OK;
}

/* So much of what is pending is in the file now. Only from here on the next file needs to
 * repeat blocks of it: the rest of what is pending may go into that one. */
static enum recorder_status commit(
    struct output *o, struct pending *p, size_t len, uint64_t packets)
{
	enum recorder_status st = RECORDER_OK;

	if (p->needed > 0)
		st = output_keep(o, p->data, len);
	o->file.size += len;
	o->file_packets += packets;
	stats_set(&o->stats->file_bytes, o->file.size);
	p->data += len;
	p->len -= len;
	p->packets -= packets;
	return st;
}

/* Nothing is stored, but what later packets need is kept: they may be. */
static enum recorder_status drop(struct output *o, const struct pending *p)
{
	if (o->dropping)
		o->dropped += p->packets;
	return p->needed > 0 ? output_keep(o, p->data, p->len) : RECORDER_OK;
}

/* RLIMIT_FSIZE or the filesystem's largest file: publish, go on in a new one. */
static enum recorder_status too_large(struct output *o, time_t now)
{
	if (o->file_packets == 0)
		return storage_error(o, "writing the capture file", EFBIG);
	output_close(o, "size");
	return output_open(o, now);
}

/* Before a write, and at most once a second: whether the file still is where it was created. What
 * was taken away is not written to any further. */
static enum recorder_status look(struct output *o, time_t now)
{
	if (o->looked == now)
		return RECORDER_OK;
	o->looked = now;
	return close_gone(o) ? output_open(o, now) : RECORDER_OK;
}

/* Everything accepted goes into the file; on an error only whole records are in it. */
enum recorder_status output_flush(struct output *o, struct pending *p, time_t now)
{
	enum recorder_status st = RECORDER_OK;

	while (st == RECORDER_OK && p->len > 0 && stores(o)) {
		uint64_t packets = 0;
		int error;
		size_t n;

		st = look(o, now);
		if (st != RECORDER_OK || !stores(o))
			break;
		n = capfile_append(&o->file, p->data, p->len);
		error = errno;
		if (n == p->len) {
			st = commit(o, p, n, p->packets);
			break;
		}
		n = format_whole(&o->accept.format, p->data, n, &packets);
		st = commit(o, p, n, packets);
		if (!capfile_cut(&o->file))
			st = torn(o);
		else if (st == RECORDER_OK)
			st = error == EFBIG ? too_large(o, now)
					    : retry(o, "writing the capture file", error);
	}
	if (st == RECORDER_OK && !stores(o))
		st = drop(o, p);
	if (st != RECORDER_OK)
		return st;
	if (stores(o))
		succeeded(o);
	*p = (struct pending){.buffer = p->buffer, .data = p->buffer};
	return RECORDER_OK;
}

/* What a file may grow to, 0: any size. What each file begins with may be a megabyte: half as much
 * is left for packets, or a few of them would fill the disk. */
static uint64_t size_limit(const struct output *o)
{
	uint64_t max = o->set.max_file_size, least = o->file_empty + o->file_empty / 2;

	return max > 0 && max < least ? least : max;
}

/* Whether so many more bytes would grow the file past its limit. */
static bool outgrown(const struct output *o, uint64_t len)
{
	uint64_t limit = size_limit(o);

	return limit > 0 && o->file.size + len > limit;
}

/* Flushes and publishes when the current file's time or size is over. */
enum recorder_status output_rotate(struct output *o, struct pending *p, size_t more, time_t now)
{
	const char *why;
	enum recorder_status st;

	if (o->file.fd < 0)
		return RECORDER_OK;
	if (rotate_due(&o->period, now))
		why = "time";
	else if (outgrown(o, p->len + more))
		why = "size";
	else
		return RECORDER_OK;
	st = output_flush(o, p, now);
	if (st == RECORDER_OK)
		output_close(o, why);
	return st;
}

/* How many more bytes may be added without asking anything but the record's own form: 0 when
 * there is no file, or its time is over. */
uint64_t output_room(const struct output *o, const struct pending *p, time_t now)
{
	uint64_t taken = o->file.size + p->len, limit = size_limit(o);

	if (!stores(o))
		return UINT64_MAX;
	if (o->file.fd < 0 || rotate_due(&o->period, now))
		return 0;
	if (limit == 0)
		return UINT64_MAX;
	return limit > taken ? limit - taken : 0;
}
