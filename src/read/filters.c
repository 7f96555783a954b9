/* filters: see filters.h. */
#include "read/filters.h"

#include <stdlib.h>

#include "filter/compile.h"

#define LINK_TYPES 65536u

bool filters_init(struct filters *f, const char *expression)
{
	*f = (struct filters){.expression = expression};
	if (expression)
		f->program = calloc(LINK_TYPES, sizeof(struct filter_program *));
	return !expression || f->program;
}

void filters_free(struct filters *f)
{
	for (size_t i = 0; f->program && i < LINK_TYPES; i++)
		if (f->program[i]) {
			filter_free(f->program[i]);
			free(f->program[i]);
		}
	free(f->program);
	*f = (struct filters){0};
}

const struct filter_program *filters_find(const struct filters *f, uint16_t link_type)
{
	return f->program[link_type];
}

struct filter_program *filters_add(struct filters *f, uint16_t link_type)
{
	return f->program[link_type] = calloc(1, sizeof(struct filter_program));
}
