/* prepare: from a checked configuration to what the master runs with: the user, the sandbox, the
 * generation.
 *
 * Everything that is wrong is added to the problems, with its file; nothing is printed here. */
#ifndef SERVER_PREPARE_H
#define SERVER_PREPARE_H

#include "base/problem.h"
#include "config/config.h"
#include "server/generation.h"

/* From root to the configured user, irrevocably; nothing when the process is not root. */
void prepare_user(const struct config *c, struct problems *p);

/* Whether the status area can be where it shall be: a start finds that out when it makes it. */
void prepare_look_at_area(const struct config *c, struct problems *p);

/* Opens the generation and tries a child, after prepare_user(): as the user that will read and
 * write there later, and read the configuration again at a reload. Takes the configuration over,
 * also on failure. NULL when there was an error. */
struct generation *prepare_generation(
    struct config *c, enum generation_check check, struct problems *p);

#endif
