/* stream: a client's bytes through frame, accept and recorder, into files in memory.
 *
 * The input: how it is set up (a byte), a seed (a byte), the stream. It goes in whole, then in
 * pieces, then in pieces onto a disk that fills up at any byte. Each time it must end in the same
 * way, at the same frame and offset, for the same reason, with the same files; and libpcap
 * (pcap) or the walk by lengths (pcapng) must find the packets there that the server has counted.
 * With a filter every packet there must match it, and there are no names and secrets.
 */
#include "fuzz.h"

#include <errno.h>
#include <stddef.h>

#include "capture/edit.h"
#include "capture/format.h"
#include "capture/frame.h"
#include "capture/linktype.h"
#include "filter/build.h"
#include "record/recorder.h"

#define FILES_MAX  4096
#define STREAM_MAX (256 * 1024)

struct memfile {
	uint8_t *data;
	size_t len, room;
	uint64_t packets; /* as published */
	bool published;
};

struct outcome {
	enum recorder_status status;
	char reason[ACCEPT_REASON_MAX];
	uint64_t frames, offset;
	struct stats stats;
	size_t nfiles;
	struct memfile file[FILES_MAX]; /* zero from nfiles on, forget() sees to that */
};

static struct outcome *now_in; /* the run that capfile_… writes for */
static uint32_t trouble;       /* random state of the disk; 0: it is never full */
static uint64_t one_max;       /* EFBIG above; 0: none */

/* ---- capfile, in memory ---- */

static bool full(void)
{
	return trouble && fuzz_random(&trouble) % 4 == 0;
}

bool capfile_create(struct capfile *f, int base, int done, unsigned mode, const char *stem,
    const struct tm *local, enum format_kind kind, unsigned *number)
{
	if (full()) {
		errno = ENOSPC;
		return false;
	}
	MUST(now_in->nfiles < FILES_MAX, "too many files");
	*f =
	    (struct capfile){.fd = (int)now_in->nfiles++, .base = base, .done = done, .mode = mode};
	capname_make(stem, local, kind, (*number)++, f->name);
	return true;
}

size_t capfile_append(struct capfile *f, const void *data, size_t len)
{
	struct memfile *m = &now_in->file[f->fd];
	size_t n = len;

	errno = 0;
	if (full()) {
		n = fuzz_random(&trouble) % len;
		errno = ENOSPC;
	}
	if (one_max && f->size + n > one_max) {
		n = f->size < one_max ? (size_t)(one_max - f->size) : 0;
		errno = EFBIG;
	}
	if (f->size + n > m->room) {
		m->room = f->size + n + 4096;
		m->data = realloc(m->data, m->room);
		MUST(m->data, "out of memory");
	}
	if (n > 0)
		memcpy(m->data + f->size, data, n);
	m->len = f->size + n;
	return n;
}

bool capfile_cut(const struct capfile *f)
{
	MUST(f->size <= now_in->file[f->fd].len, "a cut that would grow the file");
	now_in->file[f->fd].len = f->size;
	return true;
}

enum capfile_published capfile_publish(struct capfile *f, bool *renamed)
{
	MUST(f->size == now_in->file[f->fd].len, "size %llu, in the file %zu",
	    (unsigned long long)f->size, now_in->file[f->fd].len);
	now_in->file[f->fd].published = true;
	f->fd = -1;
	*renamed = false;
	return CAPFILE_PUBLISHED;
}

enum capfile_fate capfile_fate(const struct capfile *f)
{
	(void)f;
	return CAPFILE_THERE;
}

void capfile_abandon(struct capfile *f)
{
	f->fd = -1;
}

bool capfile_discard(struct capfile *f)
{
	f->fd = -1;
	now_in->nfiles--;
	return true;
}

/* ---- a run ---- */

static void on_header(void *context)
{
	(void)context;
}

static void on_opened(void *context, const char *name)
{
	(void)context;
	(void)name;
}

