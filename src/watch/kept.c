/* kept: see kept.h. */
#include "watch/kept.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "index/store.h"
#include "watch/completed.h"

#define DAY  INT64_C(86400)
#define WEEK (7 * DAY)
#define HOUR INT64_C(3600)

/* Files of the last week that are looked at. */
#define SAMPLES 100

/* Completed captures that are looked at: an archive that keeps up leaves few. */
#define COMPLETED_MAX 10000u

/* Files that wait to be handed over are counted as far as this. */
#define WAITING_MAX 50000u

/* ---- the index ---- */

/* The first file that was archived at `since` or later: they are numbered in that order. */
static int64_t first_since(struct store *store, int64_t low, int64_t high, int64_t since)
{
	while (low < high) {
		int64_t middle = low + (high - low) / 2;
		struct store_size f;

		if (!store_next_size(store, middle, &f) || f.archived >= since)
			high = middle;
		else
			low = f.id + 1;
	}
	return low;
}

/* Bytes that came in from then on, by files at equal distances; one that is gone meanwhile counts
 * as those that are there. */
static double sum_of(struct store *store, int64_t from, int64_t last)
{
	int64_t n = last - from + 1, step = n > SAMPLES ? n / SAMPLES : 1;
	uint64_t seen = 0;
	double sum = 0;
	struct store_size f;

	for (int64_t id = from; id <= last && store_next_size(store, id, &f); id += step) {
		sum += (double)f.stored;
		seen++;
	}
	return seen > 0 ? sum / (double)seen * (double)n : 0;
}

static uint64_t growth_of(struct store *store, int64_t now)
{
	struct store_size first;
	int64_t last, from, span;

	if (!store_next_size(store, 0, &first) || !store_last(store, &last))
		return 0;
	from = first_since(store, first.id, last + 1, now - WEEK);
	if (from > last)
		return 0;
	span = first.archived < now - WEEK ? WEEK : now - first.archived;
	span = span < HOUR ? HOUR : span;
	return (uint64_t)(sum_of(store, from, last) / (double)span * (double)DAY);
}

static void read_index(struct snapshot_archive *a, struct store *store, int64_t now)
{
	struct store_client c = {.id = 0};
	struct store_size first;

	while (store_next_client(store, c.id, &c)) {
		a->files += c.files;
		a->bytes += c.bytes;
	}
	if (store_next_size(store, 0, &first))
		a->oldest = first.ended * 1000;
	a->growth = growth_of(store, now);
	if (a->hands_over)
		store_count_waiting(store, WAITING_MAX, &a->waiting);
}

/* Why there is no index to be read, in other words than SQLite's, which has the same for all cases.
 */
static const char *not_there(struct region *r, const char *path, const char *file)
{
	if (access(file, R_OK) == 0)
		return NULL;
	if (errno == ENOENT)
		return region_print(r, "%s: no index: start osmo-pcap-archive", path);
	return region_print(r, "%s: %s", file, strerror(errno));
}

static void open_index(struct snapshot *s, const char *path)
{
	char reason[STORE_REASON_MAX];
	struct snapshot_archive *a = &s->archive;
	char *file = region_print(s->region, "%s/%s", path, STORE_FILE);
	struct store *store;

	a->why = file ? not_there(s->region, path, file) : "out of memory";
	if (a->why)
		return;
	store = store_open(file, STORE_READ, reason);
	if (store) {
		read_index(a, store, s->now / 1000);
		if (*store_reason(store))
			a->why = region_print(s->region, "%s: %s", file, store_reason(store));
		store_close(store);
	} else if (*reason) { /* "": nothing is in it yet */
		a->why = region_print(s->region, "%s: %s", file, reason);
	}
}

/* ---- room ---- */

static bool space_of(const char *path, uint64_t *free, uint64_t *size)
{
	struct statvfs v;

	if (statvfs(path, &v) < 0)
		return false;
	*free = (uint64_t)v.f_bavail * v.f_frsize;
	*size = (uint64_t)v.f_blocks * v.f_frsize;
	return true;
}

static uint64_t less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/* Until max-size, or min-free, makes retention delete. */
static int64_t full_in(const struct snapshot_archive *a, const struct config_keep *keep)
{
	const struct config_space *m = &keep->min_free;
	uint64_t room = less(a->free, m->percent ? a->size / 100 * m->percent : m->bytes);
	double seconds;

	if (keep->max_size > 0 && less(keep->max_size, a->bytes) < room)
		room = less(keep->max_size, a->bytes);
	if (room > 0 && a->growth == 0)
		return -1;
	seconds = room > 0 ? (double)room / (double)a->growth * (double)DAY : 0;
	return seconds < 1e15 ? (int64_t)seconds : -1;
}

/* ---- what the archive has not taken yet ---- */

static void count(void *of, const struct capname *name, const struct stat *st)
{
	struct snapshot_archive *a = of;
	int64_t when = st->st_ctime * INT64_C(1000); /* it was renamed when it was completed */

	(void)name;
	a->completed++;
	if (a->completed_oldest == 0 || when < a->completed_oldest)
		a->completed_oldest = when;
}

static void look_completed(struct snapshot *s, const struct config *c)
{
	struct completed look = {.most = COMPLETED_MAX, .take = count, .of = &s->archive};

	s->archive.unseen = completed_look(&look, c, s->region) ? look.unseen : strerror(ENOMEM);
}

void kept_look(struct snapshot *s, const struct config *config)
{
	struct snapshot_archive *a = &s->archive;

	s->disk.known = space_of(config->storage.base_path, &s->disk.free, &s->disk.size);
	a->configured = config->archive.present;
	a->hands_over = config->archive.hand_over.present;
	a->full_in = -1;
	if (!a->configured)
		return;
	look_completed(s, config);
	open_index(s, config->archive.path);
	if (a->why)
		return;
	if (!space_of(config->archive.path, &a->free, &a->size)) {
		a->why = region_print(s->region, "%s: %s", config->archive.path, strerror(errno));
		return;
	}
	a->full_in = full_in(a, &config->archive.keep);
}
