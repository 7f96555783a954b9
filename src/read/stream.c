/* stream: see stream.h. */
#include "read/stream.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/grow.h"
#include "capture/pcapng.h"
#include "daemon/pipes.h"
#include "read/roles.h"

#define ROOM (64u << 10)

#define DEAD     "the process that reads it has died"
#define HANGS    "the process that reads it hangs"
#define NONSENSE "the process that reads it sends nonsense"

static const char TOO_MANY[] = "its client has more interfaces than are written",
		  OTHER_TYPE[] = "its link type is another one than that of the pcap: use pcapng";

/* Instead of the number of an interface that the sink does not take. */
#define LEFT_OUT UINT32_MAX

bool stream_open(struct stream *s, int file, struct extract_task *task)
{
	s->buf = malloc(ROOM);
	s->pos = s->filled = 0;
	s->interface = NULL;
	s->interfaces = 0;
	s->room = 0;
	s->ended = s->hangs = s->whole = false;
	s->told.everything = task->everything;
	s->told.from = task->from;
	s->told.to = task->to;
	s->told.pauses = task->follow;
	s->told.filtered = task->filters->expression != NULL;
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

void stream_go_behind(struct stream *s, const struct stream *before)
{
	s->before = before->before;
	s->told.told = before->told.told;
	s->told.troubles = before->told.troubles;
	s->told.offset = before->told.offset;
	s->left_out = before->left_out;
	s->left_out_at = before->left_out_at;
	s->left_out_why = before->left_out_why;
}

/* ---- bytes ---- */

/* Whatever is there, behind what has not been used. 0: the process has ended, or hangs. */
static size_t read_some(struct stream *s)
{
	struct pipes_tick tick = {s->ops->tick, s->ops->of};
	ssize_t n;

	if (s->pos > 0) {
		memmove(s->buf, s->buf + s->pos, s->filled - s->pos);
		s->filled -= s->pos;
		s->pos = 0;
	}
	n = pipes_read(
	    s->process.from, s->buf + s->filled, ROOM - s->filled, tick.call ? &tick : NULL);
	s->hangs = n < 0;
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
		s->ops->trouble(s->ops->of, s->path, s->left_out_at, s->left_out, s->left_out_why);
}

static enum stream_status broken(struct stream *s, const char *why)
{
	tell_left_out(s);
	s->ended = true;
	s->ops->trouble(s->ops->of, s->path, s->told.offset, 0, why);
	return STREAM_END;
}

static enum stream_status silent(struct stream *s)
{
	return broken(s, s->hangs ? HANGS : DEAD);
}

/* A recording that is followed has grown since. */
static bool is_sound(struct stream *s)
{
	enum piece_verdict v = piece_check(&s->told, &s->head);
	struct stat st;

	if (v == PIECE_BEHIND_END && s->growing >= 0 && fstat(s->growing, &st) == 0) {
		s->told.bytes = (uint64_t)st.st_size;
		v = piece_check(&s->told, &s->head);
	}
	return v == PIECE_SOUND;
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
	struct piece_options walk = {.left = p->len};
	enum sink_status st;
	uint32_t number;

	if (!take(s, options, p->len))
		return SINK_OK; /* the next piece is missing as well */
	if (!piece_check_options(&walk, options, p->len)) {
		broken(s, NONSENSE);
		return SINK_OK;
	}
	st = sink_add_interface(s->sink, &i, &number);
	if (st == SINK_INTERFACES)
		s->left_out_why = TOO_MANY;
	if (st == SINK_LINK_TYPES && s->goes_on) {
		if (s->left_out_why != OTHER_TYPE) /* whoever follows may wait long for the end */
			s->ops->trouble(s->ops->of, s->path, s->told.offset, 0, OTHER_TYPE);
		s->left_out_why = OTHER_TYPE;
		st = SINK_INTERFACES;
	}
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
	uint8_t *body = malloc(2 * (size_t)p->len + 1);
	enum sink_status st = body ? SINK_OK : SINK_FAILED;

	if (body && take(s, body, p->len)) {
		if (piece_check_block(p->number, body, p->len, body + p->len))
			st = sink_block(s->sink, p->number, body, p->len);
		else
			broken(s, NONSENSE);
	}
	free(body);
	return st;
}

static void take_trouble(struct stream *s, const struct piece *p)
{
	char text[PIECE_TEXT_MAX];

	if (!take(s, text, p->len))
		return;
	text[p->len] = '\0';
	for (char *c = text; *c; c++) /* ours are ASCII */
		if (*c < ' ' || *c > '~')
			*c = '?';
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

static void end(struct stream *s, const struct piece *p)
{
	s->ended = true;
	s->whole = p->number == 1;
	if (!p->undated)
		s->before = p->time_ns;
	if (!s->whole || !s->continues)
		tell_left_out(s);
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
		} else if (!take(s, p, sizeof(*p))) {
			return silent(s);
		}
		if (!is_sound(s))
			return broken(s, NONSENSE);
		*failed = SINK_OK;
		switch (p->kind) {
		case PIECE_PACKET:
			if (p->undated)
				p->time_ns = s->before;
			if (s->interface[p->number] != LEFT_OUT)
				return STREAM_PACKET;
			if (!pass_over(s))
				return silent(s);
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
			s->ops->answer(s->ops->of, s->process.to, (uint16_t)p->link_type);
			break;
		case PIECE_TROUBLE:
			take_trouble(s, p);
			break;
		case PIECE_ALIVE:
			break;
		default:
			end(s, p);
		}
		if (*failed != SINK_OK)
			return STREAM_SINK;
	}
	return STREAM_END;
}

