/* repairs: see repairs.h. */
#include "server/repairs.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "base/pages.h"
#include "daemon/title.h"
#include "record/stats.h"
#include "server/sandbox_roles.h"
#include "server/events.h"

/* Regular rounds begin this often, or less often: they take at most 1/SHARE of the time. */
#define EVERY_MS 60000
#define SHARE    100

void repairs_init(struct repairs *r, bool once)
{
	*r = (struct repairs){.once = once, .due = once ? INT64_MAX : 0};
}

void repairs_after(struct repairs *r, int64_t due)
{
	r->due = due;
}

static bool close_others(const struct generation *g, int also)
{
	size_t n = g->places.directories.n;
	int *keep = malloc((n + 3) * sizeof(*keep));
	bool ok;

	if (!keep)
		return false;
	places_descriptors(&g->places, keep);
	keep[n] = log_fd();
	keep[n + 1] = g->places.repair_rules;
	keep[n + 2] = also;
	ok = io_close_except(STDERR_FILENO + 1, keep, n + 3);
	free(keep);
	return ok;
}

bool repairs_confine(const struct generation *g, int keep)
{
	sigset_t all;
	bool closed = close_others(g, keep);

	setsid();
	log_forget_lost();
	sigfillset(
	    &all); /* a signal to all processes of the server must not end it within a file */
	sigprocmask(SIG_SETMASK, &all, NULL);
	if (!closed)
		event_error("repair: descriptors cannot be closed");
	else if (roles_enter_repair(places_may_link(&g->places), g->places.repair_rules))
		event_error("repair: the sandbox cannot be entered");
	else
		return true;
	return false;
}

static _Noreturn void repair_main(
    const struct generation *g, const struct repair_scope *scope, uint64_t *mended)
{
	struct title title;
	unsigned n;

	title_set(&title, "repair");
	title_show(&title);
	if (!repairs_confine(g, -1))
		_exit(0);
	n = repair_run(g, scope);
	if (mended)
		stats_set(mended, n);
	_exit(0);
}

/* With one connection there is no further round: a thousand such servers would repair all the
 * time. */
static void next_round(struct repairs *r, int64_t due)
{
	r->due = r->once ? INT64_MAX : due;
}

/* Starts the first round that waits, unless one runs. When it cannot be started it goes on waiting,
 * for the next regular round at the latest. */
static void start_next(struct repairs *r, struct floods *f)
{
	struct generation *g = r->queue[0];
	struct repair_scope scope = r->scope; /* a copy: the child has no memory at `r` */
	int64_t now = io_monotonic_ms();
	uint64_t *mended;
	pid_t pid;

	if (r->pid || r->queued == 0)
		return;
	scope.first = r->began == 0;
	mended = pages_new_shared(sizeof(*mended));
	pid = fork();
	if (pid == 0)
		repair_main(g, &scope, mended);
	if (mended)
		pages_not_for_children(mended, sizeof(*mended));
	if (pid < 0) {
		pages_free_shared(mended, sizeof(*mended));
		next_round(r, now + EVERY_MS);
		if (floods_line(f, FLOOD_RESOURCES))
			event_error("repair cannot be started");
		return;
	}
	r->pid = pid;
	r->mended = mended;
	r->began = now;
	r->queued--;
	memmove(r->queue, r->queue + 1, r->queued * sizeof(*r->queue));
	g->repair_wanted = false;
	generation_unref(g);
}

void repairs_want(struct repairs *r, struct generation *g, struct floods *f)
{
	if (!g->repair_wanted && r->queued < REPAIRS_MAX) {
		g->repair_wanted = true;
		r->queue[r->queued++] = generation_ref(g);
	} else if (!g->repair_wanted && floods_line(f, FLOOD_RESOURCES)) {
		event_error("repair: too many configurations wait for it");
	}
	start_next(r, f);
}

void repairs_ended(struct repairs *r, int status, struct floods *f)
{
	int64_t took = io_monotonic_ms() - r->began;

	r->pid = 0;
	next_round(r, r->began + took + (took * SHARE > EVERY_MS ? took * SHARE : EVERY_MS));
	r->rounds++;
	r->failed += WIFSIGNALED(status) != 0;
	if (r->mended)
		r->files += stats_get(r->mended);
	pages_free_shared(r->mended, sizeof(*r->mended));
	r->mended = NULL;
	if (WIFSIGNALED(status))
		event_repair_killed(WTERMSIG(status));
	start_next(r, f);
}

void repairs_free(struct repairs *r)
{
	while (r->queued > 0)
		generation_unref(r->queue[--r->queued]);
}
