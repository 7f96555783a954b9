/* packets: see packets.h. */
#include "read/packets.h"

#include <errno.h>
#include <string.h>

#include "read/follow.h"
#include "read/merge.h"

/* A reader that has seen enough is no error. */
static void tell_status(const struct packets_task *t, enum sink_status st, struct tell *tell)
{
	if (st == SINK_LINK_TYPES)
		tell_error(tell, "packets of several link types do not fit into pcap: use pcapng");
	else if (st == SINK_INTERFACES)
		tell_error(tell, "there are too many interfaces");
	else if (st == SINK_FAILED && errno != EPIPE)
		tell_error(tell, "%s: %s", t->name, strerror(errno));
}

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

void packets_write(const struct packets_task *task, struct tell *tell)
{
	struct sink sink = {.fd = -1};
	struct source_world w;
	enum sink_status st;

	source_world_init(&w, task->catalog, task->range, task->filter, &sink, tell);
	st = run(task, &w);
	/* what fits is written, whatever was wrong with the rest */
	if (st == SINK_OK)
		st = sink_end(&sink);
	else if (st != SINK_FAILED)
		sink_flush(&sink);
	tell_status(task, st, tell);
	source_world_free(&w);
	sink_free(&sink);
}
