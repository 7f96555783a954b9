/* errout: see errout.h. */
#include "server/errout.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/io.h"
#include "server/events.h"

static enum errout where = ERROUT_STDERR;

void errout_set(enum errout w)
{
	where = w;
}

enum errout errout_get(void)
{
	return where;
}

void errout_error(const char *reason)
{
	if (where == ERROUT_LOG)
		event_error(reason);
	else if (where == ERROUT_STDERR)
		fprintf(stderr, "error: %s\n", reason);
}

_Noreturn void errout_die(const char *reason)
{
	errout_error(reason);
	exit(EXITCODE_FAILURE);
}

int errout_problems(struct problems *p)
{
	int code = p->errors ? EXITCODE_CONFIG : EXITCODE_OK;

	if (where == ERROUT_LOG)
		problems_log(p);
	else if (where == ERROUT_STDERR)
		problems_print(p, stderr);
	problems_free(p);
	return code;
}

int errout_printed(void)
{
	char reason[100];

	if (io_printed())
		return EXITCODE_OK;
	snprintf(reason, sizeof(reason), "standard output: %s", strerror(errno));
	errout_error(reason);
	return EXITCODE_FAILURE;
}
