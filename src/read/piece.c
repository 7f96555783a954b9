/* piece: see piece.h. */
#include "read/piece.h"

#include "capture/pcapng.h"

static bool check_packet(const struct piece *p, uint32_t interfaces)
{
	return p->number < interfaces && p->caplen <= PIECE_LONGEST &&
	       pcapng_padded(p->caplen) <= p->len && p->len % 4 == 0;
}

bool piece_check(const struct piece *p, uint32_t interfaces)
{
	if (p->len > PIECE_LONGEST)
		return false;
	switch (p->kind) {
	case PIECE_INTERFACE:
		return p->number == interfaces && interfaces < PIECE_INTERFACES_MAX &&
		       p->link_type <= UINT16_MAX && p->len <= PIECE_OPTIONS_MAX && p->len % 4 == 0;
	case PIECE_PACKET:
		return check_packet(p, interfaces);
	case PIECE_BLOCK:
		return (p->number == PCAPNG_SECRETS || p->number == PCAPNG_NAMES) &&
		       p->len <= PIECE_BLOCK_MAX && p->len % 4 == 0;
	case PIECE_ASK:
		return p->link_type <= UINT16_MAX && p->len == 0;
	case PIECE_TROUBLE:
		return p->len < PIECE_TEXT_MAX;
	case PIECE_PAUSE:
	case PIECE_END:
		return p->len == 0;
	default:
		return false;
	}
}
