/* lines: connections, from the event that tells of one to the event that tells of its end.
 *
 * Most are listed in a status area. Where a recording is met that none of them can have made (there
 * is no status area, or the connection was shorter than a look), it stands for a connection of its
 * own, which lasts until some time after the last recording of that client. Pure but for memory:
 * refuses to publish; time is an argument. */
#ifndef PUBLISH_LINES_H
#define PUBLISH_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/capname.h"

/* Of a connection in a status area: no other has all of it. A server that is started again in a
 * container has the pid of the one before. */
struct line_key {
	uint32_t server; /* pid, */
	int64_t started; /* when it was started, monotonic ms, */
	uint64_t order;  /* and the number of the connection there */
};

struct line {
	char stem[CAPNAME_STEM_MAX];
	bool listed;         /* in a status area */
	struct line_key key; /* of a listed one */
	bool met;            /* in this look */
	bool gone;           /* it was listed, and is not any more */
	unsigned turns;      /* since then */
	int64_t quiet_at;    /* of one that is not listed: when its last recording had ended, ms */
};

struct lines {
	struct line *v;
	size_t n, room;
};

/* Before a look. */
void lines_look(struct lines *l);

/* It is listed. *begun: it has begun, as far as is known: it was not told yet. False without
 * memory.
 */
bool lines_listed(struct lines *l, const struct line_key *key, const char *stem, bool *begun);

/* After it: those that were not met are gone. */
void lines_looked(struct lines *l);

/* A recording was met. *begun as above. recording: it is one still. */
bool lines_recording(struct lines *l, const char *stem, bool recording, int64_t now, bool *begun);

/* One that has ended is taken out: its client, or false when there is none. busy(): whether
 * something of a client that is finished is not published yet; has(): whether there is anything. To
 * be called until it is false, once a turn. */
struct lines_world {
	bool (*busy)(void *of, const char *stem);
	bool (*has)(void *of, const char *stem);
	int64_t quiet; /* ms from one recording to the next of a connection that is not listed */
	void *of;
};
bool lines_ended(
    struct lines *l, const struct lines_world *w, int64_t now, char out[CAPNAME_STEM_MAX]);

/* A turn is over, in which all that was there was looked at. True: another one is due at once. */
bool lines_turn(struct lines *l);

void lines_free(struct lines *l);

#endif
