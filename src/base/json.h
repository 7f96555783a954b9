/* json: a text as a string of JSON (RFC 8259). */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdio.h>

/* With its quotation marks. Whatever is no printable ASCII becomes \u00NN, byte by byte. */
void json_text(FILE *to, const char *text);

#endif
