/* identity: see identity.h. */
#include "read/identity.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "record/places.h"

/* Seconds from the last change of a capture's names back to when it was taken into the archive, at
 * most: its names change when it is published, and when it is removed behind that. */
#define TAKEN_S 86400

void identity_stat(struct identity *i, const struct stat *st)
{
	i->ended = st->st_mtim.tv_sec;
	i->changed = st->st_ctim.tv_sec;
	i->bytes = (uint64_t)st->st_size;
}

bool identity_same_stamp(const char *a, const char *b)
{
	struct capname x, y;

	return capname_parse(a, &x) && capname_parse(b, &y) && x.kind == y.kind &&
	       strcmp(x.stamp, y.stamp) == 0;
}

static const char *behind_slash(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Where a file gets a second name and loses the first, the kernel tells the one that is gone. */
bool identity_name_now(int fd, const char *path, char out[CAPNAME_MAX])
{
	char now[PATH_MAX];
	bool deleted;

	places_path_now(fd, now, &deleted);
	if (!identity_same_stamp(behind_slash(now), behind_slash(path))) {
		snprintf(out, CAPNAME_MAX, "%.*s", CAPNAME_MAX - 1, behind_slash(path));
		return false;
	}
	snprintf(out, CAPNAME_MAX, "%.*s", CAPNAME_MAX - 1, behind_slash(now));
	return !deleted || strcmp(now, path) != 0;
}

static bool same_packets(const struct facts *f, const struct store_row *row)
{
	if (f->packets != row->packets || (f->timed > 0) != row->timed)
		return false;
	return !row->timed || (f->first == row->first && f->last == row->last);
}

/* Only while its time is still to come: a later capture may have got the same name. */
static bool is_bounded(const struct identity *i, const struct store_row *row)
{
	return row->ended == row->archived && i->ended > time(NULL);
}

enum identity_fit identity_fits(const struct identity *i, const struct store_row *row)
{
	if ((i->ended != row->ended && !is_bounded(i, row)) || i->bytes != row->bytes ||
	    strcmp(i->client, row->client) != 0 || (i->facts && !same_packets(i->facts, row)))
		return IDENTITY_NONE;
	if (strcmp(i->name, row->name) == 0)
		return IDENTITY_EXACT;
	return identity_same_stamp(i->name, row->name) ? IDENTITY_RENUMBERED : IDENTITY_NONE;
}

/* Of those that got the time of archiving. */
static int64_t find_bounded(struct store *s, const struct identity *i, int64_t last)
{
	int64_t now = time(NULL), since = (i->changed < now ? i->changed : now) - TAKEN_S;
	struct store_row row = {0};

	while (store_next_bounded(s, i->client, since, i->bytes, row.id, &row) && row.id <= last)
		if (identity_fits(i, &row) != IDENTITY_NONE)
			return row.id;
	return 0;
}

int64_t identity_find(struct store *s, const struct identity *i, int64_t last, bool later)
{
	struct store_row row = {0};
	int64_t found = 0;

	while (
	    store_next_made_of(s, i->client, i->ended, i->bytes, row.id, &row) && row.id <= last) {
		enum identity_fit fit = identity_fits(i, &row);

		if (fit == IDENTITY_EXACT)
			return row.id;
		if (fit == IDENTITY_RENUMBERED && found == 0 && (later || i->facts))
			found = row.id;
	}
	if (found == 0 && (later || i->facts) && i->ended > time(NULL))
		found = find_bounded(s, i, last);
	return found;
}
