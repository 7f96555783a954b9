/* take: one capture on its way from completed-path into the archive.
 *
 * Opened, packed by a worker, published under a name that was free, committed to the index, and
 * only then removed from completed-path. A crash at any point leaves the capture there, or archived
 * and indexed; what a crash before left is recognised and not archived twice. Refuses to choose
 * captures and to decide what follows from a failure: the capture is where it was. */
#ifndef ARCHIVE_TAKE_H
#define ARCHIVE_TAKE_H

#include <stdbool.h>
#include <sys/stat.h>

#include "archive/depot.h"
#include "archive/sources.h"
#include "archive/worker.h"
#include "capture/capname.h"
#include "config/config.h"

#define TAKE_REASON_MAX 400

struct take {
	struct depot *depot;
	const struct config *config;
	int dir; /* where the capture is; borrowed */
	char name[CAPNAME_MAX];
	struct capname parts;
	char client[CAPNAME_STEM_MAX], address[ADDR_TEXT_MAX];

	int capture, archived, orphan;
	struct stat st; /* of the capture */
	char work[40];  /* name of the new file in work; "": there is none */
	char path[DEPOT_PATH_MAX];
	struct worker worker;

	/* After TAKE_DONE. */
	struct facts facts;
	uint64_t stored;
	bool known; /* it was archived before */

	char reason[TAKE_REASON_MAX]; /* after TAKE_FAILED */
};

enum take_status {
	TAKE_WORKING, /* wait until take_channel() is readable, then take_go_on() */
	TAKE_DONE,
	TAKE_NOT_OURS, /* no finished capture with a name of the server: left alone */
	TAKE_FAILED
};

/* number: different for each that is at work at the same time. */
enum take_status take_begin(struct take *t, struct depot *depot, const struct config *config,
    const struct source *where, const char *name, unsigned number);

int take_channel(const struct take *t);

/* Does not wait. */
enum take_status take_go_on(struct take *t);

/* After every status but TAKE_NOT_OURS; while it works, it is abandoned. */
void take_end(struct take *t);

#endif
