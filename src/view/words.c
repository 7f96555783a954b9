/* words: see words.h. */
#include "view/words.h"

#include <inttypes.h>

#include "view/pattern.h"

#define SECOND 1e9

void words_text(const char *text, FILE *to)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '<' || c == '>' || c == '&' || c == '"' || c == '\'')
			fprintf(to, "&#%u;", c);
		else
			putc(c < ' ' || c == 0x7f ? '?' : c, to);
	}
}

void words_who(const struct coverage_row *r, FILE *to)
{
	char who[PATTERN_WHO_MAX];

	words_text(pattern_who(r->client, r->address, who), to);
}

const char *words_time(int64_t ns, const struct when_zone *zone, char out[WHEN_TEXT_MAX])
{
	if (!when_format_exact(ns - ns % 1000000000, zone, out))
		when_format(ns, zone, 0, out);
	return out;
}

void words_print_time(int64_t ns, const struct when_zone *zone, FILE *to)
{
	char text[WHEN_TEXT_MAX];

	words_text(words_time(ns, zone, text), to);
}

void words_count(uint64_t n, FILE *to)
{
	char digits[24];
	size_t len = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, n);

	for (size_t i = 0; i < len; i++)
		fprintf(to, "%s%c", i > 0 && (len - i) % 3 == 0 ? "&#8239;" : "", digits[i]);
}

void words_rate(const struct coverage *v, uint64_t packets, size_t steps, FILE *to)
{
	static const struct {
		double seconds;
		const char *name;
	} unit[] = {{1, "s"}, {60, "min"}, {3600, "h"}, {86400, "day"}};
	double seconds = (double)coverage_span(v) / (double)v->steps * (double)steps / SECOND;
	double rate = (double)packets / seconds;
	size_t i = 0;

	while (i < 3 && rate * unit[i].seconds < 1)
		i++;
	rate *= unit[i].seconds;
	if (rate < 10)
		fprintf(to, "%.2g", rate);
	else
		words_count((uint64_t)(rate + 0.5), to);
	fprintf(to, " packets/%s", unit[i].name);
}
