/* source: opens a capture of the catalog as a stream of packets, with the filter that it asks for.
 *
 * Refuses to choose captures, and to sort packets. */
#ifndef READ_SOURCE_H
#define READ_SOURCE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "read/catalog.h"
#include "read/filters.h"
#include "read/parts.h"
#include "read/stream.h"

/* What all of them have in common. */
struct source_world {
	struct catalog *catalog;
	const struct catalog_range *range;
	struct filters filters;
	struct sink *sink;
	struct tell *tell;
	struct stream_ops ops;
	int64_t reached; /* time of the last packet that was taken, or may be next */
	void (*tick)(struct source_world *w);
	void *ticker;                         /* for tick() */
	const volatile sig_atomic_t *stopped; /* nothing more is wanted; NULL: never */
};

/* filter: NULL for every packet. False without memory. */
bool source_world_init(struct source_world *w, struct catalog *c, const struct catalog_range *r,
    const char *filter, struct sink *sink, struct tell *tell);

/* tick() is called ten times a second or so while packets are taken. */
void source_world_tick(struct source_world *w, void (*tick)(struct source_world *w), void *ticker);

void source_world_free(struct source_world *w);

struct source {
	struct stream stream; /* where it has parts, the current one */
	struct parts *parts;  /* NULL: it has none */
	size_t rank;          /* of two packets of one time the lower rank's is first */
	int fd;               /* of a recording that is followed; borrowed; else -1 */
	bool paused;          /* it has told everything up to `size` */
	uint64_t size;
	char *who, *path;
};

struct source_file {
	const char *client, *address, *path;
	int fd; /* borrowed */
	bool recording;
	bool follow;   /* it is read on when it has paused */
	uint64_t skip; /* what begins before this offset is passed over */
};

/* NULL: it was told why. */
struct source *source_open_loose(struct source_world *w, struct loose *l, bool follow);
struct source *source_open_archived(struct source_world *w, int64_t id);
struct source *source_open_file(struct source_world *w, const struct source_file *f);
void source_close(struct source *s);

/* The next packet; it is waited for. ahead: of a capture that is read in parts, so many processes
 * may work beside the one whose turn it is. */
enum stream_status source_next(struct source *s, unsigned ahead, enum sink_status *failed);

#endif
