/* stream: see stream.h. */
#include "read/stream.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cstr.h"
#include "base/grow.h"
#include "base/io.h"
#include "read/roles.h"

#define ROOM    (64u << 10)
#define TICK_MS 100

#define LEFT_OUT                                                                                   \
	UINT32_MAX /* instead of the number of an interface that the sink does not take            \
		    */

bool stream_open(struct stream *s, int file, struct extract_task *task)
{
	s->buf = malloc(ROOM);
	s->pos = s->filled = 0;
	s->interface = NULL;
	s->interfaces = 0;
	s->room = 0;
	s->ended = false;
	s->asked = 0;
	s->left_out = 0;
	if (s->buf && process_start(&s->process, read_roles_reader(), &file, 1, extract, task))
		return true;
	free(s->buf);
	s->buf = NULL;
	return false;
}

void stream_close(struct stream *s)
{
	process_end(&s->process);
	free(s->buf);
	free(s->interface);
	s->buf = NULL;
	s->interface = NULL;
}

/* ---- bytes ---- */

static void wait_ticking(const struct stream *s)
{
	struct pollfd p = {.fd = s->process.from, .events = POLLIN};

	do
		s->ops->tick(s->ops->of);
	while (poll(&p, 1, TICK_MS) == 0);
}

/* Whatever is there, behind what has not been used. 0: the process has ended. */
static size_t read_some(struct stream *s)
{
	ssize_t n;

	if (s->ops->tick)
		wait_ticking(s);

	if (s->pos > 0) {
		memmove(s->buf, s->buf + s->pos, s->filled - s->pos);
		s->filled -= s->pos;
		s->pos = 0;
	}
	do
		n = read(s->process.from, s->buf + s->filled, ROOM - s->filled);
	while (n < 0 && errno == EINTR);
	s->filled += n > 0 ? (size_t)n : 0;
	return n > 0 ? (size_t)n : 0;
}

static bool is_there(const struct stream *s)
{
	struct pollfd p = {.fd = s->process.from, .events = POLLIN};

	return s->filled > s->pos || poll(&p, 1, 0) > 0;
}

/* len bytes to `to`. False: the process has ended before. */
static bool take(struct stream *s, void *to, size_t len)
{
	uint8_t *p = to;

	while (len > 0) {
		size_t n = s->filled - s->pos < len ? s->filled - s->pos : len;

		if (n == 0 && read_some(s) == 0)
			return false;
		memcpy(p, s->buf + s->pos, n);
		s->pos += n;
		p += n;
		len -= n;
	}
	return true;
}

/* ---- pieces ---- */

static void tell_left_out(struct stream *s)
{
	if (s->left_out > 0)
		s->ops->trouble(s->ops->of, s->path, s->left_out_at, s->left_out,
		    "its client has more interfaces than are written");
}

static enum stream_status broken(struct stream *s, const char *why)
{
	tell_left_out(s);
	s->ended = true;
	s->ops->trouble(s->ops->of, s->path, s->head.offset, 0, why);
	return STREAM_END;
}

static bool add_number(struct stream *s, uint32_t number)
{
	uint32_t *p = grow(s->interface, s->interfaces, &s->room, sizeof(*p));

	if (!p)
		return false;
	s->interface = p;
	s->interface[s->interfaces++] = number;
	return true;
}

static enum sink_status take_interface(struct stream *s, const struct piece *p)
{
	uint8_t options[PIECE_OPTIONS_MAX];
	struct interface i = {.who = s->who,
	    .snaplen = p->snaplen,
	    .link_type = (uint16_t)p->link_type,
	    .options = options,
	    .len = p->len};
	enum sink_status st;
	uint32_t number;

	if (!take(s, options, p->len))
		return SINK_OK; /* the next piece is missing as well */
	st = sink_add_interface(s->sink, &i, &number);
	if (st == SINK_INTERFACES) {
		number = LEFT_OUT;
		st = SINK_OK;
	}
	if (st == SINK_OK && !add_number(s, number))
		return SINK_FAILED;
	return st;
}

