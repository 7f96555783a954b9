/* region: see region.h. */
#include "base/region.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/pages.h"

/* Bytes of a chunk, of which little is wasted: what is larger than a quarter of one gets a chunk of
 * its own size. The sanitizer watches the borders of chunks, so there each allocation has one. */
#ifdef __SANITIZE_ADDRESS__
#define CHUNK 0
#else
#define CHUNK ((size_t)256 << 10)
#endif

#define ALIGNMENT _Alignof(max_align_t)

struct chunk {
	struct chunk *next;
	size_t size, used; /* both with this head */
	_Alignas(max_align_t) char bytes[];
};

/* Allocated in the region itself, in the last chunk of `chunks`. */
struct region {
	struct chunk *chunks; /* the one that is being filled is the first */
	struct chunk *large;  /* those that hold one allocation alone */
};

static struct chunk *chunk_new(size_t size, struct chunk *next)
{
	size_t all = sizeof(struct chunk) + size;
	struct chunk *c;

	if (all < size)
		return NULL;
	c = pages_new(all > CHUNK ? all : CHUNK);
	if (c)
		*c = (struct chunk){.next = next,
		    .size = all > CHUNK ? all : CHUNK,
		    .used = sizeof(struct chunk) + size};
	return c;
}

struct region *region_new(void)
{
	struct chunk *c = chunk_new(sizeof(struct region), NULL);
	struct region *r;

	if (!c)
		return NULL;
	r = (struct region *)(void *)c->bytes;
	r->chunks = c;
	return r;
}

static void free_chunks(struct chunk *c)
{
	while (c) {
		struct chunk *next = c->next;

		pages_free(c, c->size);
		c = next;
	}
}

void region_free(struct region *r)
{
	if (!r)
		return;
	free_chunks(r->large);
	free_chunks(r->chunks);
}

void *region_alloc(struct region *r, size_t size)
{
	struct chunk *c = r->chunks, **list;
	size_t at = (c->used + ALIGNMENT - 1) & ~(ALIGNMENT - 1);

	if (CHUNK > 0 && at <= c->size && size <= c->size - at) {
		c->used = at + size;
		return (char *)c + at;
	}
	list = size <= CHUNK / 4 ? &r->chunks : &r->large;
	c = chunk_new(size, *list);
	if (!c)
		return NULL;
	*list = c;
	return c->bytes;
}

void *region_array(struct region *r, size_t n, size_t size)
{
	if (n > SIZE_MAX / size)
		return NULL;
	return region_alloc(r, n * size);
}

void *region_grow(struct region *r, void *array, size_t n, size_t size)
{
	size_t room = n ? 2 * n : 1;
	void *more;

	if (n & (n - 1)) /* no power of two: the room ends at the next one */
		return array;
	more = room > n ? region_array(r, room, size) : NULL;
	if (more && n > 0)
		memcpy(more, array, n * size);
	return more;
}

char *region_text(struct region *r, const char *text, size_t len)
{
	char *copy = len < SIZE_MAX ? region_alloc(r, len + 1) : NULL;

	if (copy)
		memcpy(copy, text, len);
	return copy;
}

char *region_vprint(struct region *r, const char *fmt, va_list ap)
{
	va_list again;
	char *text;
	int len;

	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	text = len < 0 ? NULL : region_alloc(r, (size_t)len + 1);
	if (text)
		vsnprintf(text, (size_t)len + 1, fmt, ap);
	return text;
}

char *region_print(struct region *r, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = region_vprint(r, fmt, ap);
	va_end(ap);
	return text;
}
