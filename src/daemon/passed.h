/* passed: how many sockets the environment says were passed to this process.
 *
 * The protocol of sd_listen_fds(3): LISTEN_FDS descriptors from 3 up, for the process LISTEN_PID,
 * with the names LISTEN_FDNAMES. Stricter than that function: what is not as a service manager
 * writes it is an error, not silence. Pure: the variables are arguments; whether the descriptors
 * are open, and what they are, adopt looks at. */
#ifndef DAEMON_PASSED_H
#define DAEMON_PASSED_H

#include <stdint.h>

#define PASSED_FIRST      3  /* SD_LISTEN_FDS_START */
#define PASSED_MAX        64 /* descriptors */
#define PASSED_REASON_MAX 120

/* NULL: the variable is not set. */
struct passed_environment {
	const char *pid, *fds, *names;
};

/* The number of descriptors; 0 when none were passed, or to another process than `self`; -1 with
 * the reason when the variables are wrong. */
int passed_count(const struct passed_environment *e, uint64_t self, char reason[PASSED_REASON_MAX]);

#endif
