/* known: see known.h. */
#include "read/known.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/grow.h"
#include "record/capfile.h"

static int compare(const struct known_file *f, dev_t dev, ino_t ino)
{
	if (f->ino != ino)
		return f->ino < ino ? -1 : 1;
	return (f->dev > dev) - (f->dev < dev);
}

/* Where it is, or would be. */
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

struct known_file *known_find(const struct known *k, dev_t dev, ino_t ino)
{
	size_t i = place_of(k, dev, ino);

	return i < k->n && compare(&k->v[i], dev, ino) == 0 ? &k->v[i] : NULL;
}

static void free_file(struct known_file *f)
{
	free(f->client);
	free(f->address);
	free(f->name);
	free(f->path);
	close(f->fd);
}

struct known_file *known_add(struct known *k, const struct stat *st, int fd, const char *client,
    const char *address, const char *name, const char *path)
{
	struct known_file f = {.dev = st->st_dev,
	    .ino = st->st_ino,
	    .fd = fd,
	    .client = strdup(client),
	    .address = strdup(address),
	    .name = strdup(name),
	    .path = strdup(path),
	    .present = true};
	struct known_file *v = grow(k->v, k->n, &k->room, sizeof(*v));
	size_t i = place_of(k, st->st_dev, st->st_ino);

	if (v)
		k->v = v;
	if (!f.client || !f.address || !f.name || !f.path || !v) {
		free_file(&f);
		return NULL;
	}
	memmove(k->v + i + 1, k->v + i, (k->n - i) * sizeof(*k->v));
	k->v[i] = f;
	k->n++;
	return &k->v[i];
}

/* Under which name a recording was published: its number may have changed. The kernel knows what an
 * open file is called, or was called last; where it does not tell, it is the name it was found by.
 */
static void name_now(const struct known_file *f, char out[PATH_MAX])
{
	static const char gone[] = " (deleted)";
	char link[64], path[PATH_MAX];
	const char *slash;
	ssize_t n;
	size_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", f->fd);
	n = readlink(link, path, sizeof(path) - 1);
	path[n > 0 ? n : 0] = '\0';
	len = strlen(path);
	if (len > strlen(gone) && strcmp(path + len - strlen(gone), gone) == 0)
		path[len - strlen(gone)] = '\0';
	slash = strrchr(path, '/');
	snprintf(out, PATH_MAX, "%s", slash ? slash + 1 : f->name);
}

static bool is_named(const struct known_file *f, const char *name)
{
	char now[PATH_MAX];

	if (!f->recording)
		return strcmp(f->name, name) == 0;
	name_now(f, now);
	return strcmp(now, name) == 0;
}

/* How well a row fits, from 1 on; 0: not at all. A name may come again within a second, once the
 * capture that had it before is archived and gone: so what is gone comes first, and what is still
 * being recorded last. */
static int fits(const struct known_file *f, const struct store_row *row)
{
	struct stat st;

	if (f->archived || strcmp(f->client, row->client) != 0 || fstat(f->fd, &st) < 0 ||
	    st.st_mtim.tv_sec != row->ended || (uint64_t)st.st_size != row->bytes ||
	    !is_named(f, row->name))
		return 0;
	if (st.st_nlink == 0 || !f->present)
		return 3;
	return st.st_mode & CAPFILE_MARK ? 1 : 2;
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
