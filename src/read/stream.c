/* stream: see stream.h. */
#include "read/stream.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "capture/pcapng.h"
#include "daemon/pipes.h"
#include "read/roles.h"

#define DEAD     "the process that reads it has died"
#define HANGS    "the process that reads it hangs"
#define NONSENSE "the process that reads it sends nonsense"

static const char TOO_MANY[] = "its client has more interfaces than are written",
		  OTHER_TYPE[] = "its link type is another one than that of the pcap: use pcapng";

bool stream_open(struct stream *s, int file, struct extract_task *task)
{
	s->numbers = (struct numbers){0};
	s->ended = s->whole = false;
	s->told.everything = task->everything;
	s->told.from = task->from;
	s->told.to = task->to;
	s->told.pauses = task->follow;
	s->told.filtered = task->filters->expression != NULL;
	if (!inflow_init(&s->in, &s->ops->tick))
		return false;
	if (!process_start(&s->process, read_roles_reader(), &file, 1, extract, task)) {
		inflow_free(&s->in);
		return false;
	}
	s->in.from = s->process.from;
	return true;
}

void stream_close(struct stream *s)
{
	process_end(&s->process);
	inflow_free(&s->in);
	numbers_free(&s->numbers);
}

void stream_go_behind(struct stream *s, const struct stream *before)
{
	s->before = before->before;
	s->told.told = before->told.told;
	s->told.troubles = before->told.troubles;
	s->told.offset = before->told.offset;
	numbers_go_behind(&s->numbers, &before->numbers);
}

/* ---- pieces ---- */

static void tell_left_out(struct stream *s)
{
	const struct numbers *n = &s->numbers;

	if (n->left_out > 0)
		s->ops->trouble(s->ops->of, s->path, n->left_out_at, n->left_out, n->why);
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
	return broken(s, s->in.hangs ? HANGS : DEAD);
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

/* The sink takes it, or its packets are left out. */
static enum sink_status add_interface(struct stream *s, const struct interface *i)
{
	uint32_t number;
	enum sink_status st = sink_add_interface(s->sink, i, &number);

	if (st == SINK_INTERFACES) {
		s->numbers.why = TOO_MANY;
	} else if (st == SINK_LINK_TYPES && s->goes_on) {
		if (s->numbers.why != OTHER_TYPE) /* whoever follows may wait long for the end */
			s->ops->trouble(s->ops->of, s->path, s->told.offset, 0, OTHER_TYPE);
		s->numbers.why = OTHER_TYPE;
	} else if (st != SINK_OK) {
		return st;
	}
	if (st != SINK_OK)
		number = NUMBERS_LEFT_OUT;
	return numbers_add(&s->numbers, number) ? SINK_OK : SINK_FAILED;
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

	if (!inflow_take(&s->in, options, p->len))
		return SINK_OK; /* the next piece is missing as well */
	if (!piece_check_options(&walk, options, p->len)) {
		broken(s, NONSENSE);
		return SINK_OK;
	}
	return add_interface(s, &i);
}

static enum sink_status take_block(struct stream *s, const struct piece *p)
{
	uint8_t *body = malloc(2 * (size_t)p->len + 1);
	enum sink_status st = body ? SINK_OK : SINK_FAILED;

	if (body && inflow_take(&s->in, body, p->len)) {
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

	if (!inflow_take(&s->in, text, p->len))
		return;
	text[p->len] = '\0';
	for (char *c = text; *c; c++) /* ours are ASCII */
		if (*c < ' ' || *c > '~')
			*c = '?';
	s->ops->trouble(s->ops->of, s->path, p->offset, p->number, text);
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
		if (!wait && !inflow_is_there(&s->in))
			return STREAM_NOTHING;
		if (inflow_has(&s->in) >= sizeof(*p)) {
			memcpy(p, inflow_front(&s->in), sizeof(*p));
			inflow_used(&s->in, sizeof(*p));
		} else if (!inflow_take(&s->in, p, sizeof(*p))) {
			return silent(s);
		}
		if (!is_sound(s))
			return broken(s, NONSENSE);
		*failed = SINK_OK;
		switch (p->kind) {
		case PIECE_PACKET:
			if (p->undated)
				p->time_ns = s->before;
			if (s->numbers.v[p->number] != NUMBERS_LEFT_OUT)
				return STREAM_PACKET;
			if (!inflow_pass_over(&s->in, p->len))
				return silent(s);
			numbers_leave_out(&s->numbers, p->offset);
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
		size_t n = inflow_has(&s->in) < len ? inflow_has(&s->in) : len;

		if (walk)
			n -= n % 4;
		if (n == 0) {
			if (inflow_more(&s->in) > 0)
				continue;
			silent(s);
			return sink_fill(s->sink);
		}
		if (walk && !piece_check_options(walk, inflow_front(&s->in), n)) {
			broken(s, NONSENSE);
			return sink_fill(s->sink);
		}
		st = sink_bytes(s->sink, inflow_front(&s->in), n);
		inflow_used(&s->in, n);
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

	return inflow_has(&s->in) >= p->len &&
	       piece_check_options(&walk, inflow_front(&s->in) + packet, walk.left);
}

enum sink_status stream_take(struct stream *s)
{
	const struct piece *p = &s->head;
	uint32_t packet = (uint32_t)pcapng_padded(p->caplen);
	struct piece_options walk = {.left = p->len - packet};
	enum sink_status st;

	if (is_whole(s)) {
		const uint8_t *bytes = inflow_front(&s->in);

		inflow_used(&s->in, p->len);
		return sink_whole_packet(s->sink, s->numbers.v[p->number], p->time_ns, p->caplen,
		    p->original, bytes, p->len);
	}
	st = sink_packet(
	    s->sink, s->numbers.v[p->number], p->time_ns, p->caplen, p->original, p->len);
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
