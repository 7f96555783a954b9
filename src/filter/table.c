/* table: see table.h. */
#include "filter/table.h"

#include <string.h>

/* The parts follow each other without a gap, each as its type wants it. */
_Static_assert(sizeof(struct filter_table) % 8 == 0 && sizeof(struct filter_entry) % 4 == 0 &&
		   sizeof(struct filter_step) % 4 == 0,
    "parts are aligned");

static const struct filter_entry *entries(const struct filter_table *t)
{
	return (const struct filter_entry *)(const void *)(t + 1);
}

static const struct filter_step *steps(const struct filter_table *t)
{
	return (const struct filter_step *)(const void *)(entries(t) + t->entries);
}

struct filter_entry *filter_table_entries(struct filter_table *t)
{
	return (struct filter_entry *)(void *)(t + 1);
}

struct filter_step *filter_table_steps(struct filter_table *t)
{
	return (struct filter_step *)(void *)(filter_table_entries(t) + t->entries);
}

const char *filter_table_text(const struct filter_table *t)
{
	return (const char *)(steps(t) + t->steps);
}

static int compare(const struct filter_entry *a, uint16_t link_type, uint16_t big)
{
	if (a->link_type != link_type)
		return a->link_type < link_type ? -1 : 1;
	return (a->big > big) - (a->big < big);
}

static bool entry_check(const struct filter_table *t, const struct filter_entry *e)
{
	if (e->big > filter_has_order(e->link_type) || e->link_type >= FILTER_LINK_TYPES ||
	    e->n == 0 || e->n > t->steps || e->first > t->steps - e->n)
		return false;
	return filter_is_sound(steps(t) + e->first, e->n);
}

bool filter_table_check(const void *p, size_t len)
{
	const struct filter_table *t = p;
	const char *text;

	if (len < sizeof(*t) || len > FILTER_TABLE_MAX || t->size != len ||
	    t->entries > 2 * FILTER_LINK_TYPES || t->steps > len / sizeof(struct filter_step) ||
	    t->text == 0 || t->text > FILTER_TEXT_MAX ||
	    filter_table_size(t->entries, t->steps, t->text) != len)
		return false;
	text = filter_table_text(t);
	if (memchr(text, '\0', t->text) != text + t->text - 1)
		return false;
	for (uint32_t i = 0; i < t->entries; i++) {
		const struct filter_entry *e = &entries(t)[i];

		if (!entry_check(t, e) || (i > 0 && compare(e - 1, e->link_type, e->big) >= 0))
			return false;
	}
	return true;
}

static const struct filter_entry *find(
    const struct filter_table *t, uint16_t link_type, uint16_t big)
{
	uint32_t from = 0, to = t->entries;

	while (from < to) {
		uint32_t at = from + (to - from) / 2;
		int order = compare(&entries(t)[at], link_type, big);

		if (order == 0)
			return &entries(t)[at];
		if (order < 0)
			from = at + 1;
		else
			to = at;
	}
	return NULL;
}

const struct filter_step *filter_table_find(
    const struct filter_table *t, uint16_t link_type, bool big)
{
	const struct filter_entry *e = find(t, link_type, big && filter_has_order(link_type));

	return e ? steps(t) + e->first : NULL;
}

const struct filter_table *filter_table_none(void)
{
	static const struct {
		struct filter_table table;
		char text[sizeof(struct filter_table)];
	} none = {{.size = sizeof(struct filter_table) + 1, .text = 1}, ""};

	return &none.table;
}
