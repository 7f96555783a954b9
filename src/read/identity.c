/* identity: see identity.h. */
#include "read/identity.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "record/places.h"

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

enum identity_fit identity_fits(const struct identity *i, const struct store_row *row)
{
	if (i->ended != row->ended || i->bytes != row->bytes ||
	    strcmp(i->client, row->client) != 0 || (i->facts && !same_packets(i->facts, row)))
		return IDENTITY_NONE;
	if (strcmp(i->name, row->name) == 0)
		return IDENTITY_EXACT;
	return identity_same_stamp(i->name, row->name) ? IDENTITY_RENUMBERED : IDENTITY_NONE;
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
	return found;
}
