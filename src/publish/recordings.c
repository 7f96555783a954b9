/* recordings: see recordings.h. */
#include "publish/recordings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/grow.h"
#include "publish/roles.h"
#include "publish/walk.h"
#include "record/capfile.h"

bool recordings_have(const struct recordings *r, dev_t dev, ino_t ino)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].dev == dev && r->v[i].ino == ino)
			return true;
	return false;
}

struct recording *recordings_add(struct recordings *r, const struct place_file *f, uint64_t from)
{
	struct recording *v = grow(r->v, r->n, &r->room, sizeof(*v)), *k;
	int saved;

	if (v) {
		r->v = v;
		k = &v[r->n];
		*k = (struct recording){
		    .id = ++r->last_id, .fd = f->fd, .dev = f->st.st_dev, .ino = f->st.st_ino};
		snprintf(k->stem, sizeof(k->stem), "%s", f->parts.stem);
		snprintf(k->path, sizeof(k->path), "%s/%s", f->directory, f->name);
		if (process_start(
			&k->process, publish_roles_walker(), &k->fd, 1, walk_run, &from)) {
			r->n++;
			return k;
		}
	}
	saved = errno;
	close(f->fd);
	errno = saved;
	return NULL;
}

/* Where it is now; as long as it has a name, and else what its last one was. */
static void find_path(struct recording *k, const struct stat *st)
{
	char now[PATH_MAX];
	bool gone, there = places_path_now(k->fd, now, &gone) && !gone;

	if (there || (*now && st->st_nlink == 0))
		snprintf(k->path, sizeof(k->path), "%s", now);
}

/* One that takes nothing has not read what it was told before: that is enough, but for the end. */
static void wake(struct recording *k)
{
	struct stat st;
	char word = WALK_GROWN;

	if (!k->finished && fstat(k->fd, &st) == 0) {
		k->finished = capfile_is_finished(&st);
		if (k->finished) {
			k->removed = st.st_mode & CAPFILE_MARK;
			find_path(k, &st);
		}
		if (!k->finished && (uint64_t)st.st_size == k->size)
			return;
		k->size = (uint64_t)st.st_size;
	}
	if (k->told || k->ended)
		return;
	if (k->finished)
		word = WALK_LAST;
	k->told = write(k->process.to, &word, 1) == 1 && k->finished;
}

void recordings_wake(struct recordings *r)
{
	for (size_t i = 0; i < r->n; i++)
		wake(&r->v[i]);
}

struct recording *recordings_find(struct recordings *r, uint32_t id)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].id == id && !r->v[i].ended)
			return &r->v[i];
	return NULL;
}

bool recordings_waits(const struct recordings *r, const struct recording *k)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].finished && r->v[i].id < k->id && strcmp(r->v[i].stem, k->stem) == 0)
			return true;
	return false;
}

bool recordings_finishing(const struct recordings *r, const char *stem)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].finished && strcmp(r->v[i].stem, stem) == 0)
			return true;
	return false;
}

bool recordings_of(const struct recordings *r, const char *stem)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->v[i].stem, stem) == 0)
			return true;
	return false;
}

void recordings_remove(struct recordings *r, struct recording *k)
{
	process_end(&k->process);
	close(k->fd);
	*k = r->v[--r->n];
}

void recordings_free(struct recordings *r)
{
	while (r->n > 0)
		recordings_remove(r, &r->v[r->n - 1]);
	free(r->v);
	*r = (struct recordings){.last_id = r->last_id};
}