/* The next `len` bytes go into the sink, or what of them is there; of options whole words, and only
 * those that lead on. */
static enum sink_status pass_on(struct stream *s, uint32_t len, struct piece_options *walk)
{
	enum sink_status st = SINK_OK;

	while (st == SINK_OK && len > 0) {
		size_t n = s->filled - s->pos < len ? s->filled - s->pos : len;

		if (walk)
			n -= n % 4;
		if (n == 0) {
			if (read_some(s) > 0)
				continue;
			silent(s);
			return sink_fill(s->sink);
		}
		if (walk && !piece_check_options(walk, s->buf + s->pos, n)) {
			broken(s, NONSENSE);
			return sink_fill(s->sink);
		}
		st = sink_bytes(s->sink, s->buf + s->pos, n);
		s->pos += n;
		len -= (uint32_t)n;
	}
	return st;
}

/* Whether the packet at the front is there as a whole, and nothing of it is wrong. */
static bool is_whole(const struct stream *s)
{
	const struct piece *p = &s->head;
	uint32_t packet = (uint32_t)pcapng_padded(p->caplen);
	struct piece_options walk = {.left = p->len - packet};

	return s->filled - s->pos >= p->len &&
	       piece_check_options(&walk, s->buf + s->pos + packet, walk.left);
}

enum sink_status stream_take(struct stream *s)
{
	const struct piece *p = &s->head;
	uint32_t packet = (uint32_t)pcapng_padded(p->caplen);
	struct piece_options walk = {.left = p->len - packet};
	enum sink_status st;

	if (is_whole(s)) {
		s->pos += p->len;
		return sink_whole_packet(s->sink, s->interface[p->number], p->time_ns, p->caplen,
		    p->original, s->buf + s->pos - p->len, p->len);
	}
	st = sink_packet(
	    s->sink, s->interface[p->number], p->time_ns, p->caplen, p->original, p->len);
	if (st == SINK_OK)
		st = pass_on(s, packet, NULL);
	return st == SINK_OK && !s->ended ? pass_on(s, p->len - packet, &walk) : st;
}

void stream_go_on(struct stream *s, bool last)
{
	char what = last ? EXTRACT_LAST : EXTRACT_MORE;

	if (!pipes_write(s->process.to, &what, 1))
		return; /* it has died: the next read tells */
}
