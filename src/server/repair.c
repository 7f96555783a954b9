/* repair: see repair.h. */
#include "server/repair.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "capture/capname.h"
#include "record/unfinished.h"

static const char *step_of(enum unfinished_end end)
{
	switch (end) {
	case UNFINISHED_UNREAD:
		return "read";
	case UNFINISHED_UNREMOVED:
		return "removing the empty file";
	case UNFINISHED_UNCUT:
		return "cutting the torn tail";
	case UNFINISHED_UNPUBLISHED:
		return "publishing";
	case UNFINISHED_UNSYNCED:
		return "published, but not synced";
	case UNFINISHED_PUBLISHED:
	case UNFINISHED_REMOVED:
		break;
	}
	return "";
}

/* Of the two directories, that which the step was about. */
static void log_failure(const struct generation *g, const char *client, const struct unfinished *u,
    enum unfinished_end end)
{
	bool publishing = end == UNFINISHED_UNPUBLISHED || end == UNFINISHED_UNSYNCED;
	struct log_text t;

	snprintf(t.s, sizeof(t.s), "repair: %s: %s", step_of(end), strerror(errno));
	log_line(LVL_ERROR, "error client=%s file=%s directory=%s reason=%s", client, u->file.name,
	    LOG_QUOTE(places_path(&g->places, publishing ? u->file.done : u->file.base)),
	    LOG_QUOTE(t.s));
}

static void log_end(const struct generation *g, const char *client, const char *before,
    const struct unfinished *u, enum unfinished_end end)
{
	if (u->as_it_is)
		log_line(LVL_ERROR,
		    "error client=%s file=%s reason=\"no record begins at offset %" PRIu64
		    ": published as it is\"",
		    client, before, u->whole);
	if (end != UNFINISHED_PUBLISHED && end != UNFINISHED_REMOVED)
		log_failure(g, client, u, end);
	if (end == UNFINISHED_REMOVED)
		log_line(LVL_INFO, "file client=%s name=%s reason=removed packets=0 bytes=%" PRIu64,
		    client, before, u->length);
	else if (end == UNFINISHED_PUBLISHED || end == UNFINISHED_UNSYNCED)
		log_line(LVL_INFO,
		    "file client=%s name=%s%s%s reason=repaired packets=%" PRIu64 " bytes=%" PRIu64,
		    client, u->file.name, u->renamed ? " was=" : "", u->renamed ? before : "",
		    u->packets, u->as_it_is ? u->length : u->whole);
}

/* Finishes the file and logs the result. Returns whether it is finished. */
static bool finish(
    const struct generation *g, const char *client, struct unfinished *u, uint8_t *buf)
{
	char before[CAPNAME_MAX];
	enum unfinished_end end;

	memcpy(before, u->file.name, sizeof(before));
	end = unfinished_finish(u, buf);
	log_end(g, client, before, u, end);
	return end == UNFINISHED_PUBLISHED || end == UNFINISHED_UNSYNCED ||
	       end == UNFINISHED_REMOVED;
}

/* Whether a file of that stem is the client's: "name", or "name-ADDRESS" of one of its networks. */
static bool is_of(const struct config_client *k, const char *stem)
{
	size_t n = strlen(k->name);
	struct addr a;

	if (strncmp(stem, k->name, n) != 0)
		return false;
	return stem[n] == '\0' || (capname_stem_parse(stem, &a) == n && config_network(k, &a));
}

/* Where the file belongs: the directory of the client with the longest matching name, else of any
 * client that records into this directory. */
static struct place place_of(
    const struct generation *g, int base, const char *stem, const char **client, unsigned *mode)
{
	struct place p = {.base = base, .done = base, .rules = -1};
	size_t best = 0;

	*client = stem;
	*mode = g->config->storage.mode;
	if (g->places.server.base == base)
		p = g->places.server;
	for (size_t i = 0; i < g->config->nclients; i++) {
		const struct config_client *k = &g->config->clients[i];

		if (g->places.client[i].base != base)
			continue;
		if (p.done == base && best == 0)
			p = g->places.client[i];
		if (is_of(k, stem) && strlen(k->name) > best) {
			best = strlen(k->name);
			*client = k->name;
			*mode = k->storage.mode;
			p = g->places.client[i];
		}
	}
	return p;
}

