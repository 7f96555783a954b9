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
	if (madvise(p->at, slots * page(), MADV_DONTFORK) == 0)
		return true;
	statpages_free(p);
	return false;
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

bool statpages_lend(const struct statpages *p, size_t slot)
{
	return madvise(statpages_slot(p, slot), page(), MADV_DOFORK) == 0;
}

void statpages_withdraw(const struct statpages *p, size_t slot)
{
	madvise(statpages_slot(p, slot), page(), MADV_DONTFORK);
}
