/* test_stats: counters as text, whatever the shared page says. */
#include "tap.h"
#include "support.h"

#include "record/stats.h"

int main(void)
{
	static const struct {
		struct stats s;
		const char *text;
	} rows[] = {{{0}, "packets=0 bytes=0 files=0"},
	    {{.frames = 4, .packets = 3, .bytes = 324, .files = 1, .file_bytes = 324},
		"packets=3 bytes=324 files=1"},
	    {{.packets = 5000000000, .bytes = 1000000000000000, .files = 4294967296},
		"packets=5000000000 bytes=1000000000000000 files=4294967296"},
	    {{.packets = 5, .cut = 1}, "packets=5 bytes=0 files=0 cut=1"},
	    {{.packets = 5, .filtered = 2}, "packets=5 bytes=0 files=0 filtered=2"},
	    {{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX,
		 UINT64_MAX, UINT64_MAX},
		"packets=18446744073709551615 bytes=18446744073709551615 "
		"files=18446744073709551615 cut=18446744073709551615 "
		"filtered=18446744073709551615"}};
	char text[STATS_TEXT_MAX];

	for (size_t i = 0; i < COUNT(rows); i++) {
		memset(text, 'x', sizeof(text));
		OK(stats_format(&rows[i].s, text) == text, "row %zu: the buffer is returned", i);
		IS_STR(text, rows[i].text, "row %zu", i);
	}
	return tap_done();
}
