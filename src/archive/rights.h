/* rights: whether the user of the archive may do what the configuration wants of it, and has the
 * archive's path for itself.
 *
 * Asked at the start and by -t, as that user. Refuses to change anything. */
#ifndef ARCHIVE_RIGHTS_H
#define ARCHIVE_RIGHTS_H

#include "archive/sources.h"
#include "base/problem.h"
#include "config/config.h"

/* Each directory in which it could not work is an error. */
void rights_check(const struct config *c, const struct sources *s, struct problems *problems);

#endif
