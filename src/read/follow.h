/* follow: what is being recorded, as it arrives, until whoever reads it leaves.
 *
 * Across rotation, reconnection, publication and archiving; what is new, read/news finds, once a
 * second and when something has changed. Each packet comes once. Refuses to look for captures, and
 * to sort packets: they come as they arrive. */
#ifndef READ_FOLLOW_H
#define READ_FOLLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "read/news.h"
#include "read/source.h"

struct follow {
	struct source_world *world;
	struct news news;
	struct source **live; /* recordings that are open */
	size_t n, room;
	int64_t look_at; /* when the next look is due, monotonic ms */
};

/* Before the first packet: from now on changes are noticed, and a signal (SIGINT, SIGTERM) ends
 * what the world reads. */
void follow_begin(struct follow *f, struct source_world *w, struct patterns *patterns);
void follow_end(struct follow *f);

/* merge's paused(). of: a struct follow. */
bool follow_paused(void *of, struct source *s);

/* Takes the files over that the world's catalog holds open. Until the output's reader leaves, or a
 * signal ends it: SINK_OK. */
enum sink_status follow_run(struct follow *f);

#endif
