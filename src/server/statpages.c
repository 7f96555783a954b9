/* statpages: see statpages.h. */
#include "server/statpages.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t page(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

bool statpages_grow(struct statpages *p, size_t slots)
{
	size_t more;
	void *at;

	if (slots <= p->slots)
		return true;
	if (slots < 2 * p->slots)
		slots = 2 * p->slots; /* so that a few segments are enough for ever */
	more = slots - p->slots;
	if (p->segments == STATPAGES_SEGMENTS)
		return false;
	at = mmap(NULL, more * page(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED)
		return false;
	p->segment[p->segments].at = at;
	p->segment[p->segments++].slots = more;
	p->slots = slots;
	return true;
}

struct stats *statpages_slot(const struct statpages *p, size_t slot)
{
	for (size_t i = 0; i < p->segments; i++) {
		if (slot < p->segment[i].slots)
			return (struct stats *)((uint8_t *)p->segment[i].at + slot * page());
		slot -= p->segment[i].slots;
	}
	return NULL;
}

void statpages_free(struct statpages *p)
{
	for (size_t i = 0; i < p->segments; i++)
		munmap(p->segment[i].at, p->segment[i].slots * page());
	*p = (struct statpages){0};
}

void statpages_keep(const struct statpages *p, size_t slot)
{
	uint8_t *own = (uint8_t *)statpages_slot(p, slot);

	for (size_t i = 0; i < p->segments; i++) {
		uint8_t *at = p->segment[i].at, *end = at + p->segment[i].slots * page();

		if (own < at || own >= end) {
			munmap(at, (size_t)(end - at));
			continue;
		}
		if (own > at)
			munmap(at, (size_t)(own - at));
		if (own + page() < end)
			munmap(own + page(), (size_t)(end - (own + page())));
	}
}
