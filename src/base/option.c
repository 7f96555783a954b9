/* option: see option.h. */
#include "base/option.h"

#include <stddef.h>

const char *option_empty(const struct option *longs, int option, const char *value)
{
	if (!value || *value)
		return NULL;
	while (longs->name && longs->val != option)
		longs++;
	return longs->name;
}
