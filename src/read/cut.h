/* cut: which frames of an archived capture packets of a time need, and where these are cut into
 * parts that processes read at the same time.
 *
 * What describes packets of later frames is read again for each part behind it; where that is much,
 * a capture is one part. Refuses to decompress, and to start processes. Pure. */
#ifndef READ_CUT_H
#define READ_CUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "index/frames.h"

/* Bytes of the capture in a part, at least, but for the last: enough that starting a process costs
 * little beside it (of 16 MiB a part, a filter took a fifth more CPU). */
#define CUT_PART (UINT64_C(64) << 20)

struct cut_part {
	size_t first; /* frames */
	size_t end;   /* behind the last; 0: all from the first on */
};

/* Of each frame whether it is needed: it has packets of that time, or describes those of a later
 * one that has. Allocated; NULL without memory. everything: whatever the times. */
bool *cut_wanted(const struct frames *f, bool everything, int64_t from, int64_t to);

/* The part that begins with that frame. */
struct cut_part cut_next(const struct frames *f, const bool *wanted, size_t first);

/* Whether there are several parts, and it is worth while to read them so. */
bool cut_pays(const struct frames *f, const bool *wanted);

#endif
