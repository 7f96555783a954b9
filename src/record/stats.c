/* stats: see stats.h. */
#include "record/stats.h"

#include <inttypes.h>
#include <stdio.h>

const char *stats_format(const struct stats *s, char out[STATS_TEXT_MAX])
{
	int n =
	    snprintf(out, STATS_TEXT_MAX, "packets=%" PRIu64 " bytes=%" PRIu64 " files=%" PRIu64,
		stats_get(&s->packets), stats_get(&s->bytes), stats_get(&s->files));
	uint64_t cut = stats_get(&s->cut), filtered = stats_get(&s->filtered);

	if (cut > 0)
		n += snprintf(out + n, STATS_TEXT_MAX - (size_t)n, " cut=%" PRIu64, cut);
	if (filtered > 0)
		snprintf(out + n, STATS_TEXT_MAX - (size_t)n, " filtered=%" PRIu64, filtered);
	return out;
}
