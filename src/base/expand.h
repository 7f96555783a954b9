/* expand: letters behind percent signs in a setting, replaced.
 *
 * Pure; refuses to know whether a directory is there. */
#ifndef BASE_EXPAND_H
#define BASE_EXPAND_H

#include <stdbool.h>
#include <stddef.h>

#define EXPAND_STAMP 15 /* YYYYMMDD_HHMMSS */

/* "directories": %c becomes the client, %Y %m %d %H come from `stamp`, the end of a capture's name
 * without number and suffix; "%%" is a percent sign. False when it does not fit. */
bool expand_directories(
    const char *pattern, const char *client, const char *stamp, char *out, size_t size);

/* NULL, or what is wrong with a pattern: other letters, an absolute path, an empty part, "." or
 * "..". */
const char *expand_check(const char *pattern);

#endif
