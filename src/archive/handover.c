/* handover: see handover.h. */
#include "archive/handover.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "archive/events.h"
#include "base/calendar.h"
#include "base/io.h"

/* After an error that is none of a file's. */
#define RESUME_MS 60000

/* So many failures in a row, and then the pause from one failure to the next start. */
#define MANY    5
#define MANY_MS 30000

/* All that were killed are waited for so long, at the end. */
#define KILLED_MS 1000

/* A week is more than any command needs, and far from what overflows. */
#define TIMEOUT_MAX 604800u

static const struct config_hand_over *settings(const struct handover *h)
{
	return &h->config->archive.hand_over;
}

bool handover_init(struct handover *h, struct depot *depot, const struct config *config)
{
	*h = (struct handover){.depot = depot,
	    .config = config,
	    .next_try = INT64_MAX,
	    .run = calloc(CONFIG_AT_ONCE_MAX, sizeof(*h->run))};
	return h->run;
}

/* ---- the index ---- */

/* No command is started for a while. */
static void fail(struct handover *h, const char *reason)
{
	event_failed(reason);
	h->resume = io_monotonic_ms() + RESUME_MS;
}

static void store_failed(struct handover *h)
{
	fail(h, store_reason(h->depot->store));
}

/* By retention, meanwhile: it does not wait any more. */
static bool is_deleted(struct handover *h, int64_t id)
{
	struct store *store = h->depot->store;
	struct store_row row;
	bool is = !store_get(store, id, false, &row) && !store_reason(store)[0];

	store_rest(store);
	return is;
}

static void remember_failure(
    struct handover *h, struct command_file *f, const char *reason, uint64_t lines)
{
	int64_t now = time(NULL), pause;

	if (is_deleted(h, f->id)) {
		event_handing_vain(f, reason);
		return;
	}
	h->failed++;
	if (++h->in_a_row >= MANY)
		h->resume = io_monotonic_ms() + MANY_MS;
	f->tries++;
	pause = command_pause(f->tries);
	event_not_handed(f, reason, lines, pause, calendar_age(now, f->archived));
	if (!store_try_again(h->depot->store, f->id, f->tries, now + pause))
		store_failed(h);
}

static void remember_success(struct handover *h, struct command_file *f, uint64_t lines)
{
	int64_t now = time(NULL);

	h->in_a_row = 0;
	event_handed(f, lines, calendar_age(now, f->archived));
	if (!store_handed_over(h->depot->store, f->id, now))
		store_failed(h);
}

/* ---- starting ---- */

static void tell_line(void *context, const char *line)
{
	const struct command_file *f = context;

	event_command_says(f, line);
}

static bool is_running(const struct handover *h, int64_t id)
{
	for (unsigned i = 0; i < CONFIG_AT_ONCE_MAX; i++)
		if (h->run[i].runner.pid && h->run[i].file.id == id)
			return true;
	return false;
}

static struct handover_run *free_run(struct handover *h)
{
	struct handover_run *r = h->run;

	while (r->runner.pid)
		r++;
	return r;
}

static bool begin(struct handover *h, const struct store_row *row)
{
	const struct config_hand_over *set = settings(h);
	uint64_t timeout = set->timeout < TIMEOUT_MAX ? set->timeout : TIMEOUT_MAX;
	char **argv = command_arguments(&set->command, h->config->archive.path, row);
	struct handover_run *r = free_run(h);

	*r = (struct handover_run){.runner = {.line = tell_line, .context = &r->file}};
	command_file(row, &r->file);
	if (argv && runner_start(&r->runner, argv, (int64_t)timeout * 1000, io_monotonic_ms()))
		h->active++;
	else
		fail(h, strerror(errno));
	free(argv);
	return r->runner.pid;
}

/* That is longer than any pause: the clock was set back. */
static void try_sooner(struct handover *h, int64_t now)
{
	if (store_try_sooner(h->depot->store, now + COMMAND_PAUSE_MAX))
		h->next_try = now;
	else
		store_failed(h);
}

void handover_start(struct handover *h)
{
	struct store *store = h->depot->store;
	struct store_turn after, *behind = NULL;
	int64_t now = time(NULL);
	struct store_row row;

	h->next_try = INT64_MAX;
	if (!settings(h)->present || io_monotonic_ms() < h->resume)
		return;
	while (h->active < settings(h)->at_once) {
		if (!store_waiting(store, behind, &row)) {
			if (store_reason(store)[0])
				store_failed(h);
			return;
		}
		after = (struct store_turn){.next_try = row.next_try, .id = row.id};
		behind = &after;
		if (is_running(h, row.id))
			continue;
		if (row.next_try > now) {
			h->next_try = row.next_try;
			break;
		}
		if (!begin(h, &row))
			return;
	}
	if (h->next_try < INT64_MAX && h->next_try > now + COMMAND_PAUSE_MAX)
		try_sooner(h, now);
}