static void on_published(void *context, const char *name, const char *was, const char *why,
    uint64_t packets, uint64_t bytes)
{
	struct memfile *m = &now_in->file[now_in->nfiles - 1];

	(void)context;
	(void)name;
	(void)was;
	(void)why;
	MUST(bytes == m->len, "published with a wrong size");
	m->packets = packets;
}

static void on_trouble(void *context, const char *name, int error)
{
	(void)context;
	MUST(false, "%s: error %d", name, error);
}

static void on_unpublished(void *context, const char *name, const char *why, int error)
{
	(void)why;
	on_trouble(context, name, error);
}

static enum recorder_room on_full(void *context, int error, unsigned attempt)
{
	(void)context;
	(void)error;
	(void)attempt;
	return ROOM_TRY;
}

static const struct recorder_events events = {.header = on_header,
    .opened = on_opened,
    .published = on_published,
    .unsynced = on_trouble,
    .unpublished = on_unpublished,
    .wait_for_room = on_full,
    .room_again = on_header};

/* It looks at no more than the shortest snapshot length leaves. */
static const struct filter_table *filter_of(uint8_t how)
{
	static const struct filter_table *table;
	char why[FILTER_WHY_MAX];

	if (!(how & 0x10))
		return NULL;
	if (!table && filter_load(why))
		table = filter_build("link[17] & 1 = 0 and less 5000", why);
	MUST(table, "%s", why);
	return table;
}

static struct recorder_settings settings_of(uint8_t how)
{
	static const uint32_t snaplen[] = {9000, 64, 65535, 262144};
	static const uint64_t size[] = {0, 1, 300, 5000};

	return (struct recorder_settings){.base = how & 0x40 ? -1 : 0,
	    .mode = 0440,
	    .max_snaplen = snaplen[how & 3],
	    .max_file_size = size[how >> 2 & 3],
	    .rotate = {ROTATE_NEVER, 1},
	    .header_changes_per_minute = how & 0x20 ? 2 : 1000000,
	    .stem = "c",
	    .filter = filter_of(how),
	    .local = gmtime_r};
}

/* seed 0: in one piece. Bytes that are no whole frame are handed over again, as a child does. */
static void record(struct outcome *o, uint8_t how, const uint8_t *p, size_t len, uint32_t seed)
{
	static uint8_t buf[STREAM_MAX];
	struct recorder_settings settings = settings_of(how);
	struct recorder r;
	size_t held = 0, at = 0, used;
	bool bytewise = seed % 8 == 1 && len < 2000;

	memset(o, 0, offsetof(struct outcome, file));
	now_in = o;
	recorder_init(&r, &settings, &events, &o->stats);
	while (at < len && o->status == RECORDER_OK) {
		size_t n = len - at;

		if (bytewise)
			n = 1;
		else if (seed)
			n = fuzz_random(&seed) % (seed & 0x100 ? 64 : 9000) + 1;
		if (n > len - at)
			n = len - at;
		memcpy(buf + held, p + at, n);
		at += n;
		held += n;
		o->status = recorder_feed(&r, buf, held, 1794000000, &used);
		MUST(used <= held, "more bytes used than given");
		held -= used;
		memmove(buf, buf + used, held);
		MUST(o->status != RECORDER_OK || held < FRAME_MAX, "a whole frame was left");
	}
	recorder_close_file(&r, "closed");
	memcpy(o->reason, r.reason, sizeof(o->reason));
	if (o->status == RECORDER_OK)
		o->reason[0] = '\0';
	o->frames = r.frames;
	o->offset = r.offset;
	recorder_free(&r);
}

static void forget(struct outcome *o)
{
	for (size_t i = 0; i < FILES_MAX && o->file[i].data; i++) {
		free(o->file[i].data);
		o->file[i] = (struct memfile){0};
	}
}

