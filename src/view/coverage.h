/* coverage: when there were packets of each client, and when not, in equal steps of time.
 *
 * Added up from profiles of captures: where a step
 * of a profile lies in several of these, its packets are spread evenly, and none of them is a gap.
 * Refuses to draw. Times are
 * nanoseconds since 1970. */
#ifndef VIEW_COVERAGE_H
#define VIEW_COVERAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "index/profile.h"

struct coverage_step {
	uint64_t packets, bytes; /* captured bytes, without record headers */
	bool some;               /* there are packets in it, or may be: it is no gap */
	bool uncounted;          /* of captures, too, of which only the times are known */
	int64_t first, last;     /* then: those that may be are not outside of these times */
};

/* A client, or one host of a network. */
struct coverage_row {
	char *client, *address;
	uint64_t packets, bytes; /* all steps */
	size_t covered;          /* steps with some */
	bool uncounted;          /* in any step */
	bool silent;             /* it has no capture: its steps are those of all that have none */
	struct coverage_step *step;
};

struct coverage {
	int64_t begin, end; /* end > begin */
	size_t steps;
	struct coverage_row *row; /* by client, then address */
	size_t n, room;
	uint64_t busiest;              /* packets of the step that has most */
	struct coverage_step *silence; /* steps of all rows without packets */
};

/* From begin to end, both included, in so many steps, or one where these are one moment; without
 * rows. */
void coverage_begin(struct coverage *v, int64_t begin, int64_t end, size_t steps);

/* Adds the packets of a capture of that client, which are from first to last. p: NULL where none of
 * them has a time; there is a row all the same. False: no memory. */
bool coverage_add(struct coverage *v, const char *client, const char *address,
    const struct profile *p, int64_t first, int64_t last);

/* Adds a capture of which nothing is known but that it was recorded from first to last. False: no
 * memory. */
bool coverage_add_uncounted(
    struct coverage *v, const char *client, const char *address, int64_t first, int64_t last);

/* Adds a row without packets, unless there is one with a capture. Each client or host once, when
 * all captures are added: none is looked for. False: no memory. */
bool coverage_add_silent(struct coverage *v, const char *client, const char *address);

/* Whether there is a row of this client, or of one of its hosts. */
bool coverage_has(const struct coverage *v, const char *client);

/* When all is added: sums, and rows in their order. */
void coverage_end(struct coverage *v);
void coverage_free(struct coverage *v);

/* When step i begins; i may be `steps`. */
int64_t coverage_time(const struct coverage *v, size_t i);

/* Nanoseconds from begin to end: more than an int64_t may have. */
uint64_t coverage_span(const struct coverage *v);

/* Where behind the steps those end that are like step i: with packets, or without. */
size_t coverage_run(const struct coverage *v, const struct coverage_row *r, size_t i);

/* How much of the busiest step this is, from 0 to 1, so that half of it is still plain to see: by
 * logarithm. 0 only where there is no packet. */
double coverage_intensity(const struct coverage *v, uint64_t packets);

#endif
