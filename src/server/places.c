/* places: see places.h. */
#include "server/places.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/io.h"
#include "config/keys.h"
#include "daemon/privs.h"
#include "daemon/sandbox.h"
#include "server/trial.h"

/* Parameters of places_open(), for the functions that it calls. */
struct opening {
	const struct config *config;
	bool with_file; /* try the rename with a file (trial_create) */
	struct problems *problems;
};

struct directory {
	const char *path; /* in config */
	int fd;           /* -1: unusable, or another name of `same` */
	dev_t dev;
	ino_t ino;
	struct directory *same;
};

/* For the effective user, as files are created later. The filter of an old container answers EPERM
 * to faccessat2(2), Linux 5.8, which the C library does without after ENOSYS only: then for the
 * real user, who is the same. */
static bool is_writable(int dir)
{
	return faccessat(dir, ".", W_OK | X_OK, AT_EACCESS) == 0 ||
	       (errno == EPERM && syscall(SYS_faccessat, dir, ".", W_OK | X_OK) == 0);
}

/* What the user may not do with it, for errno. */
static void not_permitted(const struct directory *d, struct origin o, const char *key,
    const char *what, struct problems *p)
{
	char user[PRIVS_USER_MAX];
	int why = errno;

	problem_error(p, o.file, o.line, "%s %s: not %s by user %s: %s%s", key, d->path, what,
	    privs_user(user), strerror(why),
	    why == EROFS ? ": in a service of systemd, set ReadWritePaths" : "");
}

static bool open_directory(
    struct directory *d, struct origin o, const char *key, struct problems *p)
{
	struct stat st;

	d->fd = open(d->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->fd < 0 && errno == EACCES) {
		not_permitted(d, o, key, "readable", p);
		return false;
	}
	if (d->fd < 0 || fstat(d->fd, &st) < 0) {
		problem_error(p, o.file, o.line, "%s %s: %s", key, d->path, strerror(errno));
		return false;
	}
	d->dev = st.st_dev;
	d->ino = st.st_ino;
	if (!is_writable(d->fd)) {
		not_permitted(d, o, key, "writable", p);
		return false;
	}
	return true;
}

static void close_directory(struct directory *d)
{
	if (d->fd >= 0)
		close(d->fd);
	d->fd = -1;
}

/* The directory of that path, opened when the path comes up for the first time. NULL: it is
 * unusable; the error is reported once. */
static struct directory *directory(
    struct places *places, const char *path, struct origin o, const char *key, struct problems *p)
{
	struct directory *d = &places->directory[places->ndirectories];

	for (size_t i = 0; i < places->ndirectories; i++) {
		struct directory *known = &places->directory[i];

		if (strcmp(known->path, path) == 0)
			return known->same ? known->same : known->fd < 0 ? NULL : known;
	}
	*d = (struct directory){.path = path};
	places->ndirectories++;
	if (!open_directory(d, o, key, p)) {
		close_directory(d);
		return NULL;
	}
	for (struct directory *other = places->directory; other < d; other++)
		if (other->fd >= 0 && other->dev == d->dev && other->ino == d->ino) {
			close_directory(d); /* another spelling of it */
			d->same = other;
			return other;
		}
	return d;
}

/* Tries to move a file, name NULL: none. Returns place.may_link. */
static bool try_move(const struct directory *base, const struct directory *done, const char *name,
    struct origin o, struct problems *p)
{
	switch (trial_move(base->fd, done->fd, name)) {
	case TRIAL_RENAMES:
		return false;
	case TRIAL_LINKS:
		return true;
	case TRIAL_UNKNOWN:
		if (io_no_such_rename(errno))
			problem_warning(p, o.file, o.line,
			    "completed-path %s: a file cannot be renamed there from base-path %s "
			    "without replacing another: whether it can be linked was not tried",
			    done->path, base->path);
		return true;
	case TRIAL_REFUSED:
		break;
	}
	problem_error(p, o.file, o.line,
	    "completed-path %s: a file cannot be moved there from base-path %s without replacing "
	    "another (renameat2), nor linked: %s",
	    done->path, base->path, strerror(errno));
	return false;
}

