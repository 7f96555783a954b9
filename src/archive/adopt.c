/* adopt: see adopt.h. */
#include "archive/adopt.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "archive/crew.h"
#include "archive/events.h"
#include "archive/intent.h"
#include "archive/refile.h"
#include "base/io.h"
#include "base/processors.h"

struct adopting {
	struct refile file;
	char id[NAME_MAX + 1]; /* of its note */
	uint64_t bytes;        /* of the capture that was noted */
};

struct round {
	struct depot *depot;
	const struct config *config;
	DIR *notes;
	struct adopting adopting[CREW_MAX];
	char *reason;
	bool failed;
};

static bool fail(struct round *r, const char *why)
{
	snprintf(r->reason, DEPOT_REASON_MAX, "%s", why);
	r->failed = true;
	return false;
}

static bool is_to_end(void)
{
	sigset_t waiting;

	return sigpending(&waiting) == 0 &&
	       (sigismember(&waiting, SIGTERM) || sigismember(&waiting, SIGINT));
}

/* The file of this note, when there is one and the index does not have it: a worker reads it.
 * Without a worker the note is gone, or stays for the next start. */
static void look_at(struct round *r, struct adopting *a, struct worker *w)
{
	struct depot *depot = r->depot;
	const char *why = NULL;
	char text[PATH_MAX];
	struct intent in;
	bool indexed;

	if (!intent_read(depot->work, a->id, text, &in)) {
		intent_drop(depot->work, a->id);
		return;
	}
	if (!store_has_path(depot->store, in.path, &indexed)) {
		fail(r, store_reason(depot->store));
		return;
	}
	a->bytes = in.bytes;
	snprintf(a->file.path, sizeof(a->file.path), "%s", in.path);
	named_parse(a->file.path, &a->file.named);
	switch (
	    indexed ? REFILE_MISSING : refile_begin(&a->file, depot, r->config, in.name, w, &why)) {
	case REFILE_READING:
		break;
	case REFILE_MISSING: /* the crash came before its name, or after its commit */
		intent_drop(depot->work, a->id);
		break;
	case REFILE_UNREADABLE:
	case REFILE_RECORDING:
	case REFILE_NO_WORKER:
		event_not_adopted(in.path, why);
		break;
	}
}

static bool start(void *context, unsigned i, struct worker *w)
{
	struct round *r = context;
	struct adopting *a = &r->adopting[i];
	struct dirent *e;

	while (w->pid == 0 && !r->failed && !is_to_end() && (e = readdir(r->notes))) {
		if (!intent_is(e->d_name))
			continue;
		snprintf(a->id, sizeof(a->id), "%s", e->d_name);
		look_at(r, a, w);
	}
	return w->pid != 0;
}

/* Two captures may have been about to get one name: whose file it is says its note. */
static bool is_done(struct round *r, const struct adopting *a, const struct report *report)
{
	bool indexed;

	return (report && report->ok && report->facts.bytes != a->bytes) ||
	       (store_has_path(r->depot->store, a->file.path, &indexed) && indexed);
}

static void ended(void *context, unsigned i, const struct report *report, const uint8_t *profile,
    const uint8_t *frames)
{
	struct round *r = context;
	struct adopting *a = &r->adopting[i];
	struct store *store = r->depot->store;
	struct store_file row;
	const char *why = refile_end(&a->file, report, profile, frames, &row);
	int64_t id;

	if (is_done(r, a, report)) {
		intent_drop(r->depot->work, a->id);
		return;
	}
	if (!why && !store_add(store, &row, &id))
		why = store_reason(store);
	if (why) {
		event_not_adopted(a->file.path, why);
		return;
	}
	event_adopted(&row);
	intent_drop(r->depot->work, a->id);
}

bool adopt_run(struct depot *depot, const struct config *config, char reason[DEPOT_REASON_MAX])
{
	static struct round r;
	struct crew crew = {
	    .at_once = processors_online(CREW_MAX), .context = &r, .start = start, .ended = ended};

	r = (struct round){.depot = depot, .config = config, .reason = reason};
	r.notes = io_list(depot->work);
	if (!r.notes)
		return fail(&r, strerror(errno));
	if (!crew_run(&crew))
		fail(&r, strerror(errno));
	closedir(r.notes);
	return !r.failed;
}
