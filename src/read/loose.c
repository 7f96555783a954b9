/* loose: see loose.h. */
#include "read/loose.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "record/places.h"
#include "record/capfile.h"

/* Captures that are open at once to be scanned. */
#define AT_ONCE ((size_t)64)

struct finder {
	struct looses *l;
	const struct config *config;
	struct patterns *patterns;
	struct tell *tell;
};

static const char *keep(struct looses *l, const char *text)
{
	return region_text(l->region, text, strlen(text));
}

static bool is_met(const struct looses *l, const struct stat *st)
{
	for (size_t i = 0; i < l->moving; i++)
		if (l->v[i].moves && io_same_file(&l->v[i].st, st))
			return true;
	return false;
}

/* A file with two names is on its way from one to the other. */
static bool add(
    struct looses *l, const struct place_file *f, const char *client, const char *address)
{
	struct loose *v = region_grow(l->region, l->v, l->n, sizeof(*v));
	struct loose *k;

	if (!v)
		return false;
	l->v = v;
	k = &v[l->n];
	*k = (struct loose){.client = keep(l, client),
	    .address = keep(l, address),
	    .name = keep(l, f->name),
	    .path = region_print(l->region, "%s/%s", f->directory, f->name),
	    .recording = f->recording,
	    .moves = f->recording || f->st.st_nlink > 1,
	    .fd = f->fd,
	    .st = f->st};
	if (!k->client || !k->address || !k->name || !k->path)
		return false;
	l->n++;
	if (k->moves)
		l->moving = l->n;
	loose_rest(k);
	return true;
}

static bool take_file(void *of, const struct place_file *f)
{
	char client[CAPNAME_STEM_MAX], address[ADDR_TEXT_MAX];
	struct finder *x = of;

	config_owner(x->config, f->parts.stem, client, address);
	if (pattern_match(x->patterns, client, address) && !is_met(x->l, &f->st)) {
		x->l->failed = !add(x->l, f, client, address);
		return !x->l->failed;
	}
	close(f->fd);
	return true;
}

static void tell_trouble(void *of, const char *text)
{
	struct finder *x = of;

	tell_error(x->tell, "%s", text);
}

bool loose_find(struct looses *l, struct region *region, const struct config *config,
    struct patterns *patterns, struct tell *tell)
{
	struct finder x = {.l = l, .config = config, .patterns = patterns, .tell = tell};
	struct places_visitor v = {.take = take_file, .trouble = tell_trouble, .of = &x};

	*l = (struct looses){.region = region};
	places_look(config, &v);
	return !l->failed;
}

bool loose_open(struct loose *l)
{
	struct stat st;

	if (l->fd >= 0)
		return true;
	l->fd = open(l->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (l->fd < 0)
		return false;
	/* the next one of a name may have the same inode, too */
	if (fstat(l->fd, &st) == 0 && io_same_file(&st, &l->st) && st.st_size == l->st.st_size &&
	    io_same_time(&st.st_mtim, &l->st.st_mtim))
		return true;
	loose_rest(l); /* another one has this name now */
	errno = ENOENT;
	return false;
}

void loose_rest(struct loose *l)
{
	if (l->moves || l->fd < 0)
		return;
	close(l->fd);
	l->fd = -1;
}

/* ---- scanning ---- */

static bool open_to_scan(struct loose *l, struct tell *tell, bool *is_there)
{
	*is_there = loose_open(l) || errno != ENOENT;
	if (l->fd < 0 && *is_there)
		tell_error(tell, "%s: %s", l->path, strerror(errno));
	return l->fd >= 0;
}

/* Those from begin to end, which are open meanwhile. */
static bool scan_some(struct looses *l, size_t begin, size_t end, bool profiles, struct tell *tell,
    bool (*take)(void *of, size_t i, bool is_there), void *of)
{
	struct scan_file file[AT_ONCE];
	size_t number[AT_ONCE], n = 0;
	bool is_there, ok = true;

	for (size_t i = begin; ok && i < end; i++) {
		if (open_to_scan(&l->v[i], tell, &is_there)) {
			number[n] = i;
			file[n++] =
			    (struct scan_file){.fd = l->v[i].fd, .recording = l->v[i].recording};
		} else if (!is_there) {
			ok = take(of, i, false);
		}
	}
	if (ok && !(ok = scan(file, n, profiles)))
		tell_error(tell, "no process can be started: %s", strerror(errno));
	for (size_t i = 0; i < n; i++) {
		struct loose *k = &l->v[number[i]];

		k->scanned = file[i].ok;
		k->facts = file[i].facts;
		k->profile = file[i].profile;
		ok = ok && take(of, number[i], true);
		loose_rest(k);
	}
	return ok;
}

bool loose_scan(struct looses *l, bool profiles, struct tell *tell,
    bool (*take)(void *of, size_t i, bool is_there), void *of)
{
	bool ok = true;

	for (size_t i = 0; ok && i < l->n; i += AT_ONCE)
		ok = scan_some(
		    l, i, l->n - i > AT_ONCE ? i + AT_ONCE : l->n, profiles, tell, take, of);
	return ok;
}

/* ---- what the index may know ---- */

bool loose_look_again(struct loose *l)
{
	return l->fd < 0 || fstat(l->fd, &l->st) == 0;
}

bool loose_identity(const struct loose *l, char name[CAPNAME_MAX], struct identity *out)
{
	memcpy(name, l->name, strlen(l->name) + 1);
	if (l->fd >= 0)
		identity_name_now(l->fd, l->path, name);
	*out = (struct identity){
	    .client = l->client, .name = name, .facts = l->scanned ? &l->facts : NULL};
	identity_stat(out, &l->st);
	return capfile_is_finished(&l->st);
}

void loose_free(struct looses *l)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->v[i].fd >= 0)
			close(l->v[i].fd);
		free(l->v[i].profile);
	}
	*l = (struct looses){0};
}
