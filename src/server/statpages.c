/* statpages: see statpages.h. */
#include "server/statpages.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/pages.h"

static size_t page(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

bool statpages_reserve(struct statpages *p, size_t slots)
{
	p->at = pages_new_shared(slots * page());
	if (!p->at)
		return false;
	p->slots = slots;
	return true;
}

void statpages_free(struct statpages *p)
{
	pages_free_shared(p->at, statpages_size(p));
	*p = (struct statpages){0};
}

size_t statpages_size(const struct statpages *p)
{
	return p->slots * page();
}

struct stats *statpages_slot(const struct statpages *p, size_t slot)
{
	return (struct stats *)(void *)((uint8_t *)p->at + slot * page());
}

void statpages_keep(const struct statpages *p, size_t slot)
{
	uint8_t *first = p->at, *own = (uint8_t *)statpages_slot(p, slot);
	uint8_t *end = first + statpages_size(p);

	if (own > first)
		munmap(first, (size_t)(own - first));
	if (own + page() < end)
		munmap(own + page(), (size_t)(end - (own + page())));
}
