/* generation: see generation.h. */
#include "generation.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admit.h"

struct directory {
	const char *path; /* in config */
	int fd;
	dev_t dev;
};

/* Where a complaint belongs. */
struct site {
	struct problems *problems;
	const char *file;
	unsigned line;
	const char *who; /* "server" or the client's name */
};

#define BAD(site, ...) problem_error((site)->problems, (site)->file, (site)->line, __VA_ARGS__)

static bool open_directory(struct directory *d, const struct site *site, const char *key)
{
	struct stat st;

	d->fd = open(d->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->fd < 0 || fstat(d->fd, &st) < 0) {
		BAD(site, "%s of %s: %s: %s", key, site->who, d->path, strerror(errno));
		return false;
	}
	d->dev = st.st_dev;
	if (faccessat(d->fd, ".", W_OK | X_OK, AT_EACCESS) < 0) {
		BAD(site, "%s of %s: %s is not writable: %s", key, site->who, d->path,
		    strerror(errno));
		return false;
	}
	return true;
}

/* The directory of that path, opened when it is the first of the name. NULL: it is unusable. */
static struct directory *directory(
    struct generation *g, const char *path, const struct site *site, const char *key)
{
	struct directory *d;

	for (size_t i = 0; i < g->ndirectories; i++)
		if (strcmp(g->directory[i].path, path) == 0)
			return g->directory[i].fd < 0 ? NULL : &g->directory[i];
	d = &g->directory[g->ndirectories++];
	d->path = path;
	if (open_directory(d, site, key))
		return d;
	if (d->fd >= 0)
		close(d->fd);
	d->fd = -1; /* and is complained about once */
	return NULL;
}

/* The rename that publishes will work: tried with a name that does not exist, which creates
 * nothing, or with a file, because some filesystems notice the flag only then. */
static bool try_rename(int base, int done, bool with_file)
{
	char name[64];
	bool ok;
	int saved;

	snprintf(name, sizeof(name), ".osmo-pcap-server-try-%ld", (long)getpid());
	if (with_file) {
		int fd = openat(base, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

		if (fd < 0)
			return false;
		close(fd);
	}
	ok = renameat2(base, name, done, name, RENAME_NOREPLACE) == 0 ||
	     (!with_file && errno == ENOENT);
	saved = errno;
	if (with_file)
		unlinkat(ok ? done : base, name, 0);
	errno = saved;
	return ok;
}

static bool check_pair(const struct directory *base, const struct directory *done,
    enum generation_check check, const struct site *site)
{
	if (base->dev != done->dev) {
		BAD(site, "completed-path of %s: %s is on another filesystem than base-path %s",
		    site->who, done->path, base->path);
		return false;
	}
	if (!try_rename(base->fd, done->fd, check == GENERATION_TRY)) {
		BAD(site, "completed-path of %s: a file cannot be moved from %s to %s: %s",
		    site->who, base->path, done->path, strerror(errno));
		return false;
	}
	return true;
}

/* Whether a pair was looked at before, so that a thousand clients do not try a thousand times. */
static bool known_pair(const struct generation *g, const struct place *p, size_t upto)
{
	if (g->server.base == p->base && g->server.done == p->done)
		return true;
	for (size_t i = 0; i < upto; i++)
		if (g->place[i].base == p->base && g->place[i].done == p->done)
			return true;
	return false;
}

static void open_place(struct generation *g, const struct config_storage *s, size_t upto,
    enum generation_check check, const struct site *site, struct place *out)
{
	struct directory *base = directory(g, s->base_path, site, "base-path");
	struct directory *done = base;

	if (s->completed_path)
		done = directory(g, s->completed_path, site, "completed-path");
	if (!base || !done)
		return;
	struct place p = {.base = base->fd, .done = done->fd};

	if (base != done && !known_pair(g, &p, upto) && !check_pair(base, done, check, site))
		return;
	*out = p;
}

/* Sandbox rules hold for a whole subtree, and so do most people's backups. */
static void warn_nested(const struct generation *g, struct problems *problems)
{
	for (size_t i = 0; i < g->ndirectories; i++)
		for (size_t j = 0; j < g->ndirectories; j++) {
			char a[PATH_MAX], b[PATH_MAX];
			size_t n;

			if (i == j || !realpath(g->directory[i].path, a) ||
			    !realpath(g->directory[j].path, b))
				continue;
			n = strlen(a);
			if (strncmp(a, b, n) == 0 && (b[n] == '/' || n == 1))
				problem_warning(problems, g->config->file, 0,
				    "directory %s lies beneath %s: keep them side by side", b, a);
		}
}

static bool allocate(struct generation *g)
{
	size_t n = g->config->nclients;

	g->place = calloc(n + 1, sizeof(*g->place));
	g->directory = calloc(2 * n + 2, sizeof(*g->directory));
	g->admission = config_admission(g->config);
	return g->place && g->directory && g->admission;
}

static bool server_place_is_used(const struct config *c)
{
	if (c->storage.set & 1u) /* base-path stands in the file */
		return true;
	for (size_t i = 0; i < c->nclients; i++)
		if (c->clients[i].store && !(c->clients[i].storage.set & 1u))
			return true;
	return false;
}

struct generation *generation_open(
    struct config *config, enum generation_check check, struct problems *problems)
{
	struct generation *g = calloc(1, sizeof(*g));
	size_t before = problems->errors;
	struct site site = {.problems = problems, .file = config->file, .who = "server"};

	if (!g) {
		config_free(config);
		problem_error(problems, NULL, 0, "out of memory");
		return NULL;
	}
	*g = (struct generation){.config = config, .server = {-1, -1}, .references = 1};
	if (!allocate(g)) {
		problem_error(problems, NULL, 0, "out of memory");
		generation_unref(g);
		return NULL;
	}
	if (server_place_is_used(config))
		open_place(g, &config->storage, 0, check, &site, &g->server);
	for (size_t i = 0; i < config->nclients; i++) {
		const struct config_client *k = &config->clients[i];

		g->place[i] = (struct place){-1, -1};
		site.file = k->file;
		site.line = k->line;
		site.who = k->name;
		if (k->store)
			open_place(g, &k->storage, i, check, &site, &g->place[i]);
	}
	warn_nested(g, problems);
	if (problems->errors > before) {
		generation_unref(g);
		return NULL;
	}
	return g;
}

void generation_descriptors(const struct generation *g, int *out)
{
	for (size_t i = 0; i < g->ndirectories; i++)
		out[i] = g->directory[i].fd;
}

struct generation *generation_ref(struct generation *g)
{
	g->references++;
	return g;
}

void generation_unref(struct generation *g)
{
	if (--g->references > 0)
		return;
	for (size_t i = 0; i < g->ndirectories; i++)
		if (g->directory[i].fd >= 0)
			close(g->directory[i].fd);
	free(g->directory);
	free(g->place);
	admit_table_free(g->admission);
	config_free(g->config);
	free(g);
}
