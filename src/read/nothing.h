/* nothing: says on standard error that nothing was found, and what there is instead.
 *
 * An empty file, or no line at all, would leave open whether a client was silent or the time was
 * mistyped. Looks at all captures of the clients once more, so that it can tell from when to when
 * they reach. No error: the exit status stays. */
#ifndef READ_NOTHING_H
#define READ_NOTHING_H

#include "base/when.h"
#include "config/config.h"
#include "read/tell.h"
#include "view/pattern.h"

/* what: "packet", "capture"; with what else it was to be, or "". */
void nothing_tell(const char *what, const char *more, const struct config *config,
    struct patterns *patterns, const struct when_zone *zone, struct tell *tell);

#endif
