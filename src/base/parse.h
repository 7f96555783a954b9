/* parse: strict text to value, for configuration and command lines.
 *
 * The whole text must be the value: no leading blanks, no sign where none is allowed, no
 * trailing characters, no overflow. On failure the output is untouched. No locale, no errno. */
#ifndef BASE_PARSE_H
#define BASE_PARSE_H

#include <stdbool.h>
#include <stdint.h>

/* Longest client name, without the terminating NUL. */
#define PARSE_NAME_MAX 64

/* Decimal number in min..max. */
bool parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *out);

/* Decimal number of bytes, optionally followed by K, M, G or T (powers of 1024). */
bool parse_size(const char *text, uint64_t *out);

/* Decimal number with s, m, h, d or w behind it (seconds, minutes, hours, days, weeks), as seconds.
 */
bool parse_duration(const char *text, uint64_t *out);

/* Decimal number with % behind it, 0 to 100. */
bool parse_percent(const char *text, unsigned *out);

/* Octal file mode, at most 0777. */
bool parse_mode(const char *text, unsigned *out);

/* Client name: [A-Za-z0-9][A-Za-z0-9._-]{0,63} */
bool parse_name(const char *text);

#endif
