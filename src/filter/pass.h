/* pass: hands a table to a process that runs already, in a file without a name.
 *
 * The file is sent over a socket; who takes it has a copy of its own, checked. */
#ifndef FILTER_PASS_H
#define FILTER_PASS_H

#include "filter/table.h"

/* A file with the table in it, to be sent. -1 with errno. */
int filter_pass(const struct filter_table *t);

/* From such a file, once. Allocated; NULL with errno: there is no memory, or it is no table. */
struct filter_table *filter_take(int file);

#endif
