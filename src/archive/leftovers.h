/* leftovers: captures that are archived, and could not be removed from where they arrived.
 *
 * So that they are neither packed nor named again in every round. Known by what no other file, and
 * not this one after a change, has: its number, its size and the time of its last change. In memory
 * only: after a restart each is packed once more, and recognised. Refuses to remove them. */
#ifndef ARCHIVE_LEFTOVERS_H
#define ARCHIVE_LEFTOVERS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#define LEFTOVERS_MAX 100000u /* more are packed again and again */

/* Begins as {0}. */
struct leftovers {
	struct leftover *v; /* in the order of their numbers */
	size_t n, room;
};

void leftovers_add(struct leftovers *l, const struct stat *st);
bool leftovers_has(const struct leftovers *l, const struct stat *st);
void leftovers_drop(struct leftovers *l, const struct stat *st);
void leftovers_free(struct leftovers *l);

#endif
