/* required: the configuration of a program that has a group of its own in it, which must be there.
 *
 * Read at the start, and again while the program runs. Refuses to use what has an error. */
#ifndef CONFIG_REQUIRED_H
#define CONFIG_REQUIRED_H

#include "base/problem.h"
#include "config/config.h"

enum required_group {
	REQUIRED_ARCHIVE,
	REQUIRED_PUBLISHER
};

/* With every error that it has; NULL when it has one. The caller frees it. */
struct config *required_examine(
    const char *file, enum required_group group, struct problems *problems);

/* The same for a reload: the time zone is read again as well, and the log is told. */
struct config *required_examine_again(const char *file, enum required_group group);

#endif
