/* pidfile: the daemon's process number in a file, locked as long as it lives.
 *
 * Refuses to wait for the lock, to follow a symbolic link, and to overwrite what is no pid file. */
#ifndef DAEMON_PIDFILE_H
#define DAEMON_PIDFILE_H

#include <stdbool.h>

struct pidfile {
	int fd;     /* -1: none */
	char *path; /* a copy: it outlives the configuration */
};

/* Creates, locks and writes it; path NULL: does nothing. Says on standard error why it failed. */
bool pidfile_open(struct pidfile *p, const char *path);

/* Removes it; where the directory does not allow that any more, empties it. */
void pidfile_remove(struct pidfile *p);

#endif