/* Returns place.may_link. */
static bool check_pair(const struct directory *base, const struct directory *done, bool with_file,
    struct origin o, struct problems *p)
{
	char name[TRIAL_MAX];
	const char *cannot;

	if (base->dev != done->dev) {
		problem_error(p, o.file, o.line,
		    "completed-path %s: on another filesystem than base-path %s", done->path,
		    base->path);
		return false;
	}
	cannot = with_file ? trial_create(base->fd, name) : NULL;
	if (cannot) {
		if (!trial_is_transient(errno)) {
			problem_error(p, o.file, o.line,
			    "completed-path %s: a file to try it cannot be %s in base-path %s: %s",
			    done->path, cannot, base->path, strerror(errno));
			return false;
		}
		problem_warning(p, o.file, o.line,
		    "completed-path %s: tried without a file, none can be created in base-path "
		    "%s: %s",
		    done->path, base->path, strerror(errno));
		with_file = false;
	}
	return try_move(base, done, with_file ? name : NULL, o, p);
}

static bool make_rules(
    int *rules, const struct landlock_dir *dir, size_t n, struct problems *problems)
{
	*rules = sandbox_rules(dir, n);
	if (*rules == -2)
		problem_error(problems, NULL, 0, "sandbox: Landlock rules cannot be made: %s",
		    strerror(errno));
	return *rules != -2;
}

/* The place that is already open for this pair of directories, so that a thousand clients with the
 * same directories cause one trial. NULL: none yet. */
static const struct place *known_pair(const struct places *places, int base, int done)
{
	for (size_t i = 0; i < places->npairs; i++)
		if (places->pair[i].base == base && places->pair[i].done == done)
			return &places->pair[i];
	return NULL;
}

static void open_place(struct places *places, const struct opening *o,
    const struct config_storage *s, struct place *out)
{
	struct origin base_at = config_origin(&config_storage_keys, &s->origins, "base-path");
	struct origin done_at = config_origin(&config_storage_keys, &s->origins, "completed-path");
	struct directory *base = directory(places, s->base_path, base_at, "base-path", o->problems);
	struct directory *done = base;
	const struct place *known;

	if (s->completed_path)
		done = directory(places, s->completed_path, done_at, "completed-path", o->problems);
	if (!base || !done)
		return;
	known = known_pair(places, base->fd, done->fd);
	if (known) {
		*out = *known;
		return;
	}
	*out = (struct place){.base = base->fd, .done = done->fd};
	if (base != done)
		out->may_link = check_pair(base, done, o->with_file, done_at, o->problems);
	make_rules(&out->rules,
	    (const struct landlock_dir[]){{.fd = base->fd, .record = true, .keep = base == done},
		{.fd = base != done ? done->fd : -1}},
	    2, o->problems);
	places->pair[places->npairs++] = *out;
}

/* The ruleset of repair, over all directories: one client's completed-path may be another's
 * base-path. */
static void make_repair_rules(struct places *places, struct problems *problems)
{
	struct landlock_dir *dir = calloc(places->ndirectories + 1, sizeof(*dir));

	if (!dir) {
		problem_error(problems, NULL, 0, "out of memory");
		return;
	}
	for (size_t i = 0; i < places->ndirectories; i++) {
		dir[i].fd = places->directory[i].fd;
		for (size_t k = 0; !dir[i].repair && k < places->npairs; k++)
			dir[i].repair = dir[i].fd >= 0 && dir[i].fd == places->pair[k].base;
	}
	make_rules(&places->repair_rules, dir, places->ndirectories, problems);
	free(dir);
}

/* A directory's sandbox rules hold for its whole subtree, and so would be granted to a nested one.
 */
