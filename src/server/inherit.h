/* inherit: what the row of a client gets from what earlier masters have counted for it.
 *
 * Refuses to believe a time that is still to come, to find the row, and to say when its readers may
 * look (status_write_begin): heirs does. */
#ifndef SERVER_INHERIT_H
#define SERVER_INHERIT_H

#include <stdint.h>

#include "status/layout.h"

/* The time, if it is one that has passed; else 0. */
int64_t inherit_past(int64_t ms, int64_t now);

/* The totals, and what else is known, of the row that the client had with an earlier master. */
void inherit_client(struct status_client *is, const struct status_client *was, int64_t now);

/* What a recording has counted that an earlier master began. end: about when it has ended; 0:
 * nobody knows. */
void inherit_recording(struct status_client *is, const struct status_page *page, int64_t end);

#endif
