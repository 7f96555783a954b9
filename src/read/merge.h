/* merge: packets of many captures in the order of their times.
 *
 * A process for each capture that has packets of the moment, and for as many of the next as there
 * are processors; packets of one capture keep their order, also where their times go back. Memory
 * follows from how many captures overlap, not from how many there are. Refuses to choose captures,
 * and to begin and end what is written. */
#ifndef READ_MERGE_H
#define READ_MERGE_H

#include <stdbool.h>

#include "read/source.h"

/* All of the world's catalog, which is in the order of time. paused() gets, for keeps, each
 * recording that is to be followed and has nothing more at the moment, and gives false without
 * memory; NULL: none is followed. */
enum sink_status merge(
    struct source_world *w, bool (*paused)(void *of, struct source *s), void *of);

#endif
