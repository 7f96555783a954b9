/* others: how many recordings go on that are no children of this server, in its directories.
 *
 * Children of an earlier server record until their peer leaves. Each holds a lock on its file,
 * which is marked (record/unfinished.h): such files are counted, by a confined process. Only while
 * this server has no children: theirs look the same. Refuses to look at processes. */
#ifndef SERVER_OTHERS_H
#define SERVER_OTHERS_H

#include "server/generation.h"

/* Waits for the count, a second at most; -1: it is not known. */
int others_count(const struct generation *g);

#endif
