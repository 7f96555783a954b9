/* ownname: the names beneath the archive's path that the archive keeps for itself.
 *
 * No directory of captures may be called so. Pure; refuses to know what is on the disk. */
#ifndef BASE_OWNNAME_H
#define BASE_OWNNAME_H

#include <stdbool.h>

#define OWNNAME_WORK  ".work"        /* where new files are written */
#define OWNNAME_LOCK  ".lock"        /* keeps a second archive out */
#define OWNNAME_INDEX "index.sqlite" /* and what SQLite puts beside it, whose names begin so */

/* Whether the first part of a path, relative to the archive's, is such a name. */
bool ownname_begins(const char *path);

#endif
