/* scene: what goes on in the directories and in the status area, and what subscribers are told of
 * it.
 *
 * Connections, the captures that are followed, and the order of what is published of both. Refuses
 * to wait, to start the sender, and to take signals: the loop does (publish/daemon). */
#ifndef PUBLISH_SCENE_H
#define PUBLISH_SCENE_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "publish/arrivals.h"
#include "publish/lines.h"
#include "publish/outlet.h"
#include "publish/recordings.h"
#include "publish/roster.h"

/* A turn is due, whatever happens: status areas tell nobody of a change. */
#define SCENE_TICK_MS 50

struct scene {
	const struct config *config;
	struct outlet outlet; /* the loop starts it; without one (orders -1) nothing is published */
	struct arrivals arrivals;
	struct recordings recordings;
	bool again;  /* a turn is due at once */
	bool broken; /* it cannot go on, which the log says */

	/* The rest is its own. */
	struct roster roster;
	struct lines lines;
	int64_t look_at; /* directories, monotonic ms */
	bool has_status, told_status;
	bool begun;  /* what is met from now on began after this did */
	bool missed; /* directories have to be looked through */
};

/* With what is there now: of recordings that run, what comes from now on. False: it is broken. */
bool scene_begin(struct scene *s);

/* What has happened since the last turn. */
void scene_turn(struct scene *s);

/* Another configuration is in effect; the old one is not needed any more. */
void scene_configure(struct scene *s, const struct config *c);

/* Before it begins once more. */
void scene_forget(struct scene *s);

void scene_end(struct scene *s);

#endif
