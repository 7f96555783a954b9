/* rates: see rates.h. */
#include "watch/rates.h"

double rates_second(uint64_t n, uint64_t before, int64_t ms)
{
	return ms > 0 && n > before ? (double)(n - before) * 1000 / (double)ms : 0;
}

struct rates_sample rates_sample(const struct status_server *h, int64_t clock)
{
	unsigned later = h->sampled_ms[1] > h->sampled_ms[0];
	int64_t at = h->sampled_ms[later];

	if (at > clock - STATUS_SAMPLE_MS)
		at = h->sampled_ms[later = !later];
	/* of a time that has not come yet it is not believed */
	return (struct rates_sample){.which = later, .ms = at > 0 && at <= clock ? clock - at : 0};
}
