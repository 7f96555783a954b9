/* span: see span.h. */
#include "archive/span.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

const char *span_text(int64_t seconds, char out[SPAN_MAX])
{
	static const struct {
		int64_t seconds;
		char letter;
	} unit[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
	size_t i = 0;

	if (seconds < 0)
		seconds = 0;
	while (unit[i].seconds > 1 && seconds < 2 * unit[i].seconds)
		i++;
	snprintf(out, SPAN_MAX, "%" PRId64 "%c", seconds / unit[i].seconds, unit[i].letter);
	return out;
}
