/* places: see places.h. */
#include "server/places.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/keys.h"
#include "daemon/sandbox.h"
#include "server/pair.h"

/* Parameters of places_open(), for the functions that it calls. */
struct opening {
	bool with_file; /* try the rename with a file (trial_create) */
	struct problems *problems;
};

/* As sandbox_rules(). */
static int make_rules(const struct landlock_dir *dir, size_t n, struct problems *problems)
{
	int rules = sandbox_rules(dir, n);

	if (rules == -2)
		problem_error(problems, NULL, 0, "sandbox: Landlock rules cannot be made: %s",
		    strerror(errno));
	return rules;
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
	struct directory *base =
	    directories_open(&places->directories, s->base_path, base_at, "base-path", o->problems);
	struct directory *done = base;
	const struct place *known;

	if (s->completed_path)
		done = directories_open(&places->directories, s->completed_path, done_at,
		    "completed-path", o->problems);
	if (!base || !done)
		return;
	known = known_pair(places, base->fd, done->fd);
	if (known) {
		*out = *known;
		return;
	}
	*out = (struct place){.base = base->fd, .done = done->fd};
	if (base != done)
		out->may_link = pair_check(base, done, o->with_file, done_at, o->problems);
	out->rules = make_rules(
	    (const struct landlock_dir[]){{.fd = base->fd, .record = true, .keep = base == done},
		{.fd = base != done ? done->fd : -1}},
	    2, o->problems);
	places->pair[places->npairs++] = *out;
}

/* The ruleset of repair, over all directories: one client's completed-path may be another's
 * base-path. */
static void make_repair_rules(struct places *places, struct problems *problems)
{
	struct landlock_dir *dir = calloc(places->directories.n + 1, sizeof(*dir));

	if (!dir) {
		problem_error(problems, NULL, 0, "out of memory");
		return;
	}
	for (size_t i = 0; i < places->directories.n; i++) {
		dir[i].fd = places->directories.v[i].fd;
		for (size_t k = 0; !dir[i].repair && k < places->npairs; k++)
			dir[i].repair = dir[i].fd >= 0 && dir[i].fd == places->pair[k].base;
	}
	places->repair_rules = make_rules(dir, places->directories.n, problems);
	free(dir);
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
	return places->client && places->pair &&
	       directories_init(&places->directories, c->region, 2 * n + 2);
}

bool places_open(
    struct places *places, const struct config *c, bool with_file, struct problems *problems)
{
	const struct opening o = {with_file, problems};

	if (!allocate(places, c)) {
		problem_error(problems, NULL, 0, "out of memory");
		return false;
	}
	places->nothing.rules = make_rules(NULL, 0, problems);
	if (server_place_is_used(c))
		open_place(places, &o, &c->storage, &places->server);
	for (size_t i = 0; i < c->nclients; i++) {
		const struct config_client *k = &c->clients[i];

		places->client[i] = places->nothing;
		if (k->store)
			open_place(places, &o, &k->storage, &places->client[i]);
	}
	make_repair_rules(places, problems);
	directories_warn_nested(&places->directories, c->names.v[0], problems);
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
	return directories_path(&places->directories, fd);
}

void places_descriptors(const struct places *places, int *out)
{
	for (size_t i = 0; i < places->directories.n; i++)
		out[i] = places->directories.v[i].fd;
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
	return n + directories_holds(&places->directories);
}

static void close_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

void places_close(struct places *places)
{
	directories_close(&places->directories);
	for (size_t i = 0; i < places->npairs; i++)
		close_open(places->pair[i].rules);
	close_open(places->nothing.rules);
	close_open(places->repair_rules);
}
