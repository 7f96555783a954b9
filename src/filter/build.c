/* build: see build.h. */
#include "filter/build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A program for each byte order at most. */
#define ENTRIES_MAX (2 * FILTER_LINK_TYPES)

struct built {
	struct filter_entry entry[ENTRIES_MAX];
	uint32_t entries, steps;
	struct filter_step *step;
};

/* Where equal steps stand already; else behind the others. False: out of memory. */
static bool add_steps(struct built *b, const struct filter_program *f, uint32_t *first)
{
	struct filter_step *grown;

	for (uint32_t i = 0; i < b->entries; i++) {
		const struct filter_entry *e = &b->entry[i];

		if (e->n == f->n &&
		    memcmp(b->step + e->first, f->step, f->n * sizeof(*f->step)) == 0) {
			*first = e->first;
			return true;
		}
	}
	grown = reallocarray(b->step, b->steps + f->n, sizeof(*grown));
	if (!grown)
		return false;
	b->step = grown;
	memcpy(grown + b->steps, f->step, f->n * sizeof(*f->step));
	*first = b->steps;
	b->steps += (uint32_t)f->n;
	return true;
}

static bool add(struct built *b, const struct filter_program *f, uint16_t link_type, bool big)
{
	struct filter_entry e = {.link_type = link_type, .big = big, .n = (uint32_t)f->n};

	if (!add_steps(b, f, &e.first))
		return false;
	b->entry[b->entries++] = e;
	return true;
}

/* For one link type; it may be that it has no program. False: out of memory. */
static bool compile(struct built *b, const char *expression, uint16_t link_type)
{
	unsigned orders = filter_has_order(link_type) ? 2 : 1;

	for (unsigned big = 0; big < orders; big++) {
		char why[FILTER_WHY_MAX];
		struct filter_program f;
		bool ok = true;

		if (filter_compile(&f, expression, link_type, big, why))
			ok = add(b, &f, link_type, big);
		filter_free(&f);
		if (!ok)
			return false;
	}
	return true;
}

static struct filter_table *finish(const struct built *b, const char *expression)
{
	size_t text = strlen(expression) + 1, size = filter_table_size(b->entries, b->steps, text);
	struct filter_table *t = size <= FILTER_TABLE_MAX ? calloc(1, size) : NULL;

	if (!t)
		return NULL;
	*t = (struct filter_table){.size = (uint32_t)size,
	    .entries = b->entries,
	    .steps = b->steps,
	    .text = (uint32_t)text};
	memcpy(filter_table_entries(t), b->entry, b->entries * sizeof(*b->entry));
	memcpy(filter_table_steps(t), b->step, b->steps * sizeof(*b->step));
	memcpy(filter_table_steps(t) + b->steps, expression, text);
	return t;
}

/* What libpcap says of Ethernet is said of all, if no other has a program. False: no other has. */
static bool ask_ethernet(const char *expression, char why[FILTER_WHY_MAX])
{
	struct filter_program f;
	bool ok = filter_compile(&f, expression, 1, false, why);

	filter_free(&f);
	return ok || !strstr(why, "syntax error");
}

struct filter_table *filter_build(const char *expression, char why[FILTER_WHY_MAX])
{
	struct filter_table *t = NULL;
	struct built *b;
	bool ok = true;

	if (strlen(expression) >= FILTER_TEXT_MAX) {
		snprintf(why, FILTER_WHY_MAX, "it is longer than %u bytes", FILTER_TEXT_MAX - 1);
		return NULL;
	}
	if (!ask_ethernet(expression, why))
		return NULL;
	b = calloc(1, sizeof(*b));
	for (uint16_t i = 0; b && ok && i < FILTER_LINK_TYPES; i++)
		ok = compile(b, expression, i);
	if (b && ok && b->entries > 0)
		t = finish(b, expression);
	if (!t && (!b || !ok || b->entries > 0))
		snprintf(why, FILTER_WHY_MAX, "its programs are too long, or there is no memory");
	if (b)
		free(b->step);
	free(b);
	return t;
}
