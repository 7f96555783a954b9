/* budgets: see budgets.h. */
#include "base/budgets.h"

#include "base/pages.h"

struct budget {
	uint32_t window; /* the one that `used` is of */
	uint32_t used;
	uint32_t refused; /* and not told yet */
	uint32_t next;    /* who was refused before: his number + 1, or 0 */
};

struct budgets {
	size_t size; /* of all this, in bytes */
	int64_t window_ms, start_ms;
	uint32_t window; /* its number, from 1: that of the untouched is 0 */
	uint32_t last;   /* who was refused last: his number + 1, or 0 */
	struct budget of[];
};

struct budgets *budgets_new(size_t n, int64_t window_ms)
{
	size_t size = sizeof(struct budgets) + n * sizeof(struct budget);
	struct budgets *b = pages_new(size);

	if (!b)
		return NULL;
	pages_not_for_children(b, size);
	b->size = size;
	b->window_ms = window_ms;
	b->window = 1;
	return b;
}

void budgets_free(struct budgets *b)
{
	if (b)
		pages_free(b, b->size);
}

static bool over(const struct budgets *b, int64_t now_ms)
{
	return now_ms - b->start_ms >= b->window_ms;
}

bool budgets_take(struct budgets *b, size_t who, unsigned burst, int64_t now_ms)
{
	struct budget *k = &b->of[who];

	if (b->last == 0 && over(b, now_ms)) {
		b->start_ms = now_ms;
		b->window++;
	}
	if (k->window != b->window) {
		k->window = b->window;
		k->used = 0;
	}
	if (k->used < burst) {
		k->used++;
		return true;
	}
	if (k->refused++ == 0) {
		k->next = b->last;
		b->last = (uint32_t)who + 1;
	}
	return false;
}

bool budgets_summary(struct budgets *b, int64_t now_ms, size_t *who, uint64_t *refused)
{
	struct budget *k;

	if (b->last == 0 || !over(b, now_ms))
		return false;
	*who = b->last - 1;
	k = &b->of[*who];
	*refused = k->refused;
	k->refused = 0;
	b->last = k->next;
	return true;
}

int64_t budgets_wait(const struct budgets *b, int64_t now_ms)
{
	int64_t end = b->start_ms + b->window_ms;

	if (b->last == 0)
		return -1;
	return end > now_ms ? end - now_ms : 0;
}
