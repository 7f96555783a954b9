/* terminal: what standard output can show. */
#ifndef VIEW_TERMINAL_H
#define VIEW_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/* Of the terminal on standard output; 80 where there is none. */
size_t terminal_columns(void);

/* Of the same; 0: there is no terminal, or it does not say. */
size_t terminal_lines(void);

/* Whether the locale's characters are UTF-8. Takes LC_CTYPE from the environment. */
bool terminal_utf8(void);

#endif
