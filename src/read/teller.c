/* teller: see teller.h. */
#include "read/teller.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "capture/pcapng.h"
#include "daemon/process.h"

bool teller_init(struct teller *t, size_t room)
{
	*t = (struct teller){.out = malloc(room), .room = room};
	return t->out;
}

void teller_free(struct teller *t)
{
	free(t->out);
	*t = (struct teller){0};
}

/* The one that merges has gone: so does this. */
static void write_out(const void *data, size_t len)
{
	if (!io_write_all(PROCESS_OUT, data, len))
		_exit(1);
}

void teller_flush(struct teller *t)
{
	write_out(t->out, t->filled);
	t->filled = 0;
}

static void add(struct teller *t, const void *data, size_t len)
{
	if (len > t->room - t->filled)
		teller_flush(t);
	if (len > t->room) {
		write_out(data, len);
		return;
	}
	if (len > 0)
		memcpy(t->out + t->filled, data, len);
	t->filled += len;
}

void teller_tell(struct teller *t, struct piece *p, const void *data, size_t len)
{
	p->len = (uint32_t)len;
	add(t, p, sizeof(*p));
	add(t, data, len);
}

void teller_trouble(struct teller *t, uint64_t offset, uint32_t packets, const char *why)
{
	struct piece p = {.kind = PIECE_TROUBLE, .offset = offset, .number = packets};
	size_t len = strlen(why);

	teller_tell(t, &p, why, len < PIECE_TEXT_MAX ? len : PIECE_TEXT_MAX - 1);
}

/* The same as add() of each part, for most packets. */
static void add_whole(struct teller *t, const struct piece *p, const uint8_t *packet)
{
	uint8_t *to;

	if (sizeof(*p) + p->len > t->room - t->filled)
		teller_flush(t);
	to = t->out + t->filled;
	t->filled += sizeof(*p) + p->len;
	memcpy(to, p, sizeof(*p));
	if (p->len > p->caplen)
		memset(to + sizeof(*p) + p->len - 4, 0, 4);
	memcpy(to + sizeof(*p), packet, p->caplen);
}

void teller_packet(struct teller *t, struct piece *p, const uint8_t *packet, const uint8_t *options,
    size_t options_len)
{
	static const uint8_t zero[4];
	size_t padded = (size_t)pcapng_padded(p->caplen);

	p->len = (uint32_t)(padded + options_len);
	if (options_len == 0 && sizeof(*p) + p->len <= t->room) {
		add_whole(t, p, packet);
		return;
	}
	add(t, p, sizeof(*p));
	add(t, packet, p->caplen);
	add(t, zero, padded - p->caplen);
	add(t, options, options_len);
}
