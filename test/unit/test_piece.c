/* test_piece: what a process tells is checked before it is used. */
#include "tap.h"
#include "support.h"

#include "read/piece.h"

/* Of a capture of 100 bytes, with one interface, read from time -1 to 20. */
static struct piece_state state;

static void fresh(void)
{
	state = (struct piece_state){.from = -1, .to = 20, .bytes = 100, .interfaces = 1};
}

static enum piece_verdict check(struct piece p)
{
	return piece_check(&state, &p);
}

#define INTERFACE(...) ((struct piece){.kind = PIECE_INTERFACE, __VA_ARGS__})
#define PACKET(...)    ((struct piece){.kind = PIECE_PACKET, __VA_ARGS__})
#define BLOCK(...)     ((struct piece){.kind = PIECE_BLOCK, __VA_ARGS__})
#define ALIVE(at)      ((struct piece){.kind = PIECE_ALIVE, .offset = (at)})
#define NO(piece)      (check(piece) == PIECE_NONSENSE)
#define YES(piece)     (check(piece) == PIECE_SOUND)
#define BEHIND(piece)  (check(piece) == PIECE_BEHIND_END)

static void test_interfaces(void)
{
	fresh();
	OK(YES(INTERFACE(.number = 1, .link_type = 65535, .len = 1024)), "the second interface");
	OK(NO(INTERFACE(.number = 1)), "none comes twice");
	OK(NO(INTERFACE(.number = 3)), "none is left out");
	OK(NO(INTERFACE(.number = 2, .link_type = 65536)), "a link type has 16 bits");
	OK(NO(INTERFACE(.number = 2, .len = 1028)), "too many options");
	OK(NO(INTERFACE(.number = 2, .len = 2)), "options are padded");
	state.interfaces = 65536;
	OK(NO(INTERFACE(.number = 65536)), "there is an end");
	fresh();
	state.link_type[state.link_types++] = 1;
	OK(YES(INTERFACE(.number = 1, .link_type = 1)), "a link type that the index has");
	OK(NO(INTERFACE(.number = 2, .link_type = 2)), "one that it has not");
}

static void test_packets(void)
{
	fresh();
	OK(YES(PACKET(.caplen = 5, .original = 9, .len = 8)), "a packet");
	OK(YES(PACKET(.caplen = 0, .len = 0)), "without a byte");
	OK(YES(PACKET(.caplen = 4, .len = 16)), "with options");
	OK(NO(PACKET(.caplen = 5, .len = 8, .number = 1)), "of no interface");
	OK(NO(PACKET(.caplen = 9, .len = 8)), "more than what follows");
	OK(NO(PACKET(.caplen = UINT32_MAX, .len = 8)), "much more");
	OK(NO(PACKET(.caplen = 5, .len = 5)), "not padded");
	OK(NO(PACKET(.caplen = 5, .len = UINT32_MAX)), "longer than any");
	OK(NO(PACKET(.time_ns = -2)), "before the time that is wanted");
	OK(NO(PACKET(.time_ns = 21)), "behind it");
	state.everything = true;
	OK(YES(PACKET(.time_ns = 21)), "where there is none, any time");
	OK(BEHIND(PACKET(.offset = 101)), "behind the end of the capture");
	OK(state.told == 24 && YES(PACKET(.caplen = 76, .len = 76)), "as much as it has");
	OK(BEHIND(PACKET(.caplen = 4, .len = 4)), "more than it has");
	state.bytes = 104;
	OK(YES(PACKET(.caplen = 4, .len = 4)), "which has grown");
	state.bytes = 40;
	OK(BEHIND(PACKET(.offset = 4, .caplen = 4, .len = 4)), "which was cut below what it had");
}

