/* problem: a list of errors and warnings, each with file and line, reported together.
 *
 * Refuses to decide what follows from them: whoever collects them looks at `errors`. */
#ifndef BASE_PROBLEM_H
#define BASE_PROBLEM_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/region.h"

struct problem {
	bool warning;
	const char *file; /* "" when it belongs to no file */
	unsigned line;    /* 0: none */
	const char *text; /* one line, without a full stop */
};

/* Begins as {0}. */
struct problems {
	struct region *region; /* where they lie; NULL before the first one */
	struct problem *list;
	size_t n;
	size_t errors; /* of all that were added, warnings not counted: also of those for which
			  there was no memory */
};

/* Copies its arguments; file may be NULL. */
__attribute__((format(printf, 4, 5))) void problem_error(
    struct problems *p, const char *file, unsigned line, const char *fmt, ...);
__attribute__((format(printf, 4, 5))) void problem_warning(
    struct problems *p, const char *file, unsigned line, const char *fmt, ...);

/* Afterwards it is {0} again. */
void problems_free(struct problems *p);

/* A line each: "FILE:LINE: error: TEXT" */
void problems_print(const struct problems *p, FILE *out);

/* Prints and frees them; true when none is an error. */
bool problems_tell(struct problems *p, FILE *out);

/* As log events: error|warning file=… line=… reason=… */
void problems_log(const struct problems *p);

#endif
