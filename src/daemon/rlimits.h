/* rlimits: resource limits of a child (setrlimit(2)).
 *
 * Memory is limited to some more than the master had, so that no input makes a child grow without
 * bound. No core files, no processes. No RLIMIT_FSIZE: it would hold for a log that is a regular
 * file, too. CPU time is limited for a while only.
 * Refuses to raise another limit. The limits on connections are
 * server/connection_limits. */
#ifndef DAEMON_RLIMITS_H
#define DAEMON_RLIMITS_H

#include <stdbool.h>
#include <stddef.h>

/* In the master: how much memory it has, which a child has from birth; without
 * `private` bytes, and in a process that unmaps them without `unmapped` bytes besides. */
void limits_measure(size_t private, size_t unmapped);

/* The same once more, with the same arguments: before a process is forked that has much more. */
void limits_measure_again(void);

/* Of a process. */
struct limits {
	bool few_descriptors; /* it opens few, and is sent one at a time */
	bool threads;         /* it starts some, which count as processes of its user */
	bool unmaps;          /* it has unmapped the `unmapped` bytes */
	size_t more;          /* bytes that it may use beyond what others may */
};

/* False with errno. */
bool limits_enter(const struct limits *l);

/* From now on the process is killed (SIGXCPU) after so many seconds of CPU time, until
 * limits_cpu_off() with what it gave as *before. False with errno. */
bool limits_cpu(unsigned seconds, unsigned long *before);
bool limits_cpu_off(unsigned long before);

#endif
