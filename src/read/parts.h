/* parts: a large archived capture as consecutive parts, each a stream of its own, so that several
 * processes decompress and filter it at the same time.
 *
 * The packets come in the order of the capture: a part is read when the one before it has been read
 * to its end; those behind it work into their pipes, and wait where these are full. So memory is
 * bounded by their number. What the processes tell together is bounded as if they were one. Refuses
 * to choose how many of them may work. */
#ifndef READ_PARTS_H
#define READ_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "read/stream.h"

#define PARTS_AHEAD_MAX 15u

struct parts; /* opaque */

/* NULL: it is to be read as a whole, by one process. model: as it is before stream_open(); what it
 * names is borrowed; so are the task's filters. The rest is copied. */
struct parts *parts_new(const struct stream *model, int file, const struct extract_task *task);
void parts_free(struct parts *p);

/* The first of them becomes *s. False with errno. */
bool parts_open(struct parts *p, struct stream *s);

/* So many behind the current one work, or as many as there are. */
void parts_work_ahead(struct parts *p, unsigned most);

/* *s has come to its end: it becomes the next one. False: there is none, or *s has failed, or no
 * process can be started, which is told; *s is as it was. */
bool parts_next(struct parts *p, struct stream *s);

#endif
