/* parse: see parse.h. */
#include "base/parse.h"

#include <stddef.h>
#include <string.h>

/* Accumulates digits of `base`; returns where they end, or NULL for no digit or overflow. */
static const char *digits(const char *s, unsigned base, uint64_t *out)
{
	const char *start = s;
	uint64_t v = 0;

	for (; *s >= '0' && (unsigned)(*s - '0') < base; s++) {
		unsigned d = (unsigned)(*s - '0');

		if (v > (UINT64_MAX - d) / base)
			return NULL;
		v = v * base + d;
	}
	if (s == start)
		return NULL;
	*out = v;
	return s;
}

bool parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
	uint64_t v;
	const char *end = digits(text, 10, &v);

	if (!end || *end || v < min || v > max)
		return false;
	*out = v;
	return true;
}

bool parse_size(const char *text, uint64_t *out)
{
	static const char units[] = "KMGT";
	uint64_t v;
	const char *end = digits(text, 10, &v);
	unsigned shift = 0;

	if (!end)
		return false;
	if (*end) {
		const char *u = strchr(units, *end);

		if (!u || end[1])
			return false;
		shift = 10 * (unsigned)(u - units + 1);
	}
	if (v > UINT64_MAX >> shift)
		return false;
	*out = v << shift;
	return true;
}

bool parse_mode(const char *text, unsigned *out)
{
	uint64_t v;
	const char *end = digits(text, 8, &v);

	if (!end || *end || v > 0777)
		return false;
	*out = (unsigned)v;
	return true;
}

static bool alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool parse_name(const char *text)
{
	size_t i;

	if (!alnum(text[0]))
		return false;
	for (i = 1; text[i]; i++)
		if (!alnum(text[i]) && !strchr("._-", text[i]))
			return false;
	return i <= PARSE_NAME_MAX;
}

bool parse_duration(const char *text, uint64_t *out)
{
	static const struct {
		char letter;
		unsigned seconds;
	} unit[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800}};
	uint64_t v;
	const char *end = digits(text, 10, &v);

	for (size_t i = 0; end && i < sizeof(unit) / sizeof(*unit); i++)
		if (*end == unit[i].letter && !end[1] && v <= UINT64_MAX / unit[i].seconds) {
			*out = v * unit[i].seconds;
			return true;
		}
	return false;
}

bool parse_percent(const char *text, unsigned *out)
{
	uint64_t v;
	const char *end = digits(text, 10, &v);

	if (!end || strcmp(end, "%") != 0 || v > 100)
		return false;
	*out = (unsigned)v;
	return true;
}
