/* send_retry: see retry.h. */
#include "send/retry.h"

#define SECOND INT64_C(1000000000)

unsigned send_retry_pause(struct send_retry *r, int64_t lasted)
{
	unsigned pause = 1;

	if (lasted < 0)
		return SEND_RETRY_S;
	if (lasted >= SEND_RETRY_LONG_S * SECOND)
		r->ended = 0;
	r->ended++;
	for (unsigned i = 1; i < r->ended && pause < SEND_RETRY_MAX_S; i++)
		pause *= 2;
	return pause < SEND_RETRY_MAX_S ? pause : SEND_RETRY_MAX_S;
}
