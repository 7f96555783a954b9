/* test_piece: what a process tells is checked before it is used. */
#include "tap.h"
#include "support.h"

#include "read/piece.h"

#define INTERFACE(...)                                                                             \
	(struct piece)                                                                             \
	{                                                                                          \
		.kind = PIECE_INTERFACE, __VA_ARGS__                                               \
	}
#define PACKET(...)                                                                                \
	(struct piece)                                                                             \
	{                                                                                          \
		.kind = PIECE_PACKET, __VA_ARGS__                                                  \
	}

static bool check(struct piece p, uint32_t interfaces)
{
	return piece_check(&p, interfaces);
}

int main(void)
{
	OK(check(INTERFACE(.number = 0), 0), "the first interface");
	OK(check(INTERFACE(.number = 7, .link_type = 65535, .len = 1024), 7), "the eighth");
	OK(!check(INTERFACE(.number = 1), 0), "none is left out");
	OK(!check(INTERFACE(.number = 0), 1), "none comes twice");
	OK(!check(INTERFACE(.link_type = 65536), 0), "a link type has 16 bits");
	OK(!check(INTERFACE(.len = 1028), 0), "too many options");
	OK(!check(INTERFACE(.len = 2), 0), "options are padded");
	OK(!check(INTERFACE(.number = 65536), 65536), "there is an end");

	OK(check(PACKET(.caplen = 5, .original = 9, .len = 8), 1), "a packet");
	OK(check(PACKET(.caplen = 0, .len = 0), 1), "without a byte");
	OK(check(PACKET(.caplen = 4, .len = 16), 1), "with options");
	OK(!check(PACKET(.caplen = 5, .len = 8, .number = 1), 1), "of no interface");
	OK(!check(PACKET(.caplen = 9, .len = 8), 1), "more than what follows");
	OK(!check(PACKET(.caplen = UINT32_MAX, .len = 8), 1), "much more");
	OK(!check(PACKET(.caplen = 5, .len = 5), 1), "not padded");
	OK(!check(PACKET(.caplen = 5, .len = UINT32_MAX), 1), "longer than any");

	OK(check((struct piece){.kind = PIECE_BLOCK, .number = 4, .len = 8}, 0), "names");
	OK(check((struct piece){.kind = PIECE_BLOCK, .number = 10, .len = 8}, 0), "secrets");
	OK(!check((struct piece){.kind = PIECE_BLOCK, .number = 6, .len = 8}, 0), "no packets");
	OK(!check((struct piece){.kind = PIECE_BLOCK, .number = 10, .len = 7}, 0), "not padded");
	OK(!check((struct piece){.kind = PIECE_BLOCK, .number = 10, .len = 2u << 20}, 0),
	    "too long");
	OK(check((struct piece){.kind = PIECE_ASK, .link_type = 1}, 0), "a question");
	OK(!check((struct piece){.kind = PIECE_ASK, .link_type = 65536}, 0), "of no link type");
	OK(!check((struct piece){.kind = PIECE_ASK, .len = 4}, 0), "with something behind");
	OK(check((struct piece){.kind = PIECE_TROUBLE, .len = PIECE_TEXT_MAX - 1}, 0), "a text");
	OK(!check((struct piece){.kind = PIECE_TROUBLE, .len = PIECE_TEXT_MAX}, 0), "too long");
	OK(check((struct piece){.kind = PIECE_END}, 0), "the end");
	OK(!check((struct piece){.kind = PIECE_END, .len = 4}, 0), "with something behind");
	OK(!check((struct piece){.kind = PIECE_END + 1}, 0), "what is no piece");
	return tap_done();
}
