/* profile: how many packets and bytes a capture has in equal steps of time.
 *
 * So that rates and gaps can be drawn without the capture. The times of a capture are known only at
 * its end: steps begin with a second, and are doubled, two made one, whenever a time lies outside
 * of PROFILE_STEPS of them. Steps begin at multiples of their length since 1970, so that those of
 * several captures can be added. Refuses to know captures. Pure; times are nanoseconds since 1970.
 */
#ifndef INDEX_PROFILE_H
#define INDEX_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROFILE_STEPS 1440

struct profile_step {
	uint64_t packets, bytes; /* captured bytes, without record headers */
};

struct profile {
	uint64_t seconds; /* length of a step, a power of two; 0: there is no packet yet */
	int64_t first;    /* number of step[0]: its begin in seconds / `seconds`, rounded down */
	size_t n;         /* up to the last step with a packet; the first has one as well */
	struct profile_step step[PROFILE_STEPS];
};

void profile_init(struct profile *p);

void profile_add(struct profile *p, int64_t time_ns, uint32_t bytes);

/* As a column of the index, little-endian: seconds u64, first i64, then packets u64 and bytes u64
 * of each step. Reading gives false when it is none. */
#define PROFILE_COLUMN_MAX (16u + 16u * PROFILE_STEPS)
size_t profile_size(const struct profile *p);
void profile_write(const struct profile *p, uint8_t *out);
bool profile_read(struct profile *p, const uint8_t *column, size_t len);

/* When step i begins, in seconds since 1970. */
int64_t profile_begin(const struct profile *p, size_t i);

#endif