static void warn_nested(const struct places *places, const struct opening *o)
{
	char **real = calloc(places->ndirectories + 1, sizeof(*real));

	for (size_t i = 0; real && i < places->ndirectories; i++)
		real[i] =
		    places->directory[i].fd < 0 ? NULL : realpath(places->directory[i].path, NULL);
	for (size_t i = 0; real && i < places->ndirectories; i++)
		for (size_t j = 0; j < places->ndirectories; j++) {
			size_t n = real[i] ? strlen(real[i]) : 0;

			if (i == j || !real[i] || !real[j] || strncmp(real[i], real[j], n) != 0 ||
			    (real[j][n] != '/' && n > 1))
				continue;
			problem_warning(o->problems, o->config->names.v[0], 0,
			    "directory %s lies beneath %s: keep them side by side", real[j],
			    real[i]);
		}
	for (size_t i = 0; real && i < places->ndirectories; i++)
		free(real[i]);
	free(real);
}

static bool is_set(const struct config_storage *s, const char *key)
{
	return key_is_set(&config_storage_keys, &s->origins, key);
}

/* A client uses it, or the configuration sets it. */
static bool server_place_is_used(const struct config *c)
{
	if (is_set(&c->storage, "base-path"))
		return true;
	for (size_t i = 0; i < c->nclients; i++)
		if (c->clients[i].store && !is_set(&c->clients[i].storage, "base-path"))
			return true;
	return false;
}

static bool allocate(struct places *places, const struct config *c)
{
	const size_t n = c->nclients;
	const struct place nothing = {.base = -1, .done = -1, .rules = -1};

	*places = (struct places){.server = nothing, .nothing = nothing, .repair_rules = -1};
	places->client = region_array(c->region, n, sizeof(*places->client));
	places->pair = region_array(c->region, n + 1, sizeof(*places->pair));
	places->directory = region_array(c->region, 2 * n + 2, sizeof(*places->directory));
	return places->client && places->pair && places->directory;
}

bool places_open(
    struct places *places, const struct config *c, bool with_file, struct problems *problems)
{
	const struct opening o = {c, with_file, problems};

	if (!allocate(places, c)) {
		problem_error(problems, NULL, 0, "out of memory");
		return false;
	}
	make_rules(&places->nothing.rules, NULL, 0, problems);
	if (server_place_is_used(c))
		open_place(places, &o, &c->storage, &places->server);
	for (size_t i = 0; i < c->nclients; i++) {
		const struct config_client *k = &c->clients[i];

		places->client[i] = places->nothing;
		if (k->store)
			open_place(places, &o, &k->storage, &places->client[i]);
	}
	make_repair_rules(places, problems);
	warn_nested(places, &o);
	return true;
}

const struct place *places_shared(
    const struct places *places, const uint32_t *client, size_t clients)
{
	for (size_t i = 0; i < clients; i++)
		if (places->client[client[i]].base >= 0)
			return &places->client[client[i]];
	return &places->client[client[0]];
}

const char *places_path(const struct places *places, int fd)
{
	for (size_t i = 0; i < places->ndirectories; i++)
		if (places->directory[i].fd == fd)
			return places->directory[i].path;
	return "?";
}

void places_descriptors(const struct places *places, int *out)
{
	for (size_t i = 0; i < places->ndirectories; i++)
		out[i] = places->directory[i].fd;
}

bool places_may_link(const struct places *places)
{
	for (size_t i = 0; i < places->npairs; i++)
		if (places->pair[i].may_link)
			return true;
	return false;
}

size_t places_holds(const struct places *places)
{
	size_t n = (places->nothing.rules >= 0) + (size_t)(places->repair_rules >= 0);

	for (size_t i = 0; i < places->npairs; i++)
		n += places->pair[i].rules >= 0;
	for (size_t i = 0; i < places->ndirectories; i++)
		n += places->directory[i].fd >= 0;
	return n;
}

static void close_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

void places_close(struct places *places)
{
	for (size_t i = 0; i < places->ndirectories; i++)
		close_open(places->directory[i].fd);
	for (size_t i = 0; i < places->npairs; i++)
		close_open(places->pair[i].rules);
	close_open(places->nothing.rules);
	close_open(places->repair_rules);
}
