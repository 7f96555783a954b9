/* send_pace: see pace.h. */
#include "send/pace.h"

#define SECOND INT64_C(1000000000)

/* a - b, or the nearest there is to it. */
static int64_t difference(int64_t a, int64_t b)
{
	int64_t d;

	if (__builtin_sub_overflow(a, b, &d))
		return a < b ? INT64_MIN : INT64_MAX;
	return d;
}

/* By the packets' times. A packet somewhat earlier than one before it is due at once. A clock that
 * was set back, or a new pass, must not make all that follows due at once: a new reference. */
static int64_t due_by_time(struct send_pace *p, int64_t time_ns, int64_t now)
{
	if (!p->based || difference(p->high, time_ns) > SECOND) {
		p->based = true;
		p->base_due = p->last_due > 0 ? p->last_due : now;
		p->base_time = p->high = time_ns;
	}
	if (time_ns > p->high)
		p->high = time_ns;
	if (__builtin_add_overflow(p->base_due, difference(time_ns, p->base_time), &p->last_due))
		p->last_due = INT64_MAX;
	return p->last_due;
}

/* Counted from the first packet, so that no error adds up. */
static int64_t due_by_rate(struct send_pace *p, int64_t now)
{
	uint64_t k = p->count++;

	if (k == 0)
		p->begun = now;
	return p->begun + (int64_t)(k / p->rate) * SECOND +
	       (int64_t)(k % p->rate * (uint64_t)SECOND / p->rate);
}

int64_t send_pace_due(struct send_pace *p, bool timed, int64_t time_ns, int64_t now)
{
	if (p->rate > 0)
		return due_by_rate(p, now);
	return timed ? due_by_time(p, time_ns, now) : 0;
}

void send_pace_again(struct send_pace *p)
{
	p->based = false;
}
