/* send_pace: when a packet is due.
 *
 * At a constant rate, or by the times of the packets. Pure: the time is an argument, in nanoseconds
 * of any steady clock; a due time that has passed is due at once. */
#ifndef SEND_PACE_H
#define SEND_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct send_pace {
	uint64_t rate;  /* packets per second; 0: by time */
	uint64_t count; /* with a rate: packets so far */
	int64_t begun;  /* with a rate: when the first was due */
	bool based;     /* by time: the reference below is set */
	int64_t base_time, base_due;
	int64_t high;     /* latest packet time since the reference */
	int64_t last_due; /* 0: none yet */
};

/* When the next packet is due. timed: it has a time, time_ns; one without is due at once when
 * pacing goes by time. */
int64_t send_pace_due(struct send_pace *p, bool timed, int64_t time_ns, int64_t now);

/* The packets begin anew, so their times say nothing about those before. */
void send_pace_again(struct send_pace *p);

#endif
