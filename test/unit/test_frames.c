/* test_frames: the seek table of an archived file, and the column of the index. */
#include <stdlib.h>

#include "tap.h"
#include "support.h"

#include "base/bytes.h"
#include "index/frames.h"

static struct frames three(void)
{
	struct frames f = {0};

	for (unsigned i = 0; i < 3; i++) {
		struct frame_entry *e = frames_add(&f);

		e->stored = 100 + i;
		e->capture = 1000 + i;
		e->packets = i;
		if (i > 0) {
			e->first = -5;
			e->last = INT64_C(1790000000000000000) + i;
		}
		e->describes = i == 0;
	}
	return f;
}

static void test_table(void)
{
	struct frames f = three(), again = {0};
	size_t len = frames_table_size(f.n);
	uint8_t *table = malloc(len);
	struct frames_footer footer;

	frames_write_table(&f, table);
	IS_INT(len, 8 + 3 * 8 + 9, "the length that the format gives");
	IS_INT(bytes_load32(table, false), 0x184d2a5e, "a skippable frame");
	IS_INT(bytes_load32(table + 4, false), len - 8, "with its size");
	IS_INT(bytes_load32(table + len - 4, false), 0x8f92eab1, "it ends with the magic number");
	OK(frames_read_footer(&footer, table + len - FRAMES_TABLE_FOOTER), "the footer is read");
	IS_INT(footer.table, len, "and gives the length");
	OK(frames_read_table(&again, table, len), "the table is read");
	IS_INT(again.n, 3, "it has three frames");
	IS_INT(again.v[2].stored, 102, "with their sizes");
	IS_INT(again.v[2].capture, 1002, "both");
	frames_free(&again);
	for (size_t i = 0; i < len; i++)
		OK(!frames_read_table(&again, table, i), "%zu bytes of it are none", i);
	table[len - 5] = 0x04;
	OK(!frames_read_table(&again, table, len), "reserved bits are refused");
	table[len - 5] = 0x80;
	OK(!frames_read_table(&again, table, len), "checksums that are not there");
	table[len - 5] = 0;
	table[len - 9] = 4;
	OK(!frames_read_table(&again, table, len), "more frames than there are");
	memset(table + len - 9, 0xff, 4);
	OK(!frames_read_footer(&footer, table + len - 9), "more than a skippable frame can hold");
	free(table);
	frames_free(&f);
}

static void test_entries(void)
{
	struct frames f = three(), again;
	uint8_t column[3 * FRAMES_ENTRY];

	frames_write_entries(&f, column);
	OK(frames_read_entries(&again, column, sizeof(column)), "a column is read");
	IS_INT(again.n, 3, "it has three frames");
	OK(memcmp(&again.v[1], &f.v[1], sizeof(f.v[1])) == 0, "the same again");
	OK(again.v[0].last < again.v[0].first, "one without times has none");
	OK(again.v[0].describes && !again.v[1].describes, "and which describe interfaces");
	frames_free(&again);
	OK(!frames_read_entries(&again, column, sizeof(column) - 1), "a part of it is none");
	frames_free(&again);
	OK(frames_read_entries(&again, column, 0) && again.n == 0, "of no frame: no entry");
	frames_free(&again);
	frames_free(&f);
}

int main(void)
{
	test_table();
	test_entries();
	return tap_done();
}
