/* summary: what the index knows of a capture: counts, times, link types, and where it is damaged.
 *
 * Fed with the records of a capture as record/reader gives them. Refuses to read them itself, and
 * to correct what they say: a time is what its sender wrote. Times are nanoseconds since 1970,
 * sizes bytes. */
#ifndef INDEX_SUMMARY_H
#define INDEX_SUMMARY_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/format.h"
#include "index/profile.h"
#include "record/reader.h"

#define SUMMARY_LINK_TYPES 16  /* different ones of one capture that are kept */
#define SUMMARY_WHY_MAX    100 /* of the reason, with its NUL */

/* What the index has a column for. */
struct facts {
	enum format_kind kind;
	uint64_t bytes;   /* of the whole file */
	uint64_t packets; /* damaged ones too */
	uint64_t timed;   /* those that have a time: the two below are valid when there are any */
	int64_t first, last;

	uint16_t link_type[SUMMARY_LINK_TYPES];
	unsigned link_types;

	/* Damage: packets that contradict their block, and the end of what can be walked. */
	uint64_t damaged;
	bool broken;               /* nothing behind `whole` was understood */
	uint64_t whole;            /* bytes up to the end of the last whole record */
	char why[SUMMARY_WHY_MAX]; /* printable; "" when not broken */
};

struct summary {
	struct facts facts;
	struct profile profile;
};

void summary_init(struct summary *s);

/* The next record (READER_RECORD). */
void summary_add(struct summary *s, const struct reader *r, const struct reader_record *k);

/* The walk has ended so, at k, of a file of `size` bytes. */
void summary_end(
    struct summary *s, enum reader_status end, const struct reader_record *k, uint64_t size);

/* Facts that another process sends, which may be hijacked: makes the text printable. False when
 * they contradict each other. */
bool facts_check(struct facts *f);

#endif
