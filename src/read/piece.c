/* piece: see piece.h. */
#include "read/piece.h"

#include "base/bytes.h"
#include "capture/pcapng.h"
#include "read/filters.h"
#include "read/order.h"

#define TROUBLES_MAX 100u
#define OPTION_HEAD  4u

static bool is_known(const struct piece_state *s, uint32_t link_type)
{
	for (size_t i = 0; i < s->link_types; i++)
		if (s->link_type[i] == link_type)
			return true;
	return s->link_types == 0 && link_type <= UINT16_MAX;
}

static bool check_interface(const struct piece_state *s, const struct piece *p)
{
	return p->number == s->interfaces && s->interfaces < PIECE_INTERFACES_MAX &&
	       is_known(s, p->link_type) && p->len <= PIECE_OPTIONS_MAX && p->len % 4 == 0;
}

static bool check_packet(const struct piece_state *s, const struct piece *p)
{
	return p->number < s->interfaces && p->caplen <= PIECE_LONGEST &&
	       pcapng_padded(p->caplen) <= p->len && p->len % 4 == 0 &&
	       (s->everything || (p->time_ns >= s->from && p->time_ns <= s->to && p->undated == 0));
}

static bool check_block(const struct piece *p)
{
	return (p->number == PCAPNG_SECRETS || p->number == PCAPNG_NAMES) &&
	       p->len <= PIECE_BLOCK_MAX && p->len % 4 == 0;
}

static bool check(const struct piece_state *s, const struct piece *p)
{
	if (p->len > PIECE_LONGEST)
		return false;
	switch (p->kind) {
	case PIECE_INTERFACE:
		return check_interface(s, p);
	case PIECE_PACKET:
		return check_packet(s, p);
	case PIECE_BLOCK:
		return check_block(p);
	case PIECE_ASK:
		return s->filtered && s->asked < FILTERS_ASKED_MAX && is_known(s, p->link_type) &&
		       p->len == 0;
	case PIECE_TROUBLE:
		return s->troubles < TROUBLES_MAX && p->len < PIECE_TEXT_MAX;
	case PIECE_ALIVE:
		return p->len == 0 && p->offset >= s->alive &&
		       p->offset - s->alive >= PIECE_ALIVE_STEP;
	case PIECE_PAUSE:
		return s->pauses && p->len == 0;
	case PIECE_END:
		return p->len == 0;
	default:
		return false;
	}
}

/* Each byte of a packet or block is one of the capture, which may have been cut since. */
static bool fits(const struct piece_state *s, const struct piece *p)
{
	if (p->kind == PIECE_PACKET || p->kind == PIECE_BLOCK)
		return p->offset <= s->bytes && s->told <= s->bytes && p->len <= s->bytes - s->told;
	return p->kind != PIECE_ALIVE || p->offset <= s->bytes;
}

enum piece_verdict piece_check(struct piece_state *s, const struct piece *p)
{
	if (!check(s, p))
		return PIECE_NONSENSE;
	if (!fits(s, p))
		return PIECE_BEHIND_END;
	switch (p->kind) {
	case PIECE_INTERFACE:
		s->interfaces++;
		break;
	case PIECE_PACKET:
	case PIECE_BLOCK:
		s->told += p->len;
		s->offset = p->offset;
		break;
	case PIECE_ASK:
		s->asked++;
		break;
	case PIECE_TROUBLE:
		s->troubles++;
		s->offset = p->offset;
		break;
	case PIECE_ALIVE:
		s->alive = s->offset = p->offset;
		break;
	}
	return PIECE_SOUND;
}

bool piece_check_options(struct piece_options *o, const uint8_t *part, size_t len)
{
	while (len > 0) {
		size_t n = o->value < len ? o->value : len;

		if (n == 0) {
			uint16_t code = bytes_load16(part, false);
			size_t value = (size_t)pcapng_padded(bytes_load16(part + 2, false));

			n = OPTION_HEAD;
			if (o->ended || value > o->left - n || (code == 0 && value > 0))
				return false;
			o->ended = code == 0;
			o->value = value;
		} else {
			o->value -= n;
		}
		o->left -= n;
		part += n;
		len -= n;
	}
	return true;
}

bool piece_check_block(uint32_t type, const uint8_t *body, uint32_t len, uint8_t *room)
{
	struct pcapng_block b = {.type = type, .body = body, .body_len = len};

	return order_block(&b, room) == len;
}