static void same(const struct outcome *a, const struct outcome *b)
{
	MUST(a->status == b->status, "status %d and %d: %s, %s", a->status, b->status, a->reason,
	    b->reason);
	MUST(strcmp(a->reason, b->reason) == 0, "\"%s\" and \"%s\"", a->reason, b->reason);
	MUST(a->frames == b->frames && a->offset == b->offset, "frame or offset differ");
	MUST(a->stats.frames == b->stats.frames && a->stats.packets == b->stats.packets &&
		 a->stats.bytes == b->stats.bytes && a->stats.files == b->stats.files &&
		 a->stats.cut == b->stats.cut && a->stats.filtered == b->stats.filtered,
	    "statistics differ");
	MUST(a->nfiles == b->nfiles, "%zu files and %zu", a->nfiles, b->nfiles);
	for (size_t i = 0; i < a->nfiles; i++)
		MUST(a->file[i].len == b->file[i].len && a->file[i].packets == b->file[i].packets &&
			 memcmp(a->file[i].data, b->file[i].data, a->file[i].len) == 0,
		    "file %zu differs", i);
}

/* ---- the reader ---- */

/* A record on the heap, so that a sanitizer sees what is read or written behind it. */
static uint8_t *copy_of(const uint8_t *p, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	MUST(copy, "out of memory");
	if (len > 0)
		memcpy(copy, p, len);
	return copy;
}

/* A packet cut to a snapshot length and a frame is a packet all the same, of the same original
 * length. */
static void edited(const struct format *f, const uint8_t *record, size_t len, uint32_t seed)
{
	uint8_t *p = copy_of(record, len);
	struct edit e = {.snaplen = seed % 200 + 1,
	    .record = seed % 3 ? SIZE_MAX : seed / 3 % 300,
	    .simple = f->section.first.snaplen};
	struct format after = *f;
	struct format_record was, is;
	struct pcapng_packet k;
	struct pcapng_block b;
	size_t now = len;

	MUST(format_next(&after, record, len, &was) == FORMAT_WHOLE, "read once, not twice");
	if (f->pcap.more != 0) { /* the sender converts such a record first, the server has none */
		free(p);
		return;
	}
	if (f->kind == FORMAT_PCAPNG && seed % 5 == 0 && f->section.interfaces > 0)
		e.simple = after.section.first.snaplen =
		    edit_snaplen((uint8_t *)&after.section.first.snaplen, e.snaplen, false);
	if (f->kind == FORMAT_PCAP) {
		edit_pcap(&e, &f->pcap, p, &now);
	} else {
		pcapng_read_block(&b, p, len, f->section.big);
		pcapng_read_packet(&k, &f->section, &b);
		edit_packet(&e, &b, &k, p, &now);
	}
	MUST(now <= len, "longer than it was");
	MUST(format_next(&after, p, now, &is) == FORMAT_WHOLE && is.len == now, "cut to what?");
	MUST(is.original == was.original && is.caplen <= was.caplen, "another packet");
	free(p);
}

/* Walks a capture as a reader does that is given as many bytes as it says it needs. Returns how
 * many packets there are in front of what is wrong, or of the end. */
