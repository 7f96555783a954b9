/* statpages: one page of counters a slot, shared between the master and the child in the slot. */
#ifndef STATPAGES_H
#define STATPAGES_H

#include <stdbool.h>
#include <stddef.h>

#include "record/stats.h"

#define STATPAGES_SEGMENTS 32

struct statpages {
	struct {
		void *at;
		size_t slots;
	} segment[STATPAGES_SEGMENTS]; /* one more each time the number of slots grows */
	size_t segments;
	size_t slots;
};

/* At least that many slots. Pages that children have stay where they are. */
bool statpages_grow(struct statpages *p, size_t slots);

/* The counters of a slot below p->slots. */
struct stats *statpages_slot(const struct statpages *p, size_t slot);

void statpages_free(struct statpages *p);

/* In a child: unmaps everything but its own page. */
void statpages_keep(const struct statpages *p, size_t slot);

#endif
