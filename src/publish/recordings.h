/* recordings: the captures that are followed, each with the process that walks it.
 *
 * Opens nothing and reads nothing: it holds what others have opened, wakes the process when the
 * file has grown, and knows when all of it was published. Refuses to look for captures, and to say
 * what is published of them. */
#ifndef PUBLISH_RECORDINGS_H
#define PUBLISH_RECORDINGS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "daemon/process.h"
#include "record/places.h"

struct recording {
	uint32_t id;
	int fd;
	dev_t dev;
	ino_t ino;
	char stem[CAPNAME_STEM_MAX]; /* whose it is, as it is published */
	char path[PATH_MAX];         /* where it was found; when it is finished, where it is */
	struct process process;      /* from: -1 once it was handed to the sender */
	uint64_t size;               /* that the process was told of */
	bool finished;               /* nothing more is written to it */
	bool told;                   /* and the process knows */
	bool troubled;               /* not all of it can be read, which was told */
	bool removed;                /* without ever being published */
	bool ended;                  /* what the process has sent was published */
};

struct recordings {
	struct recording *v;
	size_t n;

	/* The rest is its own. */
	size_t room;
	uint32_t last_id;
};

bool recordings_have(const struct recordings *r, dev_t dev, ino_t ino);

/* Starts the process. f's descriptor is its own from then on. Records that end at `from` or before
 * are passed over. NULL with errno. */
struct recording *recordings_add(struct recordings *r, const struct place_file *f, uint64_t from);

/* Wakes those that have grown, and notices those that are finished. */
void recordings_wake(struct recordings *r);

/* The one with that number, which is at most once `ended`; NULL: there is none. */
struct recording *recordings_find(struct recordings *r, uint32_t id);

/* Whether an earlier one of that client is finished, and not all of it published: what comes after
 * it has to wait, as its records come later. */
bool recordings_waits(const struct recordings *r, const struct recording *k);

/* Whether something of that client is finished, and not all of it published; and whether there is
 * anything of it at all. */
bool recordings_finishing(const struct recordings *r, const char *stem);
bool recordings_of(const struct recordings *r, const char *stem);

/* Others may move. */
void recordings_remove(struct recordings *r, struct recording *k);
void recordings_free(struct recordings *r);

#endif
