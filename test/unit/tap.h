/* tap: the few lines that a unit test needs to speak the Test Anything Protocol.
 *
 * A failing check prints the file, line and both values and goes on. */
#ifndef TAP_H
#define TAP_H

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int tap_count, tap_failed;

__attribute__((format(printf, 4, 5))) static inline bool tap_ok(
    bool ok, const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	tap_count++;
	tap_failed += !ok;
	printf("%s %d - ", ok ? "ok" : "not ok", tap_count);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	if (!ok)
		printf("# failed at %s:%d\n", file, line);
	return ok;
}

static inline int tap_done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed != 0;
}

#define OK(cond, ...) tap_ok((cond), __FILE__, __LINE__, __VA_ARGS__)

#define IS_INT(got, want, ...)                                                                     \
	do {                                                                                       \
		intmax_t tap_got = (intmax_t)(got), tap_want = (intmax_t)(want);                   \
		if (!tap_ok(tap_got == tap_want, __FILE__, __LINE__, __VA_ARGS__))                 \
			printf("# got %" PRIdMAX ", want %" PRIdMAX "\n", tap_got, tap_want);      \
	} while (0)

#define IS_STR(got, want, ...)                                                                     \
	do {                                                                                       \
		const char *tap_got = (got), *tap_want = (want);                                   \
		if (!tap_ok(strcmp(tap_got, tap_want) == 0, __FILE__, __LINE__, __VA_ARGS__))      \
			printf("# got '%s', want '%s'\n", tap_got, tap_want);                      \
	} while (0)

#endif
