/* check: see check.h. */
#include "status/check.h"

/* A row or a page is larger than ours by what a later version has appended, and not more. */
#define ROW_MAX 65536

static const char *word_of(const char *const *words, uint32_t n, uint32_t i)
{
	return i < n ? words[i] : "unknown";
}

const char *status_refused_word(uint32_t refused)
{
	static const char *const words[STATUS_REFUSED] = {
	    "unlisted", "no-key-keeper", "per-client", "resources", "proxy-header"};

	return word_of(words, STATUS_REFUSED, refused);
}

const char *status_end_word(uint32_t end)
{
	static const char *const words[STATUS_ENDS] = {"finished", "protocol", "tls", "denied",
	    "timeout", "storage", "stopped", "connection", "internal", "died"};

	return word_of(words, STATUS_ENDS, end);
}

const char *status_state_word(uint32_t state)
{
	static const char *const words[] = {"ended", "beginning", "running", "finishing"};

	return word_of(words, sizeof(words) / sizeof(*words), state);
}

/* Whether `n` rows of `step` bytes at `at` lie between `from` and `size`. */
static bool within(uint64_t at, uint64_t n, uint64_t step, uint64_t from, uint64_t size)
{
	return at >= from && at <= size && at % 8 == 0 && n <= (size - at) / step;
}

static bool row(uint64_t size, uint64_t least)
{
	return size >= least && size <= ROW_MAX && size % 8 == 0;
}

void status_take(void *to, size_t room, const void *from, size_t size)
{
	size_t has = size < room ? size : room;

	if (to != from)
		memcpy(to, from, has);
	memset((char *)to + has, 0, room - has);
}

const char *status_check(const struct status_server *h, uint64_t size)
{
	if (size < sizeof(*h))
		return "it is too short";
	if (memcmp(h->magic, STATUS_MAGIC, sizeof(h->magic)) != 0)
		return "it is no status area";
	if (h->byte_order != STATUS_BYTE_ORDER)
		return "its byte order is that of another machine";
	if (h->version != STATUS_VERSION)
		return "its version is another one";
	if (!row(h->header_size, STATUS_SERVER_LEAST) || h->header_size > size ||
	    !row(h->child_size, STATUS_CHILD_LEAST) || !row(h->client_size, STATUS_CLIENT_LEAST) ||
	    !row(h->page_step, sizeof(struct status_page)) ||
	    h->page_size < sizeof(struct status_page) || h->page_size > h->page_step)
		return "its sizes are not possible";
	if (!within(h->child_at, h->slots, h->child_size, h->header_size, size) ||
	    !within(h->page_at, h->slots, h->page_step, h->header_size, size) ||
	    (h->clients > 0 &&
		!within(h->client_at, h->clients, h->client_size, h->header_size, size)))
		return "its parts lie outside of it";
	if (h->top > h->slots || h->listeners > STATUS_LISTENERS)
		return "its counts are not possible";
	return NULL;
}
