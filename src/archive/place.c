/* place: see place.h. */
#include "archive/place.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "archive/named.h"
#include "archive/pack.h"
#include "base/expand.h"
#include "base/ownname.h"

/* Names that one capture may have. */
#define NUMBERS 1000000u

struct search {
	const struct place *p;
	char *path; /* of the name that was looked at last */
	int *orphan;
	char *reason;
};

enum look {
	LOOK_FREE,
	LOOK_ORPHAN,
	LOOK_TAKEN,
	LOOK_REFUSED,
	LOOK_FAILED
};

static enum look fail(struct search *s, const char *what, const char *why)
{
	snprintf(
	    s->reason, PLACE_REASON_MAX, "%s%s%s", what, *what ? " in the archive: " : "", why);
	return LOOK_FAILED;
}

static bool make_path(const struct search *s, unsigned number)
{
	const struct place *p = s->p;
	const char *stamp = capname_time(p->parts);
	char directories[DEPOT_PATH_MAX], other[CAPNAME_MAX];
	const char *name = number == p->parts->number ? p->name : other;

	if (name == other)
		capname_renumber(p->parts, number, other);
	return expand_directories(
		   p->archive->directories, p->client, stamp, directories, sizeof(directories)) &&
	       snprintf(s->path, DEPOT_PATH_MAX, "%s/%s%s", directories, name,
		   p->archive->level == PACK_PLAIN ? "" : NAMED_SUFFIX) < DEPOT_PATH_MAX;
}

static enum look look_at_file(struct search *s)
{
	int fd = depot_file(s->p->depot, s->path);

	if (fd < 0 && errno == ENOENT)
		return LOOK_FREE;
	if (fd < 0 && errno == ELOOP)
		return LOOK_TAKEN; /* by a link */
	if (fd < 0)
		return fail(s, s->path, strerror(errno));
	if (s->orphan) {
		*s->orphan = fd;
		return LOOK_ORPHAN;
	}
	close(fd);
	return LOOK_TAKEN;
}

/* So many behind its own number. */
static enum look look_at(struct search *s, uint64_t behind)
{
	uint64_t number = s->p->parts->number + behind;
	struct store *store = s->p->depot->store;
	bool indexed;

	if (behind >= NUMBERS || number > UINT32_MAX)
		return fail(s, "", "every name in the archive is taken");
	if (!make_path(s, (unsigned)number))
		return fail(s, "", "its name in the archive would be too long");
	if (ownname_begins(s->path)) {
		fail(s, "", "its directory would be one that the archive keeps for itself");
		return LOOK_REFUSED;
	}
	if (!store_has_path(store, s->path, &indexed))
		return fail(s, "", store_reason(store));
	return indexed ? LOOK_TAKEN : look_at_file(s);
}

static bool is_end(enum look look)
{
	return look == LOOK_REFUSED || look == LOOK_FAILED;
}

static void drop(struct search *s, enum look look)
{
	if (look == LOOK_ORPHAN) {
		close(*s->orphan);
		*s->orphan = -1;
	}
}

/* Between one that is taken and one that is not there is one that follows such a name. The same
 * names are taken after a crash: it finds the same one. */
static enum look search(struct search *s)
{
	uint64_t taken = 0, other = 1;
	enum look look = look_at(s, 0);

	if (look != LOOK_TAKEN)
		return look;
	while ((look = look_at(s, other)) == LOOK_TAKEN) {
		taken = other;
		other = 2 * other < NUMBERS || other == NUMBERS - 1 ? 2 * other : NUMBERS - 1;
	}
	while (!is_end(look) && other - taken > 1) {
		uint64_t middle = taken + (other - taken) / 2;

		drop(s, look);
		look = look_at(s, middle);
		if (look == LOOK_TAKEN)
			taken = middle;
		else
			other = middle;
	}
	if (is_end(look))
		return look;
	drop(s, look);
	look = look_at(s, other);
	return look == LOOK_TAKEN ? fail(s, s->path, strerror(EEXIST)) : look;
}

enum place_found place_find(
    const struct place *p, char path[DEPOT_PATH_MAX], int *orphan, char reason[PLACE_REASON_MAX])
{
	struct search s = {.p = p, .path = path, .orphan = orphan, .reason = reason};

	switch (search(&s)) {
	case LOOK_FREE:
		return PLACE_FREE;
	case LOOK_ORPHAN:
		return PLACE_ORPHAN;
	case LOOK_REFUSED:
		return PLACE_REFUSED;
	default:
		return PLACE_FAILED;
	}
}
