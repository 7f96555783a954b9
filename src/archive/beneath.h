/* beneath: the way down from the archive's path to the directory of a file.
 *
 * One directory after another, and no link is followed: none leads out of the archive. Refuses to
 * open and to make files. */
#ifndef ARCHIVE_BENEATH_H
#define ARCHIVE_BENEATH_H

#include <stdbool.h>

/* The directory of a file; create: with all above it. -1 with errno. */
int beneath_directory(int top, const char *path, bool create);

/* The last part of a path. */
const char *beneath_name(const char *path);

/* Whether the file is not there, and its directory is. */
bool beneath_lacks(int dir, const char *path);

#endif
