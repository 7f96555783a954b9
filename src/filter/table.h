/* table: the programs of one expression, for every link type for which it has one.
 *
 * One block of memory without a pointer in it: so it is compiled in one process, checked and kept
 * in another, and handed to a third. Equal programs stand in it once. Pure: no memory of its own.
 */
#ifndef FILTER_TABLE_H
#define FILTER_TABLE_H

#include "filter/program.h"

/* Bytes of an expression, with its NUL. */
#define FILTER_TEXT_MAX 65536u

/* Bytes of a table. */
#define FILTER_TABLE_MAX (16u << 20)

/* Link types beyond are unknown to libpcap. */
#define FILTER_LINK_TYPES 512u

struct filter_entry {
	uint16_t link_type; /* as files have it */
	uint16_t big;       /* 1: of a big-endian file, where that makes a difference */
	uint32_t first, n;  /* its steps */
};

/* Behind it lie the entries, in the order of their link types, the steps, and the expression. */
struct filter_table {
	uint32_t size; /* of all of it, in bytes */
	uint32_t entries, steps, text;
	uint64_t number; /* its owner's: of this table alone; 0: none yet */
};

/* Whether len bytes that came from elsewhere are a table, with programs that can be run. */
bool filter_table_check(const void *p, size_t len);

const char *filter_table_text(const struct filter_table *t);

/* The program for packets of a link type, in a file or section of that byte order; NULL: there is
 * none. */
const struct filter_step *filter_table_find(
    const struct filter_table *t, uint16_t link_type, bool big);

/* A table without a program: nothing passes it. */
const struct filter_table *filter_table_none(void);

/* Where the parts begin, of a table whose numbers are right. */
struct filter_entry *filter_table_entries(struct filter_table *t);
struct filter_step *filter_table_steps(struct filter_table *t);

/* Bytes of a table with so many of each. */
static inline size_t filter_table_size(size_t entries, size_t steps, size_t text)
{
	return sizeof(struct filter_table) + entries * sizeof(struct filter_entry) +
	       steps * sizeof(struct filter_step) + text;
}

/* Link types whose packets begin with a number in the byte order of the file: BSD's loopback. */
static inline bool filter_has_order(uint16_t link_type)
{
	return link_type == 0 || link_type == 109; /* NULL, ENC */
}

#endif
