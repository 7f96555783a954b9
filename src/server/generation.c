/* generation: see generation.h. */
#include "server/generation.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/admit.h"
#include "base/budgets.h"
#include "base/heap.h"
#include "config/keys.h"
#include "base/pages.h"
#include "server/roles.h"
#include "daemon/sandbox.h"

#define TRIAL_MAX 64 /* the name of a file to try with */

/* Budgets are for so long. */
#define BUDGET_WINDOW_MS 10000

struct directory {
	const char *path; /* in config */
	int fd;           /* -1: unusable, or another name of `same` */
	dev_t dev;
	ino_t ino;
	struct directory *same;
};

static bool open_directory(
    struct directory *d, struct origin o, const char *key, struct problems *p)
{
	struct stat st;

	d->fd = open(d->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->fd < 0 || fstat(d->fd, &st) < 0) {
		problem_error(p, o.file, o.line, "%s %s: %s", key, d->path, strerror(errno));
		return false;
	}
	d->dev = st.st_dev;
	d->ino = st.st_ino;
	if (faccessat(d->fd, ".", W_OK | X_OK, AT_EACCESS) < 0) {
		problem_error(p, o.file, o.line, "%s %s: not writable: %s%s", key, d->path,
		    strerror(errno),
		    errno == EROFS ? ": in a service of systemd, set ReadWritePaths" : "");
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

/* The directory of that path, opened when it is the first of the name. NULL: it is unusable, which
 * was said once. */
static struct directory *directory(
    struct generation *g, const char *path, struct origin o, const char *key, struct problems *p)
{
	struct directory *d = &g->directory[g->ndirectories];

	for (size_t i = 0; i < g->ndirectories; i++) {
		struct directory *known = &g->directory[i];

		if (strcmp(known->path, path) == 0)
			return known->same ? known->same : known->fd < 0 ? NULL : known;
	}
	*d = (struct directory){.path = path};
	g->ndirectories++;
	if (!open_directory(d, o, key, p)) {
		close_directory(d);
		return NULL;
	}
	for (struct directory *other = g->directory; other < d; other++)
		if (other->fd >= 0 && other->dev == d->dev && other->ino == d->ino) {
			close_directory(d); /* another spelling of it */
			d->same = other;
			return other;
		}
	return d;
}

/* A file to try with, marked as captures are. Its name cannot be foreseen: whoever records there
 * could be in the way. */
static bool create_trial(int base, char name[TRIAL_MAX])
{
	uint64_t number;
	bool ok;
	int fd, saved;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return false;
	snprintf(name, TRIAL_MAX, ".osmo-pcap-server-try-%016" PRIx64, number);
	fd = openat(base, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	/* some filesystems know no such bit */
	ok = fchmod(fd, 0600 | S_ISVTX) == 0;
	saved = errno;
	if (!ok)
		unlinkat(base, name, 0);
	close(fd);
	errno = saved;
	return ok;
}

/* The rename that publishes will work: tried with a name that does not exist, which creates
 * nothing, … */
static bool try_rename(int base, int done)
{
	static const char name[] = ".osmo-pcap-server-try";

	return renameat2(base, name, done, name, RENAME_NOREPLACE) == 0 || errno == ENOENT;
}

/* … or with a file, because some filesystems notice the flag only then. */
static bool try_rename_file(int base, int done, const char *name)
{
	bool ok = renameat2(base, name, done, name, RENAME_NOREPLACE) == 0;
	int saved = errno;

	unlinkat(ok ? done : base, name, 0);
	errno = saved;
	return ok;
}

/* There is none now, which says nothing about the directories. */
static bool passing(int error)
{
	return error == ENOSPC || error == EDQUOT || error == EMFILE || error == ENFILE ||
	       error == ENOMEM;
}

static void check_pair(const struct directory *base, const struct directory *done,
    enum generation_check check, struct origin o, struct problems *p)
{
	char name[TRIAL_MAX];
	bool with_file = check == GENERATION_TRY;

	if (base->dev != done->dev) {
		problem_error(p, o.file, o.line,
		    "completed-path %s: on another filesystem than base-path %s", done->path,
		    base->path);
		return;
	}
	if (with_file && !create_trial(base->fd, name)) {
		if (!passing(errno)) {
			problem_error(p, o.file, o.line,
			    "completed-path %s: a file to try it cannot be created and marked in "
			    "base-path %s: %s",
			    done->path, base->path, strerror(errno));
			return;
		}
		problem_warning(p, o.file, o.line,
		    "completed-path %s: tried without a file, none can be created in base-path "
		    "%s: %s",
		    done->path, base->path, strerror(errno));
		with_file = false;
	}
	if (!(with_file ? try_rename_file(base->fd, done->fd, name)
			: try_rename(base->fd, done->fd)))
		problem_error(p, o.file, o.line,
		    "completed-path %s: a file cannot be moved there from base-path %s: %s",
		    done->path, base->path, strerror(errno));
}

/* The place with the same pair that was looked at before, so that a thousand clients do not try a
 * thousand times. */
static const struct place *known_pair(
    const struct generation *g, const struct place *p, size_t upto)
{
	if (p != &g->server && g->server.base == p->base && g->server.done == p->done)
		return &g->server;
	for (size_t i = 0; i < upto; i++)
		if (g->place[i].base == p->base && g->place[i].done == p->done)
			return &g->place[i];
	return NULL;
}

static bool make_rules(struct generation *g, int *rules, const struct landlock_dir *dir, size_t n,
    struct problems *problems)
{
	*rules = sandbox_rules(dir, n);
	g->nrules += *rules >= 0;
	if (*rules == -2)
		problem_error(problems, NULL, 0, "sandbox: Landlock rules cannot be made: %s",
		    strerror(errno));
	return *rules != -2;
}

static void open_place(struct generation *g, const struct config_storage *s, size_t upto,
    enum generation_check check, struct problems *problems, struct place *out)
{
	struct origin base_at = config_origin(&config_storage_keys, &s->origins, "base-path");
	struct origin done_at = config_origin(&config_storage_keys, &s->origins, "completed-path");
	struct directory *base = directory(g, s->base_path, base_at, "base-path", problems);
	struct directory *done = base;
	const struct place *known;

	if (s->completed_path)
		done = directory(g, s->completed_path, done_at, "completed-path", problems);
	if (!base || !done)
		return;
	*out = (struct place){.base = base->fd, .done = done->fd};
	known = known_pair(g, out, upto);
	if (known) {
		out->rules = known->rules;
		return;
	}
	if (base != done)
		check_pair(base, done, check, done_at, problems);
	make_rules(g, &out->rules,
	    (const struct landlock_dir[]){{.fd = base->fd, .record = true, .keep = base == done},
		{.fd = base != done ? done->fd : -1}},
	    2, problems);
}

/* Of repair: what is one client's completed-path may be another's base-path. */
static void make_repair_rules(struct generation *g, struct problems *problems)
{
	struct landlock_dir *dir = calloc(g->ndirectories + 1, sizeof(*dir));

	if (!dir) {
		problem_error(problems, NULL, 0, "out of memory");
		return;
	}
	for (size_t i = 0; i < g->ndirectories; i++) {
		dir[i].fd = g->directory[i].fd;
		dir[i].repair = dir[i].fd == g->server.base;
		for (size_t k = 0; !dir[i].repair && k < g->config->nclients; k++)
			dir[i].repair = dir[i].fd >= 0 && dir[i].fd == g->place[k].base;
	}
	make_rules(g, &g->repair_rules, dir, g->ndirectories, problems);
	free(dir);
}

/* Sandbox rules hold for a whole subtree, and so do most people's backups. */
static void warn_nested(const struct generation *g, struct problems *problems)
{
	char **real = calloc(g->ndirectories + 1, sizeof(*real));

	for (size_t i = 0; real && i < g->ndirectories; i++)
		real[i] = g->directory[i].fd < 0 ? NULL : realpath(g->directory[i].path, NULL);
	for (size_t i = 0; real && i < g->ndirectories; i++)
		for (size_t j = 0; j < g->ndirectories; j++) {
			size_t n = real[i] ? strlen(real[i]) : 0;

			if (i == j || !real[i] || !real[j] || strncmp(real[i], real[j], n) != 0 ||
			    (real[j][n] != '/' && n > 1))
				continue;
			problem_warning(problems, g->config->names.v[0], 0,
			    "directory %s lies beneath %s: keep them side by side", real[j],
			    real[i]);
		}
	for (size_t i = 0; real && i < g->ndirectories; i++)
		free(real[i]);
	free(real);
}

static bool allocate(struct generation *g)
{
	size_t n = g->config->nclients;

	g->place = calloc(n + 1, sizeof(*g->place));
	g->directory = calloc(2 * n + 2, sizeof(*g->directory));
	g->admission = config_admission(g->config);
	g->budgets = budgets_new(n, BUDGET_WINDOW_MS);
	g->references = pages_new(sizeof(*g->references));
	if (g->references) {
		pages_not_for_children(g->references, sizeof(*g->references));
		*g->references = 1;
	}
	for (size_t i = 0; g->place && i < n; i++)
		g->place[i] = g->nothing;
	return g->place && g->directory && g->admission && g->budgets && g->references;
}

static bool is_set(const struct config_storage *s, const char *key)
{
	return key_is_set(&config_storage_keys, &s->origins, key);
}

/* By a client, or because somebody wrote it down. */
static bool server_place_is_used(const struct config *c)
{
	if (is_set(&c->storage, "base-path"))
		return true;
	for (size_t i = 0; i < c->nclients; i++)
		if (c->clients[i].store && !is_set(&c->clients[i].storage, "base-path"))
			return true;
	return false;
}

bool generation_start_keeper(struct generation *g, char reason[KEEPER_REASON_MAX])
{
	keeper_close(&g->keeper);
	return !creds_has_key(g->creds) ||
	       keeper_start(&g->keeper, &role_keeper, g->config->tls.server_key,
		   creds_key_id(g->creds), reason);
}

static void open_credentials(struct generation *g, struct problems *problems)
{
	struct origin o = config_origin(&config_tls_keys, &g->config->tls.origins, "server-key");
	const struct config_tls *t = &g->config->tls;
	char reason[KEEPER_REASON_MAX];
	bool ok = true;

	g->creds = creds_open(g->config, problems);
	if (g->creds)
		ok = generation_start_keeper(g, reason);
	else if (t->present && t->auth != AUTH_ANONYMOUS && t->server_key) {
		/* whatever else is wrong: is there a key at all? */
		ok = keeper_start(&g->keeper, &role_keeper, t->server_key, NULL, reason);
		keeper_close(&g->keeper);
	}
	if (!ok)
		problem_error(problems, o.file, o.line, "server-key %s", reason);
}

struct generation *generation_open(
    struct config *config, enum generation_check check, struct problems *problems)
{
	struct generation *g = calloc(1, sizeof(*g));
	size_t before = problems->errors;

	if (!g) {
		config_free(config);
		problem_error(problems, NULL, 0, "out of memory");
		return NULL;
	}
	*g = (struct generation){.config = config,
	    .server = {-1, -1, -1},
	    .repair_rules = -1,
	    .nothing = {-1, -1, -1},
	    .keeper = {.control = -1}};
	if (!allocate(g)) {
		problem_error(problems, NULL, 0, "out of memory");
		generation_unref(g);
		return NULL;
	}
	make_rules(g, &g->nothing.rules, NULL, 0, problems);
	if (server_place_is_used(config))
		open_place(g, &config->storage, 0, check, problems, &g->server);
	for (size_t i = 0; i < config->nclients; i++) {
		const struct config_client *k = &config->clients[i];

		g->place[i] = g->nothing;
		if (k->store)
			open_place(g, &k->storage, i, check, problems, &g->place[i]);
	}
	make_repair_rules(g, problems);
	warn_nested(g, problems);
	open_credentials(g, problems);
	if (problems->errors > before) {
		generation_unref(g);
		return NULL;
	}
	return g;
}

const struct place *generation_place(
    const struct generation *g, const uint32_t *client, size_t clients)
{
	for (size_t i = 0; i < clients; i++)
		if (g->place[client[i]].base >= 0)
			return &g->place[client[i]];
	return &g->place[client[0]];
}

void generation_descriptors(const struct generation *g, int *out)
{
	for (size_t i = 0; i < g->ndirectories; i++)
		out[i] = g->directory[i].fd;
}

size_t generation_holds(const struct generation *g)
{
	size_t n = g->nrules + (g->keeper.control >= 0);

	for (size_t i = 0; i < g->ndirectories; i++)
		n += g->directory[i].fd >= 0;
	return n;
}

struct generation *generation_ref(struct generation *g)
{
	++*g->references;
	return g;
}

/* Places of the same pair share a ruleset. */
static void close_rules(const struct generation *g)
{
	for (size_t i = 0; g->place && i < g->config->nclients; i++) {
		const struct place *p = &g->place[i];

		if (p->rules >= 0 && p->base >= 0 && !known_pair(g, p, i))
			close(p->rules);
	}
	if (g->server.rules >= 0)
		close(g->server.rules);
	if (g->nothing.rules >= 0)
		close(g->nothing.rules);
	if (g->repair_rules >= 0)
		close(g->repair_rules);
}

void generation_unref(struct generation *g)
{
	if (g->references && --*g->references > 0)
		return;
	pages_free(g->references, sizeof(*g->references));
	for (size_t i = 0; i < g->ndirectories; i++)
		if (g->directory[i].fd >= 0)
			close(g->directory[i].fd);
	close_rules(g);
	keeper_close(&g->keeper);
	creds_close(g->creds);
	budgets_free(g->budgets);
	free(g->directory);
	free(g->place);
	admit_table_free(g->admission);
	config_free(g->config);
	free(g);
	heap_clear();
	heap_fill();
}
