/* stats: see stats.h. */
#include "record/stats.h"

#include <inttypes.h>
#include <stdio.h>

const char *stats_format(const struct stats *s, char out[STATS_TEXT_MAX])
{
	snprintf(out, STATS_TEXT_MAX, "packets=%" PRIu64 " bytes=%" PRIu64 " files=%" PRIu64,
	    s->packets, s->bytes, s->files);
	return out;
}
