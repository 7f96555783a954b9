/* retain: see retain.h. */
#include "archive/retain.h"

static const char *const texts[] = {
    [RETAIN_CLIENT_AGE] = "max-age of the client",
    [RETAIN_CLIENT_FILES] = "max-files of the client",
    [RETAIN_CLIENT_SIZE] = "max-size of the client",
    [RETAIN_AGE] = "max-age",
    [RETAIN_FILES] = "max-files",
    [RETAIN_SIZE] = "max-size",
    [RETAIN_FREE] = "min-free",
};

const char *retain_reason_text(enum retain_reason reason)
{
	return texts[reason];
}

static bool exceeds(uint64_t value, uint64_t limit)
{
	return limit > 0 && value > limit;
}

/* The oldest file of a client that may go; NULL: it has none. */
static const struct retain_file *oldest(struct retain *r, size_t client)
{
	struct retain_client *c = &r->client[client];

	if (c->known == RETAIN_UNKNOWN)
		c->known = r->oldest(r->context, client, &c->oldest) ? RETAIN_KNOWN : RETAIN_NONE;
	return c->known == RETAIN_KNOWN ? &c->oldest : NULL;
}

/* A file whose end is in the future, by a clock that was set back, has no age yet. */
static bool too_old(const struct retain *r, const struct retain_file *f, uint64_t max_age)
{
	return f->ended < r->now && exceeds((uint64_t)r->now - (uint64_t)f->ended, max_age);
}

/* A limit of the client alone that it exceeds. */
static bool exceeds_own(
    const struct retain *r, const struct retain_client *c, enum retain_reason *reason)
{
	if (c->has_own_age && too_old(r, &c->oldest, c->own.max_age))
		*reason = RETAIN_CLIENT_AGE;
	else if (exceeds(c->files, c->own.max_files))
		*reason = RETAIN_CLIENT_FILES;
	else if (exceeds(c->bytes, c->own.max_size))
		*reason = RETAIN_CLIENT_SIZE;
	else
		return false;
	return true;
}

static bool by_own_limits(struct retain *r, size_t *client, enum retain_reason *reason)
{
	for (size_t i = 0; i < r->n; i++)
		if (oldest(r, i) && exceeds_own(r, &r->client[i], reason)) {
			*client = i;
			return true;
		}
	return false;
}

/* Of those without an age of their own. */
static bool by_age(struct retain *r, size_t *client)
{
	const struct retain_file *first = NULL;

	for (size_t i = 0; r->all.max_age > 0 && i < r->n; i++) {
		const struct retain_file *f = r->client[i].has_own_age ? NULL : oldest(r, i);

		if (f && (!first || f->ended < first->ended)) {
			first = f;
			*client = i;
		}
	}
	return first && too_old(r, first, r->all.max_age);
}

static uint64_t sum(const struct retain *r, bool files)
{
	uint64_t all = 0;

	for (size_t i = 0; i < r->n; i++)
		all += files ? r->client[i].files : r->client[i].bytes;
	return all;
}

static bool too_much(const struct retain *r, enum retain_reason *reason)
{
	if (exceeds(sum(r, true), r->all.max_files))
		*reason = RETAIN_FILES;
	else if (exceeds(sum(r, false), r->all.max_size))
		*reason = RETAIN_SIZE;
	else if (r->free < r->min_free)
		*reason = RETAIN_FREE;
	else
		return false;
	return true;
}

static uint64_t unconfigured_bytes(const struct retain *r)
{
	uint64_t all = 0;

	for (size_t i = 0; i < r->n; i++)
		all += r->client[i].unconfigured ? r->client[i].bytes : 0;
	return all;
}

/* Whether a has more bytes for its weight than b; others: the bytes of those that are not
 * configured. Of two of these the one with the older file goes first. */
static bool further(const struct retain_client *a, const struct retain_client *b, uint64_t others)
{
	uint64_t bytes_a = a->unconfigured ? others : a->bytes;
	uint64_t bytes_b = b->unconfigured ? others : b->bytes;

	if (a->unconfigured && b->unconfigured)
		return a->oldest.ended < b->oldest.ended;
	return (unsigned __int128)bytes_a * b->weight > (unsigned __int128)bytes_b * a->weight;
}

/* Of those whose oldest file can go without taking them below their floor. */
static bool by_share(struct retain *r, size_t *client)
{
	const struct retain_client *most = NULL;
	uint64_t others = unconfigured_bytes(r);

	for (size_t i = 0; i < r->n; i++) {
		struct retain_client *c = &r->client[i];
		const struct retain_file *f = oldest(r, i);

		if (!f || c->bytes < f->bytes || c->bytes - f->bytes < c->floor)
			continue;
		if (!most || further(c, most, others)) {
			most = c;
			*client = i;
		}
	}
	return most;
}

static void take(struct retain *r, struct retain_choice *out)
{
	struct retain_client *c = &r->client[out->client];

	out->file = c->oldest;
	c->known = RETAIN_UNKNOWN;
	/* totals that are too small, of an index that somebody has changed, are no reason to delete
	 * everything */
	c->files -= c->files > 0;
	c->bytes -= out->file.bytes < c->bytes ? out->file.bytes : c->bytes;
	r->free += out->file.bytes;
}

bool retain_next(struct retain *r, struct retain_choice *out)
{
	if (!by_own_limits(r, &out->client, &out->reason)) {
		out->reason = RETAIN_AGE;
		if (!by_age(r, &out->client) &&
		    (!too_much(r, &out->reason) || !by_share(r, &out->client)))
			return false;
	}
	take(r, out);
	return true;
}

void retain_stays(struct retain *r, const struct retain_choice *c)
{
	r->client[c->client].files++;
	r->client[c->client].bytes += c->file.bytes;
	r->free -= c->file.bytes;
}

void retain_gone(struct retain *r, const struct retain_choice *c)
{
	r->free -= c->file.bytes;
}

uint64_t retain_excess_files(const struct retain *r)
{
	uint64_t all = sum(r, true);

	return exceeds(all, r->all.max_files) ? all - r->all.max_files : 0;
}

uint64_t retain_excess(const struct retain *r)
{
	uint64_t all = sum(r, false), over = 0;

	if (exceeds(all, r->all.max_size))
		over = all - r->all.max_size;
	if (r->free < r->min_free && r->min_free - r->free > over)
		over = r->min_free - r->free;
	return over;
}
