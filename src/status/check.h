/* check: whether the head of a status area can be believed, as far as its own numbers go.
 *
 * For all that read one, and for a server that takes over what an earlier one has left. Refuses to
 * look at owner, mode and lock of the file: its caller has opened it. Pure. */
#ifndef STATUS_CHECK_H
#define STATUS_CHECK_H

#include <stdint.h>

#include "status/layout.h"

/* `head` is a copy of the first bytes, `size` the length of the file. NULL, or what is wrong with
 * it. Where it is right every part lies within the file, sizes are at least those of the first
 * version, and `top` and `clients` are no more than the parts hold. */
const char *status_check(const struct status_server *head, uint64_t size);

/* A structure of ours, from one of `size` bytes: what it has not is 0. In place where both are the
 * same. */
void status_take(void *to, size_t room, const void *from, size_t size);

/* Words for logs, metrics and JSON; "unknown" for any other number. */
const char *status_refused_word(uint32_t refused);
const char *status_end_word(uint32_t end);
const char *status_state_word(uint32_t state);

#endif
