/* json: a text as a string of JSON (RFC 8259). */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdio.h>

/* With its quotation marks. UTF-8 stays as it is; a byte that belongs to no character of it becomes
 * U+FFFD, since JSON has no way to write it. */
void json_text(FILE *to, const char *text);

#endif
