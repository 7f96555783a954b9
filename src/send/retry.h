/* send_retry: how long to wait before the next connection.
 *
 * A server that cannot be reached is tried at a steady pace, as the real client does. One that ends
 * connections soon after they were made may refuse what is sent, and always will: the pauses grow.
 * Pure; times are nanoseconds. */
#ifndef SEND_RETRY_H
#define SEND_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#define SEND_RETRY_S      2  /* while the server cannot be reached */
#define SEND_RETRY_MAX_S  60 /* the longest pause after an ended connection; the first is 1 */
#define SEND_RETRY_LONG_S 60 /* what lasted so long was not ended at once */
#define SEND_RETRY_MANY   3  /* ended at once in a row: that many are no accident */

struct send_retry {
	unsigned ended; /* connections in a row that were ended at once, the last one included */
};

/* The pause, in seconds, after a connection that lasted so long; below 0: none was made. */
unsigned send_retry_pause(struct send_retry *r, int64_t lasted);

static inline bool send_retry_many(const struct send_retry *r)
{
	return r->ended >= SEND_RETRY_MANY;
}

#endif
