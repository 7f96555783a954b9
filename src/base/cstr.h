/* cstr: C strings compared, and made printable: done the same way everywhere.
 *
 * Refuses to allocate, and to look at the locale. Pure. */
#ifndef BASE_CSTR_H
#define BASE_CSTR_H

#include <stdbool.h>
#include <stddef.h>

/* Whether both are the same text, or both are NULL. */
bool cstr_equal(const char *a, const char *b);

/* The character, or '?' instead of a control character. Bytes above 0x7f stay. */
char cstr_printable_char(char c);

/* Control characters among the first `len` bytes become '?': a line stays one line, and a terminal
 * that shows it is not driven by it. Other bytes, those above 0x7f too, stay. */
void cstr_printable(char *text, size_t len);

#endif
