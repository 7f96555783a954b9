/* cmdline: see cmdline.h. */
#include "base/cmdline.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/io.h"

_Noreturn void cmdline_print(const struct cmdline *c, const char *text)
{
	fputs(text, stdout);
	if (io_printed())
		exit(EXITCODE_OK);
	fprintf(stderr, "%s: standard output: %s\n", c->program, strerror(errno));
	exit(EXITCODE_FAILURE);
}

_Noreturn void cmdline_usage(const struct cmdline *c)
{
	fputs(c->usage, stderr);
	exit(c->wrong);
}

_Noreturn void cmdline_wrong(const struct cmdline *c, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", c->program);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "; see %s --help\n", c->program);
	exit(c->wrong);
}

void cmdline_refuse_empty(
    const struct cmdline *c, const struct option *longs, int option, const char *value)
{
	const char *name = option_empty(longs, option, value);

	if (name)
		cmdline_wrong(c, "--%s is empty", name);
}
