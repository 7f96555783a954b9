/* json: see json.h. */
#include "base/json.h"

#include <stddef.h>

/* How many bytes the character of UTF-8 has that the text begins with (RFC 3629: the shortest form,
 * no surrogates, nothing above U+10FFFF); 0: it begins with none. */
static size_t character(const unsigned char *p)
{
	static const struct {
		unsigned char first, last;   /* of the first byte */
		unsigned char second, until; /* of the second; others are 80 to BF */
		size_t len;
	} row[] = {{0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
	    {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
	    {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4}};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		size_t n = 2;

		if (*p < row[i].first || *p > row[i].last)
			continue;
		if (p[1] < row[i].second || p[1] > row[i].until)
			return 0;
		while (n < row[i].len && (p[n] & 0xc0) == 0x80)
			n++;
		return n == row[i].len ? n : 0;
	}
	return 0;
}

void json_text(FILE *to, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	putc('"', to);
	while (*p) {
		size_t n = *p > 0x7f ? character(p) : 1;

		if (n == 0) {
			fputs("\\ufffd", to);
			p++;
		} else if (*p < ' ' || *p == '"' || *p == '\\' || *p == 0x7f) {
			fprintf(to, "\\u%04x", *p++);
		} else {
			while (n-- > 0)
				putc(*p++, to);
		}
	}
	putc('"', to);
}
