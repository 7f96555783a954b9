/* whose: which client of the current configuration a child is of. */
#ifndef SERVER_WHOSE_H
#define SERVER_WHOSE_H

#include <stddef.h>
#include <stdint.h>

#include "server/children.h"
#include "server/generation.h"

#define WHOSE_NONE SIZE_MAX

/* Its number among the clients of `g`, or WHOSE_NONE: not known yet, or not listed any more. */
size_t whose(const struct generation *g, const struct child *k);

#endif
