/* settle: the second half of the way: packed captures become archived ones, several at once.
 *
 * Synced, named, committed to the index, and only then removed from completed-path: in this order,
 * each step for all of them, since a sync and a commit cost the same for one file and for a
 * hundred. A crash at any point leaves each capture in completed-path, or archived and indexed, or
 * both, which the next start recognises. Refuses to pack and to choose captures. */
#ifndef ARCHIVE_SETTLE_H
#define ARCHIVE_SETTLE_H

#include <stddef.h>

#include "archive/take.h"

/* All are TAKE_PACKED, of one depot and one configuration, and are TAKE_DONE or TAKE_FAILED then.
 */
void settle(struct take *const *take, size_t n);

#endif
