/* output: the file that packets are written to.
 *
 * Refuses whatever lies in a directory of captures (recorded, completed, archived, and the index),
 * a capture that is read, a file that has a second name, since that may be in the archive, and what
 * is no regular file. */
#ifndef READ_OUTPUT_H
#define READ_OUTPUT_H

#include "read/catalog.h"

/* A new file, or an old one without its content. -1: it was told why not. */
int output_open(const char *path, const struct catalog *c, struct tell *tell);

/* False when not all has arrived, which was told. */
bool output_close(int fd, const char *path, struct tell *tell);

#endif
