/* chart: see chart.h. */
#include "view/chart.h"

#include <inttypes.h>

#include "base/json.h"
#include "view/pattern.h"

#define SECOND    UINT64_C(1000000000)
#define LEVELS    8
#define STEPS_MIN 10u
#define STEPS_MAX 1000u
#define NAME_MIN  6u
#define TOTALS    28u /* columns: packets, bytes, percentage, and what is between */

size_t chart_steps(size_t columns, size_t widest)
{
	size_t used = (widest < NAME_MIN ? NAME_MIN : widest) + 2 + TOTALS;
	size_t left = columns > used ? columns - used : 0;

	return left < STEPS_MIN ? STEPS_MIN : left > STEPS_MAX ? STEPS_MAX : left;
}

/* ---- numbers ---- */

const char *chart_bytes(uint64_t bytes, char out[CHART_BYTES_MAX])
{
	static const char *const unit[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
	double n = (double)bytes;
	unsigned u = 0;

	for (; n >= 999.5 && u < 6; u++)
		n /= 1000;
	snprintf(out, CHART_BYTES_MAX, u > 0 && n < 9.95 ? "%.1f %s" : "%.0f %s", n, unit[u]);
	return out;
}

/* Rounded to what is shown. */
const char *chart_duration(uint64_t ns, char out[CHART_DURATION_MAX])
{
	uint64_t s = ns / SECOND + (ns % SECOND >= SECOND / 2);
	uint64_t minutes = (s + 30) / 60, hours = (s + 1800) / 3600;

	if (s >= 86400)
		snprintf(
		    out, CHART_DURATION_MAX, "%" PRIu64 " d %" PRIu64 " h", hours / 24, hours % 24);
	else if (s >= 3600)
		snprintf(out, CHART_DURATION_MAX, "%" PRIu64 " h %" PRIu64 " min", minutes / 60,
		    minutes % 60);
	else if (s >= 60)
		snprintf(out, CHART_DURATION_MAX, "%" PRIu64 " min %" PRIu64 " s", s / 60, s % 60);
	else if (ns >= SECOND / 1000)
		snprintf(out, CHART_DURATION_MAX, "%.3g s", (double)ns / (double)SECOND);
	else if (ns >= 1000)
		snprintf(out, CHART_DURATION_MAX, "%.3g us", (double)ns / 1000);
	else
		snprintf(out, CHART_DURATION_MAX, "%" PRIu64 " ns", ns);
	return out;
}

/* ---- for people ---- */

static const char *level(double intensity, bool some, bool utf8)
{
	static const char *const blocks[LEVELS + 1] = {"·", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	static const char *const ascii[LEVELS + 1] = {".", "_", "-", "=", "+", "*", "o", "O", "#"};
	unsigned i = (unsigned)(intensity * LEVELS + 0.5);

	if (some && i == 0)
		i = 1;
	i = i > LEVELS ? LEVELS : i;
	return utf8 ? blocks[i] : ascii[i];
}

static void print_head(const struct coverage *v, int width, const struct when_zone *zone, FILE *to)
{
	char from[WHEN_TEXT_MAX], until[WHEN_TEXT_MAX], step[CHART_DURATION_MAX];

	when_format(v->begin, zone, 0, from);
	when_format(v->end, zone, 0, until);
	fprintf(to, "%s to %s, %s a column\n", from, until,
	    chart_duration(coverage_span(v) / v->steps, step));
	fprintf(to, "%-*s  %*s  %11s %7s %5s\n", width, "CLIENT", (int)v->steps, "", "PACKETS",
	    "BYTES", "TIME");
}

static void print_row(
    const struct coverage *v, const struct coverage_row *r, int width, bool utf8, FILE *to)
{
	char who[PATTERN_WHO_MAX], bytes[CHART_BYTES_MAX];
	double part = (double)r->covered / (double)v->steps * 100;

	fprintf(to, "%-*s  ", width, pattern_who(r->client, r->address, who));
	for (size_t i = 0; i < v->steps; i++)
		fputs(level(coverage_intensity(v, r->step[i].packets), r->step[i].some, utf8), to);
	/* not 100 % while anything is missing, nor 0 % while anything is there */
	if (part > 99 && r->covered < v->steps)
		part = 99;
	if (part < 1 && r->covered > 0)
		part = 1;
	fprintf(
	    to, "  %11" PRIu64 " %7s %3.0f %%\n", r->packets, chart_bytes(r->bytes, bytes), part);
}

void chart_print(
    const struct coverage *v, size_t widest, const struct when_zone *zone, bool utf8, FILE *to)
{
	int width = (int)(widest < NAME_MIN ? NAME_MIN : widest);

	if (v->n == 0)
		return;
	print_head(v, width, zone, to);
	for (size_t i = 0; i < v->n; i++)
		print_row(v, &v->row[i], width, utf8, to);
}

/* ---- for programs ---- */

static void print_numbers(
    const struct coverage *v, const struct coverage_row *r, bool bytes, FILE *to)
{
	fprintf(to, ",\"%s\":[", bytes ? "bytes" : "packets");
	for (size_t i = 0; i < v->steps; i++)
		fprintf(to, "%s%" PRIu64, i > 0 ? "," : "",
		    bytes ? r->step[i].bytes : r->step[i].packets);
	putc(']', to);
}

void chart_print_json(const struct coverage *v, FILE *to)
{
	for (size_t i = 0; i < v->n; i++) {
		const struct coverage_row *r = &v->row[i];

		fputs("{\"client\":", to);
		json_text(to, r->client);
		fputs(",\"address\":", to);
		json_text(to, r->address);
		fprintf(to, ",\"from\":%" PRId64 ",\"to\":%" PRId64 ",\"steps\":%zu", v->begin,
		    v->end, v->steps);
		fprintf(to, ",\"steps-with-packets\":%zu", r->covered);
		fprintf(to, ",\"total-packets\":%" PRIu64 ",\"total-bytes\":%" PRIu64, r->packets,
		    r->bytes);
		print_numbers(v, r, false, to);
		print_numbers(v, r, true, to);
		fputs("}\n", to);
	}
}
