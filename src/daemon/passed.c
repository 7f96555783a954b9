/* passed: see passed.h. */
#include "daemon/passed.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/parse.h"

#define PID_LIMIT  4194304 /* PID_MAX_LIMIT of the kernel */
#define NAME_LIMIT 255     /* of one name, systemd.socket(5) */

static int wrong(char reason[PASSED_REASON_MAX], const char *text)
{
	snprintf(reason, PASSED_REASON_MAX, "%s", text);
	return -1;
}

/* How many names there are, separated by colons; 0 when one of them is none. */
static uint64_t count_names(const char *s)
{
	uint64_t n = 1;
	size_t len = 0;

	for (; *s; s++) {
		if (*s == ':') {
			n++;
			len = 0;
		} else if (*s < ' ' || *s >= 0x7f || ++len > NAME_LIMIT) {
			return 0;
		}
	}
	return n;
}

int passed_count(const struct passed_environment *e, uint64_t self, char reason[PASSED_REASON_MAX])
{
	uint64_t pid, fds, names;

	if (!e->pid && !e->fds)
		return 0;
	if (!e->pid)
		return wrong(reason, "LISTEN_FDS is set, and LISTEN_PID is not");
	if (!parse_number(e->pid, 1, PID_LIMIT, &pid))
		return wrong(reason, "LISTEN_PID: not a process number");
	if (pid != self)
		return 0;
	if (!e->fds)
		return wrong(reason, "LISTEN_PID is set, and LISTEN_FDS is not");
	if (!parse_number(e->fds, 1, PASSED_MAX, &fds)) {
		snprintf(
		    reason, PASSED_REASON_MAX, "LISTEN_FDS: not a number from 1 to %d", PASSED_MAX);
		return -1;
	}
	if (!e->names)
		return (int)fds;
	names = count_names(e->names);
	if (names == 0)
		return wrong(reason, "LISTEN_FDNAMES: not a list of names");
	if (names != fds) {
		snprintf(reason, PASSED_REASON_MAX, "LISTEN_FDNAMES: %u names for %u descriptors",
		    (unsigned)names, (unsigned)fds);
		return -1;
	}
	return (int)fds;
}
