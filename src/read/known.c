/* known: see known.h. */
#include "read/known.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/grow.h"
#include "base/io.h"
#include "read/identity.h"
#include "read/scan.h"
#include "record/capfile.h"

static int compare(const struct known_file *f, dev_t dev, ino_t ino)
{
	if (f->st.st_ino != ino)
		return f->st.st_ino < ino ? -1 : 1;
	return (f->st.st_dev > dev) - (f->st.st_dev < dev);
}

/* Where the first of that inode is, or would be. */
static size_t place_of(const struct known *k, dev_t dev, ino_t ino)
{
	size_t low = 0, high = k->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(&k->v[middle], dev, ino) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* What is open has its inode for itself, whatever its name is by now. */
struct known_file *known_listed(const struct known *k, dev_t dev, ino_t ino, const char *name)
{
	for (size_t i = place_of(k, dev, ino); i < k->n; i++) {
		struct known_file *f = &k->v[i];

		if (compare(f, dev, ino) != 0)
			break;
		if (f->fd >= 0 || (f->settled && strcmp(f->name, name) == 0))
			return f;
	}
	return NULL;
}

static bool is_unchanged(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && io_same_time(&a->st_mtim, &b->st_mtim);
}

/* A second in the past gives its name to no other capture any more. */
static void settle(struct known_file *f)
{
	f->settled = time(NULL) > f->st.st_mtim.tv_sec + 1;
}

struct known_file *known_find(const struct known *k, const struct stat *st, const char *name)
{
	for (size_t i = place_of(k, st->st_dev, st->st_ino); i < k->n; i++) {
		struct known_file *f = &k->v[i];

		if (compare(f, st->st_dev, st->st_ino) != 0)
			break;
		if (f->fd >= 0)
			return f;
		if (is_unchanged(&f->st, st) && identity_same_stamp(f->name, name)) {
			if (strcmp(f->name, name) == 0)
				settle(f);
			return f;
		}
	}
	return NULL;
}

static void free_file(struct known_file *f)
{
	free(f->client);
	free(f->address);
	free(f->name);
	free(f->path);
	free(f->facts);
	if (f->fd >= 0)
		close(f->fd);
}

struct known_file *known_add(struct known *k, const struct stat *st, int fd, const char *client,
    const char *address, const char *name, const char *path)
{
	struct known_file f = {.st = *st,
	    .fd = fd,
	    .client = strdup(client),
	    .address = strdup(address),
	    .name = strdup(name),
	    .path = strdup(path),
	    .present = true};
	struct known_file *v = grow(k->v, k->n, &k->room, sizeof(*v));
	size_t i;

	if (v)
		k->v = v;
	if (!f.client || !f.address || !f.name || !f.path || !v) {
		free_file(&f);
		return NULL;
	}
	i = place_of(k, st->st_dev, st->st_ino);
	memmove(k->v + i + 1, k->v + i, (k->n - i) * sizeof(*k->v));
	k->v[i] = f;
	k->n++;
	return &k->v[i];
}

/* What is in it, so that it is not taken for another one of the same name. */
static void learn(struct known_file *f)
{
	struct scan_file one = {.fd = f->fd};
	struct stat st;

	if (f->facts)
		return;
	if (one.fd < 0)
		one.fd = open(f->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (one.fd >= 0 && fstat(one.fd, &st) == 0 && io_same_file(&st, &f->st) &&
	    is_unchanged(&st, &f->st) && scan(&one, 1, false) && one.ok)
		f->facts = malloc(sizeof(*f->facts));
	if (f->facts)
		*f->facts = one.facts;
	if (one.fd != f->fd)
		close(one.fd);
}

/* How well a row fits, from 1 on; 0: not at all. Of two that do, what is gone comes first. */
static int fits(struct known_file *f, const struct store_row *row)
{
	char name[CAPNAME_MAX];
	struct identity i = {.client = f->client, .name = f->name, .facts = f->facts};
	enum identity_fit fit;
	bool sure = true, gone;

	if (f->archived || strcmp(f->client, row->client) != 0)
		return 0;
	if (f->fd >= 0) {
		if (fstat(f->fd, &f->st) < 0 || !capfile_is_finished(&f->st))
			return 0;
		sure = identity_name_now(f->fd, f->path, name);
		i.name = name;
	}
	gone = f->st.st_nlink == 0 || !f->present;
	identity_stat(&i, &f->st);
	fit = identity_fits(&i, row);
	if (fit == IDENTITY_NONE || (fit == IDENTITY_RENUMBERED && sure && !f->facts))
		return 0;
	if (!gone || fit == IDENTITY_RENUMBERED) {
		learn(f);
		i.facts = f->facts;
		fit = identity_fits(&i, row);
	}
	if (fit == IDENTITY_NONE || (fit == IDENTITY_RENUMBERED && !f->facts))
		return 0;
	return (fit == IDENTITY_EXACT ? 2 : 0) + (gone ? 2 : 1);
}

bool known_match(struct known *k, const struct store_row *row)
{
	struct known_file *best = NULL;
	int most = 0;

	for (size_t i = 0; i < k->n; i++) {
		int fit = fits(&k->v[i], row);

		if (fit > most) {
			best = &k->v[i];
			most = fit;
		}
	}
	if (best)
		best->archived = true;
	return best;
}

bool known_is_archived(struct known_file *f, struct store *s, int64_t last)
{
	struct identity i = {.client = f->client, .name = f->name};

	identity_stat(&i, &f->st);
	if (f->recording || identity_find(s, &i, last, true) == 0)
		return false;
	learn(f);
	i.facts = f->facts;
	return i.facts && identity_find(s, &i, last, false) > 0;
}

/* Under the name that it has then; where that is not sure, what is in it will tell. Without memory
 * it stays open. */
static void rest(struct known_file *f)
{
	char name[CAPNAME_MAX];
	char *own;

	if (fstat(f->fd, &f->st) < 0 || !capfile_is_finished(&f->st))
		return;
	if (!identity_name_now(f->fd, f->path, name) && !f->archived)
		learn(f);
	own = strdup(name);
	if (!own)
		return;
	free(f->name);
	f->name = own;
	close(f->fd);
	f->fd = -1;
}

void known_rest(struct known *k)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->v[i].fd >= 0 && !k->v[i].in_use && !k->v[i].fresh)
			rest(&k->v[i]);
}

void known_forget(struct known *k)
{
	size_t n = 0;

	for (size_t i = 0; i < k->n; i++) {
		if (k->v[i].present || k->v[i].in_use)
			k->v[n++] = k->v[i];
		else
			free_file(&k->v[i]);
	}
	k->n = n;
}

void known_free(struct known *k)
{
	for (size_t i = 0; i < k->n; i++)
		free_file(&k->v[i]);
	free(k->v);
	*k = (struct known){0};
}
