/* test_layout: the line of the progress at every width. */
#include "tap.h"

#include "base/layout.h"

static const struct layout half = {.done = 500,
    .total = 1000,
    .packets = 12345,
    .packet_rate = 678.4,
    .byte_rate = 9.04e6,
    .done_rate = 6.6};

static void looks(const struct layout *l, size_t width, const char *want)
{
	char out[LAYOUT_MAX];
	size_t len = layout(l, width, out);

	IS_STR(out, want, "at %zu columns", width);
	OK(len == strlen(out) && len <= width, "its length");
}

static void test_widths(void)
{
	looks(&half, 200, "[############............]  50% 12345 pkt 678/s 9.0 MB/s left 1:16");
	looks(&half, 66, "[############............]  50% 12345 pkt 678/s 9.0 MB/s left 1:16");
	looks(&half, 65, "[###########............]  50% 12345 pkt 678/s 9.0 MB/s left 1:16");
	looks(&half, 59, "[########.........]  50% 12345 pkt 678/s 9.0 MB/s left 1:16");
	looks(&half, 47, "[##...]  50% 12345 pkt 678/s 9.0 MB/s left 1:16");
	looks(&half, 46, " 50% 12345 pkt 678/s 9.0 MB/s left 1:16");
	looks(&half, 39, " 50% 12345 pkt 678/s 9.0 MB/s left 1:16");
	looks(&half, 38, " 50% 12345 pkt 9.0 MB/s left 1:16");
	looks(&half, 33, " 50% 12345 pkt 9.0 MB/s left 1:16");
	looks(&half, 32, " 50% 12345 pkt left 1:16");
	looks(&half, 24, " 50% 12345 pkt left 1:16");
	looks(&half, 23, " 50% left 1:16");
	looks(&half, 14, " 50% left 1:16");
	looks(&half, 13, " 50%");
	looks(&half, 4, " 50%");
	looks(&half, 3, "");
	looks(&half, 0, "");
}

static void test_unknown_total(void)
{
	struct layout l = half;

	l.total = 0;
	looks(&l, 100, "12345 pkt 678/s 9.0 MB/s");
	looks(&l, 23, "12345 pkt 9.0 MB/s");
	looks(&l, 17, "12345 pkt");
	looks(&l, 8, "");
}

static void test_values(void)
{
	struct layout l = {.done = 1001, .total = 1000};
	char out[LAYOUT_MAX];

	looks(&l, 100, "[########################] 100% 0 pkt 0/s 0 kB/s left --:--");
	l = (struct layout){.packets = 3, .packet_rate = 5, .byte_rate = 450};
	looks(&l, 100, "3 pkt 5/s 0 kB/s");
	l.byte_rate = 999499;
	looks(&l, 100, "3 pkt 5/s 999 kB/s");
	l.byte_rate = 999500;
	looks(&l, 100, "3 pkt 5/s 1.0 MB/s");
	l = (struct layout){.total = 36610, .done = 10, .done_rate = 10};
	looks(&l, 18, "  0% left 1:01:00");
	l = (struct layout){.total = UINT64_MAX,
	    .done = UINT64_MAX - 1,
	    .packets = UINT64_MAX,
	    .packet_rate = 1e300,
	    .byte_rate = 1e300,
	    .done_rate = 1e-300};
	for (size_t width = 0; width < 300; width++)
		if (layout(&l, width, out) > width)
			OK(false, "too long at %zu", width);
	OK(strstr(out, "100% 18446744073709551615 pkt"), "the largest values: %s", out);
}

int main(void)
{
	test_widths();
	test_unknown_total();
	test_values();
	return tap_done();
}