static void test_others(void)
{
	fresh();
	OK(YES(BLOCK(.number = 4, .len = 8)), "names");
	OK(YES(BLOCK(.number = 10, .len = 8)), "secrets");
	OK(NO(BLOCK(.number = 6, .len = 8)), "no packets");
	OK(NO(BLOCK(.number = 10, .len = 7)), "not padded");
	OK(NO(BLOCK(.number = 10, .len = 2u << 20)), "too long");
	OK(BEHIND(BLOCK(.number = 4, .len = 96)), "more than the capture has");
	OK(NO(((struct piece){.kind = PIECE_ASK, .link_type = 1})), "a question without a filter");
	state.filtered = true;
	OK(YES(((struct piece){.kind = PIECE_ASK, .link_type = 1})), "a question");
	OK(NO(((struct piece){.kind = PIECE_ASK, .link_type = 65536})), "of no link type");
	OK(NO(((struct piece){.kind = PIECE_ASK, .len = 4})), "with something behind");
	state.asked = 64;
	OK(NO(((struct piece){.kind = PIECE_ASK, .link_type = 1})), "again and again");
	OK(YES(((struct piece){.kind = PIECE_TROUBLE, .len = PIECE_TEXT_MAX - 1})), "a text");
	OK(NO(((struct piece){.kind = PIECE_TROUBLE, .len = PIECE_TEXT_MAX})), "too long");
	state.troubles = 100;
	OK(NO(((struct piece){.kind = PIECE_TROUBLE})), "again and again");
	OK(NO(((struct piece){.kind = PIECE_PAUSE})), "a pause where nothing grows");
	state.pauses = true;
	OK(YES(((struct piece){.kind = PIECE_PAUSE})), "a pause");
	OK(YES(((struct piece){.kind = PIECE_END})), "the end");
	OK(NO(((struct piece){.kind = PIECE_END, .len = 4})), "with something behind");
	OK(NO(((struct piece){.kind = PIECE_END + 1})), "what is no piece");
	state.bytes = PIECE_ALIVE_STEP * 2;
	OK(YES(ALIVE(PIECE_ALIVE_STEP)), "a sign of life");
	OK(NO(ALIVE(PIECE_ALIVE_STEP + 1)), "too many of them");
	OK(BEHIND(ALIVE(PIECE_ALIVE_STEP * 2 + 1)), "behind the end");
}

static bool lead_on(const void *options, size_t len)
{
	struct piece_options walk = {.left = len};
	struct piece_options words = {.left = len};
	bool ok = piece_check_options(&walk, options, len), same = true;

	for (size_t i = 0; i < len && same; i += 4)
		same = piece_check_options(&words, (const uint8_t *)options + i, 4);
	return ok && same;
}

static void test_options(void)
{
	OK(lead_on("", 0), "no options");
	OK(lead_on("\1\0\3\0abc\0\0\0\0\0", 12), "a comment, and their end");
	OK(lead_on("\1\0\3\0abc\0", 8), "without their end");
	OK(!lead_on("\1\0\5\0abc\0", 8), "longer than what there is");
	OK(!lead_on("\1\0\xff\xff"
		    "abc\0",
	       8),
	    "much longer");
	OK(!lead_on("\0\0\0\0\1\0\0\0", 8), "something behind their end");
	OK(!lead_on("\0\0\4\0abcd", 8), "an end that is long");
}

static void test_blocks(void)
{
	static const uint8_t names[] = {1, 0, 6, 0, 127, 0, 0, 1, 'a', 0, 0, 0, 0, 0, 0, 0};
	static const uint8_t secrets[] = {1, 0, 0, 0, 3, 0, 0, 0, 'a', 'b', 'c', 0};
	uint8_t room[16], bad[16];

	OK(piece_check_block(4, names, 16, room), "names");
	OK(piece_check_block(10, secrets, 12, room), "secrets");
	memcpy(bad, names, 16);
	bad[2] = 60;
	OK(!piece_check_block(4, bad, 16, room), "a name that is too long");
	memcpy(bad, secrets, 12);
	bad[5] = 1;
	OK(!piece_check_block(10, bad, 12, room), "secrets that are too long");
	OK(!piece_check_block(10, secrets, 4, room), "none at all");
}

int main(void)
{
	test_interfaces();
	test_packets();
	test_others();
	test_options();
	test_blocks();
	return tap_done();
}
