/* quote: a text as a string of a configuration file, as libconfig reads it back.
 *
 * Not for lines of the log: LOG_QUOTE (log.h) is. */
#ifndef BASE_QUOTE_H
#define BASE_QUOTE_H

#include <stdio.h>

/* With its quotation marks. Control characters become \xNN; other bytes stay as they are. */
void quote_print(const char *text, FILE *out);

#endif
