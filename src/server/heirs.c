/* heirs: see heirs.h. */
#include "server/heirs.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>

#include "base/io.h"
#include "server/inherit.h"
#include "server/silence.h"
#include "server/timers.h"
#include "status/started.h"

#define LOOK_MS 5000

void heirs_init(struct heirs *h)
{
	*h = (struct heirs){.due = TIMER_NEVER};
}

void heirs_free(struct heirs *h)
{
	for (size_t i = 0; i < h->n; i++)
		heir_file_close(&h->v[i].file);
	heirs_init(h);
}

/* The row of the client of that name; NULL: it is not listed. */
static struct status_client *row_of(
    struct area *a, const struct config *c, char name[STATUS_NAME_MAX], size_t *client)
{
	const struct config_client *k;

	name[STATUS_NAME_MAX - 1] = '\0';
	k = config_client(c, name);
	if (!k)
		return NULL;
	*client = (size_t)(k - c->clients);
	return area_client(a, *client);
}

/* ---- at the start ---- */

static void add_totals(
    struct area *a, const struct config *c, const struct heir_file *f, int64_t now)
{
	struct status_client was, *is;
	size_t client;

	for (uint64_t i = 0; i < f->clients; i++) {
		if (!heir_file_client(f, i, &was))
			return;
		is = row_of(a, c, was.name, &client);
		if (is)
			inherit_client(is, &was, now);
	}
}

/* The place for one more; NULL: there is none. One with totals gets that of one without: the next
 * master finds that, and what its recordings have counted. */
static struct heir *place_for(struct heirs *h, bool totals)
{
	if (h->n < HEIRS_MAX)
		return &h->v[h->n++];
	for (size_t i = 0; i < h->n && totals; i++)
		if (h->v[i].file.inherited) {
			heir_file_close(&h->v[i].file);
			return &h->v[i];
		}
	return NULL;
}

void heirs_take(struct heirs *h, struct area *a, const struct config *c, int64_t now)
{
	DIR *dir = a->fd >= 0 ? io_list(a->dir) : NULL;
	struct heir_file old;
	struct heir *place;
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		if (!heir_file_open(&old, a, e->d_name))
			continue;
		place = place_for(h, !old.inherited);
		if (!place) {
			heir_file_close(&old);
			continue;
		}
		*place = (struct heir){.file = old};
		if (!old.inherited)
			add_totals(a, c, &old, now);
		h->due = now;
	}
	if (dir)
		closedir(dir);
}

void heirs_mark(struct heirs *h)
{
	for (size_t i = 0; i < h->n; i++)
		heir_file_mark(&h->v[i].file);
}

/* ---- recordings ---- */

static bool is_running(const struct status_child *row, const struct status_page *page)
{
	int64_t started;

	if (page->ended || row->pid == 0 || row->pid > INT32_MAX ||
	    (kill((pid_t)row->pid, 0) < 0 && errno == ESRCH))
		return false;
	started = started_ms(row->pid);
	return started < 0 || started_is_of(started, row);
}

static void hear(struct area *a, const struct config *c, struct status_child *row,
    const struct status_page *page, int64_t now)
{
	int64_t when = inherit_past((int64_t)page->stats.heard_ms, now);
	size_t client;
	struct status_client *is = row_of(a, c, row->name, &client);

	if (page->stats.waiting)
		when = now;
	if (is && (page->stats.packets > 0 || page->stats.waiting) && when > is->last_packet_ms)
		silence_heard(a, client, c->clients[client].name, when);
}

static void add_recording(struct area *a, const struct config *c, struct status_child *row,
    const struct status_page *page, int64_t end)
{
	size_t client;
	struct status_client *is = row_of(a, c, row->name, &client);

	if (!is)
		return;
	status_write_begin(&a->head->seq);
	inherit_recording(is, page, end);
	status_write_end(&a->head->seq);
}

/* Whether the child in the slot still records. */
static bool look_at(
    const struct heir *old, uint64_t slot, struct area *a, const struct config *c, int64_t now)
{
	struct status_child row;
	struct status_page page;

	if (!heir_file_child(&old->file, slot, &row, &page))
		return false;
	hear(a, c, &row, &page, now);
	if (is_running(&row, &page))
		return true;
	if (heir_file_forget(&old->file, slot))
		add_recording(a, c, &row, &page,
		    old->looked ? now : inherit_past((int64_t)page.stats.heard_ms, now));
	return false;
}

static void drop(struct heirs *h, size_t i, const struct area *a)
{
	heir_file_remove(&h->v[i].file, a);
	heir_file_close(&h->v[i].file);
	h->v[i] = h->v[--h->n];
}

void heirs_look(struct heirs *h, struct area *a, const struct config *c, int64_t now)
{
	for (size_t i = h->n; i-- > 0;) {
		uint64_t running = 0;

		for (uint64_t slot = 0; slot < h->v[i].file.slots; slot++)
			running += look_at(&h->v[i], slot, a, c, now);
		h->v[i].looked = true;
		if (running == 0)
			drop(h, i, a);
	}
	h->due = h->n > 0 ? now + LOOK_MS : TIMER_NEVER;
}
