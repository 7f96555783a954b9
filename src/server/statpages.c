/* statpages: see statpages.h. */
#include "server/statpages.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/pages.h"

size_t statpages_step(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

bool statpages_reserve(struct statpages *p, size_t slots, int fd, uint64_t from)
{
	size_t size = slots * statpages_step();

	*p = (struct statpages){.slots = slots, .fd = fd, .from = from};
	p->at = fd < 0 ? pages_new_shared(size) : pages_of_file(fd, from, size);
	return p->at;
}

void statpages_free(struct statpages *p)
{
	pages_free_shared(p->at, statpages_size(p));
	*p = (struct statpages){.fd = -1};
}

size_t statpages_size(const struct statpages *p)
{
	return p->slots * statpages_step();
}

struct status_page *statpages_page(const struct statpages *p, size_t slot)
{
	return (struct status_page *)(void *)((uint8_t *)p->at + slot * statpages_step());
}

struct stats *statpages_slot(const struct statpages *p, size_t slot)
{
	return &statpages_page(p, slot)->stats;
}

/* Room in the file for one more slot. Slots are used from the lowest up; while a child without room
 * is in the first that has none, those above have none either. */
static bool make_room(struct statpages *p, size_t slot)
{
	uint64_t step = statpages_step(), at = p->from + slot * step;

	if (p->fd < 0 || slot > p->made || fallocate(p->fd, 0, (off_t)at, (off_t)step) < 0)
		return false;
	/* memory of the master may be in its place */
	if (!pages_replace(statpages_page(p, slot), step, p->fd, at))
		return false;
	p->made++;
	return true;
}

bool statpages_clear(struct statpages *p, size_t slot, bool *seen)
{
	struct status_page *page = statpages_page(p, slot);

	*seen = slot < p->made || make_room(p, slot);
	if (p->fd >= 0 && !*seen)
		return pages_replace(page, statpages_step(), -1, 0);
	memset(page, 0, sizeof(*page));
	return true;
}

void statpages_keep(const struct statpages *p, size_t slot)
{
	uint8_t *first = p->at, *own = (uint8_t *)statpages_page(p, slot);
	uint8_t *end = first + statpages_size(p);
	size_t step = statpages_step();

	if (own > first)
		munmap(first, (size_t)(own - first));
	if (own + step < end)
		munmap(own + step, (size_t)(end - (own + step)));
}
