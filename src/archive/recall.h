/* recall: what a compressed archived file says of itself.
 *
 * Reads its end: the seek table, and the metadata that lie in front of it. Called by workers: the
 * file may be anything, and must be wholly as archive/pack writes it. Refuses to decompress, so
 * that whether the capture is sound stays open. */
#ifndef ARCHIVE_RECALL_H
#define ARCHIVE_RECALL_H

#include <stdbool.h>
#include <stdint.h>

#include "index/metaread.h"

#define RECALL_WHY_MAX 100

/* stored: the size of the file. False with a reason; else metaread_free(). */
bool recall(int fd, struct metaread *m, uint64_t *stored, char why[RECALL_WHY_MAX]);

#endif
