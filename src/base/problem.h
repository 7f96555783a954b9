/* problem: a list of errors and warnings, each with file and line, reported together. */
#ifndef PROBLEM_H
#define PROBLEM_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct problem {
	bool warning;
	char *file;    /* "" when it belongs to no file */
	unsigned line; /* 0: none */
	char *text;    /* one line, without a full stop */
};

struct problems {
	struct problem *list;
	size_t n;
	size_t errors; /* of them, not warnings */
};

/* Copies its arguments; file may be NULL. */
__attribute__((format(printf, 4, 5))) void problem_error(
    struct problems *p, const char *file, unsigned line, const char *fmt, ...);
__attribute__((format(printf, 4, 5))) void problem_warning(
    struct problems *p, const char *file, unsigned line, const char *fmt, ...);
void problems_free(struct problems *p);

/* A line each: "FILE:LINE: error: TEXT" */
void problems_print(const struct problems *p, FILE *out);

/* As log events: config level=… file=… line=… reason=… */
void problems_log(const struct problems *p);

#endif
