/* numbers: see numbers.h. */
#include "read/numbers.h"

#include <stdlib.h>

#include "base/grow.h"

bool numbers_add(struct numbers *n, uint32_t number)
{
	uint32_t *p = grow(n->v, n->n, &n->room, sizeof(*p));

	if (!p)
		return false;
	n->v = p;
	n->v[n->n++] = number;
	return true;
}

void numbers_leave_out(struct numbers *n, uint64_t offset)
{
	if (n->left_out++ == 0)
		n->left_out_at = offset;
}

void numbers_go_behind(struct numbers *n, const struct numbers *before)
{
	n->left_out = before->left_out;
	n->left_out_at = before->left_out_at;
	n->why = before->why;
}

void numbers_free(struct numbers *n)
{
	free(n->v);
	n->v = NULL;
}
