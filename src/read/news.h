/* news: what is new in the directories and in the index since the last look.
 *
 * A capture that is met in a directory is fresh once. One that has gone through all of them between
 * two looks is found in the index: it was missed. When another index takes the place of the one
 * that was read, what was met before is not new in it. What cannot be looked at is told once, not
 * with each look. Refuses to read captures. */
#ifndef READ_NEWS_H
#define READ_NEWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "view/pattern.h"
#include "read/catalog.h"
#include "read/known.h"

struct news {
	struct catalog *catalog;
	const struct catalog_range *range;
	struct patterns *patterns;
	int inotify; /* readable when there may be news; -1: looks have to do */

	struct known known; /* fresh ones are new; whoever takes one says so there */
	int64_t *missed;    /* numbers in the index */
	size_t nmissed;     /* set back by whoever has taken them */

	/* The rest is its own. */
	size_t missed_room;
	int64_t last;   /* file of the index that was looked at last */
	int64_t looked; /* when the last look at all of it began, seconds */
	bool failed;    /* something could not be looked at the last time */
	bool no_memory;
};

/* From now on changes are noticed. */
void news_begin(struct news *n, struct catalog *c, const struct catalog_range *range,
    struct patterns *patterns);
void news_free(struct news *n);

/* The catalog's loose captures are known from then on; they are the news' own. False without
 * memory. */
bool news_take_over(struct news *n);

/* Finds fresh and missed ones. False without memory. */
bool news_look(struct news *n);

/* Takes the events. Whether one of them was more than that a file has grown. */
bool news_have_come(struct news *n);

#endif
