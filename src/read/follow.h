/* follow: what is being recorded, as it arrives, until whoever reads it leaves.
 *
 * Across rotation, reconnection, publication and archiving: directories are watched, and looked at
 * each second; a capture that has gone through all of them in between is found in the index. Each
 * packet comes once. Refuses to sort: packets come as they arrive. */
#ifndef READ_FOLLOW_H
#define READ_FOLLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "read/known.h"
#include "view/pattern.h"
#include "read/source.h"

struct follow {
	struct source_world *world;
	struct patterns *patterns;
	struct known known;
	int64_t last; /* file of the index that was looked at last */

	struct source **live; /* recordings that are open */
	size_t n, room;
	int64_t *missed; /* files of the index that were never met before */
	size_t nmissed, missed_room;

	int inotify;
	int64_t look_at; /* when the next look is due, monotonic ms */
	bool failed;     /* something could not be looked at the last time */
	bool no_memory;
};

/* Before the first packet: from now on changes are noticed. */
void follow_begin(struct follow *f, struct source_world *w, struct patterns *patterns);
void follow_end(struct follow *f);

/* merge's paused(). of: a struct follow. */
bool follow_paused(void *of, struct source *s);

/* Takes the files over that the world's catalog holds open. Until the output's reader leaves, or a
 * signal (SIGINT, SIGTERM) ends it: SINK_OK. */
enum sink_status follow_run(struct follow *f);

#endif
