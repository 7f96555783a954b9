/* limits: resource limits of a child (setrlimit(2)).
 *
 * Memory is limited to some more than the master had, so that no input makes a child grow without
 * bound. No core files, no processes. No RLIMIT_FSIZE: it would hold for a log that is a regular
 * file, too. */
#ifndef LIMITS_H
#define LIMITS_H

#include <stdbool.h>

/* In the master: how much memory it has, which a child has from birth. */
void limits_measure(void);

/* few_descriptors: this process opens few, and is sent none. False with errno. */
bool limits_enter(bool few_descriptors);

#endif
