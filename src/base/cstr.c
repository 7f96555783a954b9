/* cstr: see cstr.h. */
#include "base/cstr.h"

#include <string.h>

bool cstr_equal(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

char cstr_printable_char(char c)
{
	if ((unsigned char)c < ' ' || c == 0x7f)
		return '?';
	return c;
}

void cstr_printable(char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		text[i] = cstr_printable_char(text[i]);
}
