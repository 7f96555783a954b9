/* span: a length of time, for people. Pure. */
#ifndef ARCHIVE_SPAN_H
#define ARCHIVE_SPAN_H

#include <stdint.h>

#define SPAN_MAX 24 /* characters, with the NUL */

/* "90s", "36h": in the largest unit of which it has two, so that it is never far off. Less than
 * nothing is nothing: a clock was set back. */
const char *span_text(int64_t seconds, char out[SPAN_MAX]);

#endif