/* Whether a file with that stem belongs to a client of the scope. */
static bool in_scope(const struct generation *g, const struct repair_scope *scope, const char *stem)
{
	for (size_t i = 0; i < scope->n; i++)
		if (is_of(&g->config->clients[scope->client[i].client], stem))
			return true;
	return scope->n == 0;
}

/* Unfinished files of other users, which this process may not finish. */
struct foreign {
	char first[CAPNAME_MAX];
	unsigned n;
};

/* Finishes the file of that name in `base`, if its name is one of ours, in scope, and it is
 * unfinished. Returns whether it was finished. */
static bool repair_file(const struct generation *g, const struct repair_scope *scope, int base,
    const char *name, struct foreign *foreign, uint8_t *buf)
{
	const char *client;
	struct unfinished u;
	struct capname parsed;
	struct place place;
	unsigned mode;

	if (!capname_parse(name, &parsed) || !in_scope(g, scope, parsed.stem))
		return false;
	switch (unfinished_take(&u, base, name)) {
	case UNFINISHED_NOT:
	case UNFINISHED_RECORDED:
		return false;
	case UNFINISHED_FOREIGN:
		if (foreign->n++ == 0)
			memcpy(foreign->first, u.file.name, sizeof(foreign->first));
		return false;
	case UNFINISHED_TAKEN:
		break;
	}
	place = place_of(g, base, parsed.stem, &client, &mode);
	u.file.done = place.done;
	u.file.may_link = place.may_link;
	/* the client's mode, unless the file's differs in more than the owner's read and write bits
	 */
	if (((u.file.mode ^ mode) & ~(unsigned)(S_IRUSR | S_IWUSR)) == 0)
		u.file.mode = mode;
	return finish(g, client, &u, buf);
}

static unsigned repair_directory(
    const struct generation *g, const struct repair_scope *scope, int base, uint8_t *buf)
{
	DIR *dir = io_list(base);
	struct foreign foreign = {.n = 0};
	struct dirent *e;
	unsigned n = 0;

	if (!dir) {
		log_line(LVL_ERROR, "error directory=%s reason=\"repair: it cannot be read\"",
		    LOG_QUOTE(places_path(&g->places, base)));
		return 0;
	}
	while ((e = readdir(dir)))
		n += repair_file(g, scope, base, e->d_name, &foreign, buf);
	closedir(dir);
	if (foreign.n > 0 && scope->first)
		log_line(LVL_WARNING,
		    "warning file=%s reason=\"%u unfinished files belong to another user: left "
		    "alone\"",
		    foreign.first, foreign.n);
	return n;
}

/* Whether the directories of this client are in scope. */
static bool place_in_scope(const struct repair_scope *scope, size_t client)
{
	for (size_t i = 0; i < scope->n; i++)
		if (scope->client[i].client == client)
			return true;
	return scope->n == 0;
}

/* Whether an earlier client has the same directory, as is usual. */
static bool seen_before(const struct generation *g, size_t i)
{
	if (g->places.client[i].base == g->places.server.base)
		return true;
	for (size_t j = 0; j < i; j++)
		if (g->places.client[j].base == g->places.client[i].base)
			return true;
	return false;
}

unsigned repair_run(const struct generation *g, const struct repair_scope *scope)
{
	uint8_t *buf = malloc(UNFINISHED_BUFFER);
	unsigned n = 0;

	if (!buf)
		return 0;
	if (g->places.server.base >= 0)
		n += repair_directory(g, scope, g->places.server.base, buf);
	for (size_t i = 0; i < g->config->nclients; i++)
		if (g->places.client[i].base >= 0 && place_in_scope(scope, i) && !seen_before(g, i))
			n += repair_directory(g, scope, g->places.client[i].base, buf);
	free(buf);
	return n;
}
