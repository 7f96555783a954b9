/* channel: see channel.h. */
#include "publish/channel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "publish/parcel.h"

#define READ_ROOM (64u << 10)

void channel_open(struct channel *c, uint32_t id, int fd, const char *topic)
{
	*c = (struct channel){.id = id, .fd = fd};
	snprintf(c->topic, sizeof(c->topic), "%s", topic);
}

void channel_close(struct channel *c)
{
	close(c->fd);
	head_free(&c->head);
	free(c->buf);
}

static enum channel_status add_to_head(struct channel *c, const uint8_t *p, size_t len)
{
	if (head_add(&c->head, p, len))
		return CHANNEL_OPEN;
	return errno != 0 ? CHANNEL_FAILED : CHANNEL_WRONG;
}

static enum channel_status take(
    struct channel *c, struct broadcast *b, const struct parcel *p, const uint8_t *data)
{
	switch (p->kind) {
	case PARCEL_HEAD:
		head_clear(&c->head);
		return add_to_head(c, data, p->len);
	case PARCEL_MORE:
		return add_to_head(c, data, p->len);
	case PARCEL_RECORD:
		if (c->head.len == 0)
			return CHANNEL_WRONG;
		return broadcast_record(b, c->topic, &c->head, data, p->len) ? CHANNEL_OPEN
									     : CHANNEL_FAILED;
	default:
		c->troubled = true;
		return CHANNEL_OPEN;
	}
}

static bool make_room(struct channel *c, size_t need)
{
	uint8_t *buf;

	if (need < READ_ROOM)
		need = READ_ROOM;
	if (need <= c->room)
		return true;
	buf = realloc(c->buf, need);
	if (!buf)
		return false;
	c->buf = buf;
	c->room = need;
	return true;
}

static enum channel_status take_all(struct channel *c, struct broadcast *b)
{
	size_t at = 0, need = 0;
	struct parcel p;
	enum parcel_status st;

	while ((st = parcel_first(c->buf + at, c->filled - at, &p, &need)) == PARCEL_WHOLE) {
		enum channel_status taken = take(c, b, &p, c->buf + at + sizeof(p));

		if (taken != CHANNEL_OPEN)
			return taken;
		at += need;
	}
	if (st == PARCEL_WRONG)
		return CHANNEL_WRONG;
	memmove(c->buf, c->buf + at, c->filled - at);
	c->filled -= at;
	return make_room(c, need) ? CHANNEL_OPEN : CHANNEL_FAILED;
}

enum channel_status channel_read(struct channel *c, struct broadcast *b)
{
	ssize_t n;

	if (!make_room(c, READ_ROOM))
		return CHANNEL_FAILED;
	n = read(c->fd, c->buf + c->filled, c->room - c->filled);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? CHANNEL_OPEN : CHANNEL_ENDED;
	c->filled += (size_t)n;
	return n > 0 ? take_all(c, b) : CHANNEL_ENDED;
}
