/* crew: see crew.h. */
#include "archive/crew.h"

#include <errno.h>
#include <poll.h>

#include "base/io.h"

/* A look at workers that may hang. */
#define LOOK_MS 10000

/* Takes what the worker has to say; ends it when that is all. */
static void go_on(const struct crew *c, unsigned i, struct worker *w)
{
	const uint8_t *profile, *frames;
	struct report r;

	switch (worker_read(w, &r, &profile, &frames)) {
	case WORKER_MORE:
		return;
	case WORKER_DONE:
		c->ended(c->context, i, &r, profile, frames);
		break;
	case WORKER_FAILED:
		c->ended(c->context, i, NULL, NULL, NULL);
		break;
	}
	worker_end(w);
}

static void end_late(const struct crew *c, struct worker *worker)
{
	int64_t now = io_monotonic_ms();

	for (unsigned i = 0; i < c->at_once; i++) {
		if (worker[i].pid == 0 || !worker_is_late(&worker[i], now))
			continue;
		worker_kill(&worker[i]);
		c->ended(c->context, i, NULL, NULL, NULL);
		worker_end(&worker[i]);
	}
}

bool crew_run(const struct crew *c)
{
	struct worker worker[CREW_MAX] = {{0}};
	struct pollfd p[CREW_MAX];
	bool more = true, ok = true;
	unsigned active;

	do {
		active = 0;
		for (unsigned i = 0; i < c->at_once; i++) {
			if (worker[i].pid == 0 && more)
				more = c->start(c->context, i, &worker[i]);
			active += worker[i].pid != 0;
			p[i] = (struct pollfd){
			    .fd = worker[i].pid ? worker[i].channel : -1, .events = POLLIN};
		}
		if (active > 0 && poll(p, c->at_once, LOOK_MS) < 0 && errno != EINTR)
			ok = false;
		for (unsigned i = 0; ok && active > 0 && i < c->at_once; i++)
			if (p[i].fd >= 0 && p[i].revents)
				go_on(c, i, &worker[i]);
		end_late(c, worker);
	} while (ok && active > 0);
	for (unsigned i = 0; i < c->at_once; i++)
		worker_end(&worker[i]);
	return ok;
}
