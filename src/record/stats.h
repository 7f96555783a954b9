/* stats: what one child has received and stored.
 *
 * Lives in a page shared with the master, one a slot: the child alone writes, the master only
 * reads and believes nothing (it prints, it never computes sizes or indexes from it).
 *
 * The child writes by stats_set() and stats_add(), and may read what it has written as it is; the
 * master reads by stats_get(), each number once. So each number is whole, one that the child has
 * written at some time; two numbers may be of different times, and nothing else in memory is
 * ordered by them. */
#ifndef RECORD_STATS_H
#define RECORD_STATS_H

#include <stddef.h>
#include <stdint.h>

struct stats {
	uint64_t frames;     /* whole frames, link headers too */
	uint64_t packets;    /* accepted */
	uint64_t bytes;      /* payload bytes of accepted frames */
	uint64_t files;      /* opened so far */
	uint64_t file_bytes; /* whole records in the current file, 0: none is open */
	uint64_t waiting;    /* there is no room on the disk */
	uint64_t cut;        /* packets that were cut to max-snaplen */
	uint64_t heard_ms;   /* monotonic ms: when the last frame was complete; 0: never */
	uint64_t filtered;   /* packets that the filter dropped */
};

/* Where a machine has no access to 64 bits at once, a number may be torn; it is printed so once. */
#if defined(__GCC_ATOMIC_LLONG_LOCK_FREE) && __GCC_ATOMIC_LLONG_LOCK_FREE == 2
#define STATS_LOAD(p)     __atomic_load_n((p), __ATOMIC_RELAXED)
#define STATS_STORE(p, v) __atomic_store_n((p), (v), __ATOMIC_RELAXED)
#else
#define STATS_LOAD(p)     (*(const volatile uint64_t *)(p))
#define STATS_STORE(p, v) (*(volatile uint64_t *)(p) = (v))
#endif

static inline uint64_t stats_get(const uint64_t *number)
{
	return STATS_LOAD(number);
}

static inline void stats_set(uint64_t *number, uint64_t value)
{
	STATS_STORE(number, value);
}

static inline void stats_add(uint64_t *number, uint64_t more)
{
	stats_set(number, *number + more);
}

#define STATS_TEXT_MAX 160

/* "packets=… bytes=… files=…", and " cut=…" and " filtered=…" when there were any. */
const char *stats_format(const struct stats *s, char out[STATS_TEXT_MAX]);

#endif
