/* numbers: which numbers the interfaces of a capture have in what is written, and the packets of
 * those that have none.
 *
 * Refuses to decide which have none: the sink does. */
#ifndef READ_NUMBERS_H
#define READ_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Instead of a number. */
#define NUMBERS_LEFT_OUT UINT32_MAX

struct numbers {     /* all zero at the beginning */
	uint32_t *v; /* in the order of the capture's interfaces */
	size_t n, room;
	const char *why;      /* the last of those without a number has none; borrowed */
	uint32_t left_out;    /* packets of such interfaces, */
	uint64_t left_out_at; /* and where the first of them is */
};

/* The next interface. False: there is no memory. */
bool numbers_add(struct numbers *n, uint32_t number);

/* A packet of an interface without a number. */
void numbers_leave_out(struct numbers *n, uint64_t offset);

/* n is of the part of a capture behind one that has ended: its packets are counted with those. */
void numbers_go_behind(struct numbers *n, const struct numbers *before);

void numbers_free(struct numbers *n);

#endif