static uint64_t reader_finds(const uint8_t *p, size_t len, uint32_t seed, bool *whole)
{
	struct pcapng_interface table[3];
	struct format_record r = {.need = 0};
	size_t at = 0, given = 0, name;
	struct pcapng_block b;
	uint64_t n = 0;
	struct format f;
	enum format_status st;

	*whole = false;
	while ((st = format_begin(&f, p, given, &at, &r)) == FORMAT_MORE) {
		MUST(r.need > given, "no more is needed than there is");
		if (r.need > len)
			return 0;
		given = r.need;
	}
	if (st == FORMAT_BAD)
		return 0;
	f.section.table = table;
	f.section.room = 3;
	for (given = 0; at < len;) {
		uint8_t *part = copy_of(p + at, given);
		struct format before = f;

		st = format_next(&f, part, given, &r);
		if (st == FORMAT_WHOLE && r.what == FORMAT_PACKET)
			edited(&before, part, r.len, seed++);
		if (st == FORMAT_WHOLE && r.what == FORMAT_INTERFACE &&
		    pcapng_read_block(&b, part, given, f.section.big) == PCAPNG_OK)
			pcapng_interface_name(&b, &name);
		free(part);
		MUST(st != FORMAT_MORE || r.need > given, "no more is needed than there is");
		if (st == FORMAT_BAD || (st == FORMAT_MORE && r.need > len - at))
			return n;
		given = st == FORMAT_MORE ? r.need : 0;
		at += st == FORMAT_MORE ? 0 : r.len;
		n += st == FORMAT_WHOLE && r.what == FORMAT_PACKET;
		linktype_name(r.link_type);
	}
	*whole = true;
	return n;
}

/* Nothing is stored unfiltered. */
static void filtered(const uint8_t *p, size_t len, const struct filter_table *t)
{
	static struct pcapng_interface table[1024];
	const struct filter_step *step;
	struct format_record r;
	struct format f;
	size_t at;

	if (format_begin(&f, p, len, &at, &r) != FORMAT_WHOLE)
		return;
	f.section.table = table;
	f.section.room = 1024;
	for (; at < len && format_next(&f, p + at, len - at, &r) == FORMAT_WHOLE; at += r.len) {
		bool big = f.kind == FORMAT_PCAP ? f.pcap.big : f.section.big;

		MUST(r.what != FORMAT_SECRETS, "secrets are stored");
		MUST(r.what != FORMAT_OTHER || bytes_load32(p + at, big) != PCAPNG_NAMES,
		    "names are stored");
		if (r.what != FORMAT_PACKET || r.link_type == FORMAT_LINK_UNKNOWN)
			continue;
		step = filter_table_find(t, r.link_type, big);
		MUST(step && filter_run(step, r.data, r.caplen, r.original),
		    "a packet is stored that does not match");
	}
}

static void judge(const struct outcome *o, const struct filter_table *filter)
{
	bool whole;

	for (size_t i = 0; i < o->nfiles; i++) {
		const struct memfile *m = &o->file[i];

		MUST(m->published, "file %zu was never published", i);
		readers_find(m->data, m->len, m->packets);
		MUST(reader_finds(m->data, m->len, (uint32_t)m->len, &whole) == m->packets && whole,
		    "the reader finds another number of packets in file %zu", i);
		if (filter)
			filtered(m->data, m->len, filter);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct outcome whole, split;
	uint32_t seed;
	bool to_end;

	if (len < 2 || len - 2 > STREAM_MAX)
		return 0;
	seed = data[1] * 0x01000193u + 0x811c9dc5u + (uint32_t)len;
	if (len > 6) /* what stands in the stream as if it were a file */
		reader_finds(data + 6, len - 6, seed, &to_end);
	trouble = 0;
	one_max = 0;
	record(&whole, data[0], data + 2, len - 2, 0);
	MUST(whole.status != RECORDER_STORAGE, "%s", whole.reason);
	judge(&whole, filter_of(data[0]));
	record(&split, data[0], data + 2, len - 2, data[1] & 1 ? 1 : seed | 1);
	same(&whole, &split);
	forget(&split);
	trouble = seed | 1;
	record(&split, data[0], data + 2, len - 2, seed | 1);
	same(&whole, &split);
	forget(&split);
	if (data[0] &
	    0x80) { /* a largest size that the filesystem has: other files, all readable */
		one_max = 200 + data[1] * 16u;
		record(&split, data[0], data + 2, len - 2, seed | 1);
		if (split.status != RECORDER_STORAGE)
			judge(&split, filter_of(data[0]));
		forget(&split);
		one_max = 0;
	}
	forget(&whole);
	return 0;
}
