/* pair: a base-path and a completed-path: whether captures can be published from the one into the
 * other, and how.
 *
 * server/trial tries it; what is wrong becomes a problem of the setting completed-path. Refuses to
 * open directories. */
#ifndef SERVER_PAIR_H
#define SERVER_PAIR_H

#include "base/problem.h"
#include "server/directories.h"

/* Both are open and two. with_file: tries the move with a file of its own; otherwise nothing is
 * created. Returns place.may_link (places.h). */
bool pair_check(const struct directory *base, const struct directory *done, bool with_file,
    struct origin o, struct problems *problems);

#endif