static enum sink_status take_block(struct stream *s, const struct piece *p)
{
	uint8_t *body = malloc(p->len + 1);
	enum sink_status st = body ? SINK_OK : SINK_FAILED;

	if (body && take(s, body, p->len))
		st = sink_block(s->sink, p->number, body, p->len);
	free(body);
	return st;
}

static void take_trouble(struct stream *s, const struct piece *p)
{
	char text[PIECE_TEXT_MAX];

	if (!take(s, text, p->len))
		return;
	text[p->len] = '\0';
	cstr_printable(text, strlen(text));
	s->ops->trouble(s->ops->of, s->path, p->offset, p->number, text);
}

/* The bytes of the packet at the front go nowhere. */
static bool pass_over(struct stream *s)
{
	for (uint32_t left = s->head.len; left > 0;) {
		size_t n = s->filled - s->pos < left ? s->filled - s->pos : left;

		if (n == 0 && read_some(s) == 0)
			return false;
		s->pos += n;
		left -= (uint32_t)n;
	}
	if (s->left_out++ == 0)
		s->left_out_at = s->head.offset;
	return true;
}

enum stream_status stream_next(struct stream *s, bool wait, enum sink_status *failed)
{
	struct piece *p = &s->head;

	while (!s->ended) {
		if (!wait && !is_there(s))
			return STREAM_NOTHING;
		if (s->filled - s->pos >= sizeof(*p)) {
			memcpy(p, s->buf + s->pos, sizeof(*p));
			s->pos += sizeof(*p);
		} else if (!take(s, p, sizeof(*p)))
			return broken(s, "the process that reads it has died");
		if (!piece_check(p, s->interfaces))
			return broken(s, "the process that reads it sends nonsense");
		*failed = SINK_OK;
		switch (p->kind) {
		case PIECE_PACKET:
			if (s->interface[p->number] != LEFT_OUT)
				return STREAM_PACKET;
			if (!pass_over(s))
				return broken(s, "the process that reads it has died");
			break;
		case PIECE_PAUSE:
			return STREAM_PAUSE;
		case PIECE_INTERFACE:
			*failed = take_interface(s, p);
			break;
		case PIECE_BLOCK:
			*failed = take_block(s, p);
			break;
		case PIECE_ASK:
			if (++s->asked > FILTERS_ASKED_MAX)
				return broken(s, "the process that reads it sends nonsense");
			s->ops->answer(s->ops->of, s->process.to, (uint16_t)p->link_type);
			break;
		case PIECE_TROUBLE:
			take_trouble(s, p);
			break;
		default:
			tell_left_out(s);
			s->ended = true;
		}
		if (*failed != SINK_OK)
			return STREAM_SINK;
	}
	return STREAM_END;
}

enum sink_status stream_take(struct stream *s)
{
	const struct piece *p = &s->head;
	uint32_t left = p->len;
	enum sink_status st;

	if (s->filled - s->pos >= left) {
		s->pos += left;
		return sink_whole_packet(s->sink, s->interface[p->number], p->time_ns, p->caplen,
		    p->original, s->buf + s->pos - left, left);
	}
	st = sink_packet(
	    s->sink, s->interface[p->number], p->time_ns, p->caplen, p->original, p->len);
	while (st == SINK_OK) {
		size_t n = s->filled - s->pos < left ? s->filled - s->pos : left;

		if (n == 0 && left > 0) {
			if (read_some(s) == 0) {
				broken(s, "the process that reads it has died");
				return sink_fill(s->sink);
			}
			continue;
		}
		st = sink_bytes(s->sink, s->buf + s->pos, n);
		s->pos += n;
		left -= (uint32_t)n;
		if (left == 0)
			break;
	}
	return st;
}

void stream_go_on(struct stream *s, bool last)
{
	char what = last ? EXTRACT_LAST : EXTRACT_MORE;

	if (!io_write_all(s->process.to, &what, 1))
		return; /* it has died: the next read tells */
}