void handover_now(struct handover *h)
{
	int64_t now = time(NULL);

	if (!settings(h)->present)
		return;
	h->resume = 0;
	h->in_a_row = 0;
	h->next_try = now;
	if (!store_try_sooner(h->depot->store, now))
		store_failed(h);
}

bool handover_waiting(struct handover *h, uint64_t *files)
{
	struct store *store = h->depot->store;
	struct store_turn after, *behind = NULL;
	struct store_row row;

	*files = 0;
	while (settings(h)->present && store_waiting(store, behind, &row)) {
		after = (struct store_turn){.next_try = row.next_try, .id = row.id};
		behind = &after;
		++*files;
	}
	if (settings(h)->present && store_reason(store)[0]) {
		store_failed(h);
		return false;
	}
	return true;
}

/* ---- going on ---- */

size_t handover_channels(const struct handover *h, struct pollfd p[CONFIG_AT_ONCE_MAX])
{
	size_t n = 0;

	for (unsigned i = 0; i < CONFIG_AT_ONCE_MAX; i++)
		if (h->run[i].runner.pid && h->run[i].runner.channel >= 0)
			p[n++] = (struct pollfd){.fd = h->run[i].runner.channel, .events = POLLIN};
	return n;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int handover_due(const struct handover *h)
{
	int64_t now = io_monotonic_ms(), wait = INT_MAX;

	for (unsigned i = 0; i < CONFIG_AT_ONCE_MAX; i++)
		if (h->run[i].runner.pid)
			wait = earlier(wait, h->run[i].runner.due - now);
	if (h->next_try < INT64_MAX)
		wait = earlier(wait, (h->next_try - time(NULL)) * 1000);
	if (h->resume > now)
		wait = earlier(wait, h->resume - now);
	return wait < 0 ? 0 : (int)wait;
}

static void conclude(struct handover *h, struct handover_run *r)
{
	char reason[RUNNER_REASON_MAX];
	uint64_t lines = r->runner.lines;

	h->active--;
	if (runner_succeeded(&r->runner, reason))
		remember_success(h, &r->file, lines);
	else
		remember_failure(h, &r->file, reason, lines);
}

void handover_go_on(struct handover *h)
{
	int64_t now = io_monotonic_ms();

	for (unsigned i = 0; i < CONFIG_AT_ONCE_MAX; i++)
		if (h->run[i].runner.pid && runner_go_on(&h->run[i].runner, now))
			conclude(h, &h->run[i]);
}

bool handover_is_idle(const struct handover *h)
{
	return h->active == 0 && (h->next_try > time(NULL) || h->resume > io_monotonic_ms());
}

/* ---- the end ---- */

/* One that has ended: what it was told to end in the middle of is not counted as a failure. */
static void reap(struct handover *h, struct handover_run *r)
{
	char reason[RUNNER_REASON_MAX];

	h->active--;
	if (runner_succeeded(&r->runner, reason))
		remember_success(h, &r->file, r->runner.lines);
	else
		event_handing_stopped(&r->file);
}

static void end(struct handover *h, bool kill)
{
	int64_t now = io_monotonic_ms();

	for (unsigned i = 0; i < CONFIG_AT_ONCE_MAX; i++) {
		struct handover_run *r = &h->run[i];

		if (r->runner.pid && kill)
			runner_kill(&r->runner, now + KILLED_MS);
		else if (!r->runner.pid || !runner_go_on(&r->runner, now))
			continue;
		reap(h, r);
	}
}

void handover_stop(struct handover *h)
{
	int64_t now = io_monotonic_ms(), until = now + RUNNER_GRACE_MS;

	for (unsigned i = 0; h->run && i < CONFIG_AT_ONCE_MAX; i++)
		if (h->run[i].runner.pid)
			runner_finish(&h->run[i].runner, now);
	while (h->run && h->active > 0 && now < until) {
		struct pollfd p[CONFIG_AT_ONCE_MAX];
		size_t n = handover_channels(h, p);

		poll(p, n, 50); /* the end of a process is no event here */
		now = io_monotonic_ms();
		end(h, false);
	}
	if (h->run && h->active > 0)
		end(h, true);
	free(h->run);
	h->run = NULL;
}
