/* packets: see packets.h. */
#include "read/packets.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/progress.h"
#include "read/follow.h"
#include "read/merge.h"

#define PATIENCE_MS 1000 /* before the first line of progress */
#define EACH_MS     100

/* A reader that has seen enough is no error. */
static void tell_status(const struct packets_task *t, enum sink_status st, struct tell *tell)
{
	if (st == SINK_LINK_TYPES)
		tell_error(tell, "packets of several link types do not fit into pcap: use pcapng");
	else if (st == SINK_FAILED && errno != EPIPE)
		tell_error(tell, "%s: %s", t->name, strerror(errno));
}

/* ---- progress ---- */

#define MS INT64_C(1000000)

/* How far it is, is told in time: of what the captures reach over, and the range. */
struct ticker {
	struct progress progress;
	int64_t begun, drawn; /* of the monotonic clock, ms */
	int64_t first;        /* time of the first packet that there can be */
};

static void tick(struct source_world *w)
{
	struct ticker *t = w->ticker;
	int64_t now = io_monotonic_ms();

	if (now - t->begun < PATIENCE_MS || now - t->drawn < EACH_MS)
		return;
	t->drawn = now;
	progress_draw(&t->progress, now * MS,
	    w->reached > t->first ? (uint64_t)((w->reached - t->first) / MS) : 0, w->sink->packets,
	    w->sink->bytes);
}

static void clear(void *of)
{
	progress_clear(of);
}

/* Where packets go through a pipe, a program at its end may write on the same terminal. */
static bool is_file(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

static void begin_progress(const struct packets_task *t, struct source_world *w, struct ticker *k)
{
	int64_t last = t->catalog->last;

	*k = (struct ticker){.begun = io_monotonic_ms(), .first = t->catalog->first};
	if (k->first < t->range->from)
		k->first = t->range->from;
	if (last > t->range->to)
		last = t->range->to;
	if (last <= k->first || k->first < 0)
		return;
	progress_init(&k->progress, !t->follow && is_file(t->output),
	    (uint64_t)((last - k->first) / MS) + 1, k->begun * MS);
	if (!k->progress.on)
		return;
	source_world_tick(w, tick, k);
	w->tell->clear = clear;
	w->tell->of = &k->progress;
}

static void end_progress(struct source_world *w, struct ticker *k)
{
	progress_clear(&k->progress);
	w->tell->clear = NULL;
}

/* ---- all of it ---- */

static enum sink_status run(const struct packets_task *t, struct source_world *w)
{
	enum sink_status st = sink_begin(w->sink, t->output, t->pcap);
	struct follow f;

	if (st != SINK_OK)
		return st;
	if (!t->follow)
		return merge(w, NULL, NULL);
	follow_begin(&f, w, t->patterns);
	st = merge(w, follow_paused, &f);
	if (st == SINK_OK)
		st = follow_run(&f);
	follow_end(&f);
	return st;
}

bool packets_write(const struct packets_task *task, struct tell *tell)
{
	struct sink sink = {.fd = -1};
	struct source_world w;
	struct ticker k;
	enum sink_status st;
	bool any;

	if (!source_world_init(&w, task->catalog, task->range, task->filter, &sink, tell)) {
		tell_error(tell, "%s", strerror(ENOMEM));
		return false;
	}
	begin_progress(task, &w, &k);
	st = run(task, &w);
	end_progress(&w, &k);
	/* what fits is written, whatever was wrong with the rest */
	if (st == SINK_OK)
		st = sink_end(&sink);
	else if (st != SINK_FAILED)
		sink_flush(&sink);
	tell_status(task, st, tell);
	any = sink.packets > 0 || st == SINK_FAILED;
	source_world_free(&w);
	sink_free(&sink);
	return any;
}
