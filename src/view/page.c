/* page: see page.h. */
#include "view/page.h"

#include <inttypes.h>
#include <string.h>

#include "view/chart.h"
#include "view/pattern.h"

#define SECOND INT64_C(1000000000)

/* Of the chart, in pixels. */
#define ROW    30
#define BAR    22
#define LEFT   170
#define WIDTH  960 /* of the bars */
#define RIGHT  210
#define TOP    34
#define LETTER 8 /* of a name */

static const char style[] =
    ":root{color-scheme:light dark;--back:#fff;--ink:#1c2530;--soft:#5a6672;--line:#d5dbe1;"
    "--gap:#f1f3f5;--bar:#0b6bcb}"
    "@media(prefers-color-scheme:dark){:root{--back:#11161c;--ink:#e6ebf0;--soft:#9aa7b4;"
    "--line:#2e3843;--gap:#1a2129;--bar:#5aa9f5}}"
    "body{background:var(--back);color:var(--ink);font:15px/1.5 system-ui,sans-serif;"
    "margin:2rem auto;max-width:90rem;padding:0 1rem}"
    "h1{font-size:1.4rem;margin:0}p{margin:.3rem 0 1rem;color:var(--soft)}"
    ".chart{overflow-x:auto}svg{display:block;font:13px system-ui,sans-serif}"
    "text{fill:var(--ink)}.soft{fill:var(--soft)}.gap{fill:var(--gap)}.bar{fill:var(--bar)}"
    ".tick{stroke:var(--line)}code{font:13px ui-monospace,monospace}"
    "pre{background:var(--gap);padding:.7rem;overflow-x:auto;border-radius:4px}"
    "table{border-collapse:collapse;margin:1rem 0}th,td{padding:.2rem .8rem .2rem 0;"
    "text-align:left}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}"
    "th{color:var(--soft);font-weight:600}";

void page_text(const char *text, FILE *to)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '<' || c == '>' || c == '&' || c == '"' || c == '\'')
			fprintf(to, "&#%u;", c);
		else
			putc(c < ' ' || c == 0x7f ? '?' : c, to);
	}
}

static void print_who(const struct coverage_row *r, FILE *to)
{
	char who[PATTERN_WHO_MAX];

	page_text(pattern_who(r->client, r->address, who), to);
}

static double x_of(const struct coverage *v, int64_t time)
{
	return LEFT + WIDTH * ((double)(time - v->begin) / (double)(v->end - v->begin));
}

/* ---- time across ---- */

/* Seconds between two marks, so that there are at most ten. */
static int64_t tick_seconds(const struct coverage *v)
{
	static const int64_t choice[] = {1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200,
	    14400, 21600, 43200, 86400, 2 * 86400, 7 * 86400, 14 * 86400, 30 * 86400, 91 * 86400,
	    365 * 86400};
	int64_t seconds = (v->end - v->begin) / SECOND;
	size_t i = 0;

	while (i + 1 < sizeof(choice) / sizeof(*choice) && seconds / choice[i] > 10)
		i++;
	return choice[i];
}

static void print_tick(const struct coverage *v, int64_t time, int height, int64_t every,
    const struct when_zone *zone, FILE *to)
{
	char text[WHEN_TEXT_MAX];
	double x = x_of(v, time);

	when_format(time, zone, 0, text);
	fprintf(to, "<line class=\"tick\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>", x, x,
	    TOP - 6, height);
	if (every >= 86400)
		text[10] = '\0'; /* the date */
	else if (every >= 60)
		text[16] = '\0'; /* hours and minutes */
	fprintf(to, "<text class=\"soft\" x=\"%.1f\" y=\"%d\">", x + 3, TOP - 12);
	page_text(every >= 86400 ? text : text + 11, to);
	fputs("</text>\n", to);
}

/* At whole hours and days of the zone. */
static void print_ticks(
    const struct coverage *v, int height, const struct when_zone *zone, FILE *to)
{
	int64_t every = tick_seconds(v), begin = v->begin / SECOND, end = v->end / SECOND;
	int64_t local = begin + zone->east(zone->of, begin);

	for (int64_t t = begin + (every - local % every) % every; t <= end; t += every)
		if (t * SECOND >= v->begin && x_of(v, t * SECOND) < LEFT + WIDTH - 40)
			print_tick(v, t * SECOND, height, every, zone, to);
}

/* ---- clients down ---- */

static void print_step(const struct coverage *v, const struct coverage_row *r, size_t i, int y,
    const struct when_zone *zone, FILE *to)
{
	char from[WHEN_TEXT_MAX], until[WHEN_TEXT_MAX], bytes[CHART_BYTES_MAX];
	double width = (double)WIDTH / (double)v->steps;
	double part = coverage_intensity(v, r->step[i].packets);
	double height = 3 + part * (BAR - 3);

	fprintf(to,
	    "<rect class=\"bar\" x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\""
	    " opacity=\"%.2f\"><title>",
	    LEFT + width * (double)i, y + BAR - height, width, height, 0.4 + 0.6 * part);
	print_who(r, to);
	fprintf(to, "\n%s to %s\n%" PRIu64 " packets, %s</title></rect>",
	    when_format(coverage_time(v, i), zone, 0, from),
	    when_format(coverage_time(v, i + 1), zone, 0, until), r->step[i].packets,
	    chart_bytes(r->step[i].bytes, bytes));
}

static void print_row(const struct coverage *v, const struct coverage_row *r, int y,
    const struct when_zone *zone, FILE *to)
{
	char bytes[CHART_BYTES_MAX], who[PATTERN_WHO_MAX];
	bool long_name = strlen(pattern_who(r->client, r->address, who)) * LETTER > LEFT;

	fprintf(to, "<text x=\"0\" y=\"%d\"%s>", y + 16,
	    long_name ? " textLength=\"160\" lengthAdjust=\"spacingAndGlyphs\"" : "");
	print_who(r, to);
	fprintf(to, "</text><rect class=\"gap\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n",
	    LEFT, y, WIDTH, BAR);
	for (size_t i = 0; i < v->steps; i++)
		if (r->step[i].packets > 0)
			print_step(v, r, i, y, zone, to);
	fprintf(to, "\n<text class=\"soft\" x=\"%d\" y=\"%d\">%" PRIu64 " packets, %s</text>\n",
	    LEFT + WIDTH + 12, y + 16, r->packets, chart_bytes(r->bytes, bytes));
}

static void print_chart(const struct coverage *v, const struct when_zone *zone, FILE *to)
{
	int height = TOP + ROW * (int)v->n;

	fprintf(to,
	    "<div class=\"chart\"><svg width=\"%d\" height=\"%d\" role=\"img\""
	    " aria-label=\"Packets of each client over time\">\n",
	    LEFT + WIDTH + RIGHT, height + 4);
	for (size_t i = 0; i < v->n; i++)
		print_row(v, &v->row[i], TOP + ROW * (int)i, zone, to);
	print_ticks(v, height, zone, to);
	fputs("</svg></div>\n", to);
}

/* ---- gaps in words, and what to do ---- */

static void print_totals(const struct coverage *v, FILE *to)
{
	char bytes[CHART_BYTES_MAX];

	fputs("<table><tr><th>Client</th><th class=\"n\">Packets</th><th class=\"n\">Bytes</th>"
	      "<th class=\"n\">Time with packets</th></tr>\n",
	    to);
	for (size_t i = 0; i < v->n; i++) {
		const struct coverage_row *r = &v->row[i];

		fputs("<tr><td>", to);
		print_who(r, to);
		fprintf(to,
		    "</td><td class=\"n\">%" PRIu64 "</td><td class=\"n\">%s</td>"
		    "<td class=\"n\">%.1f %%</td></tr>\n",
		    r->packets, chart_bytes(r->bytes, bytes),
		    (double)r->covered / (double)v->steps * 100);
	}
	fputs("</table>\n", to);
}

static void print_command(const struct coverage *v, const struct when_zone *zone, FILE *to)
{
	char from[WHEN_TEXT_MAX], until[WHEN_TEXT_MAX];

	fputs("<p>The packets of a range of it:</p><pre><code>", to);
	fprintf(to, "osmo-pcap-read --from &#39;%s&#39; --to &#39;%s&#39; -w out.pcapng ",
	    when_format(v->begin, zone, 0, from), when_format(v->end, zone, 0, until));
	print_who(&v->row[0], to);
	fputs("</code></pre>\n", to);
}

void page_begin(const char *title, FILE *to)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
	      "<meta name=\"viewport\" content=\"width=device-width\"><title>",
	    to);
	page_text(title, to);
	fprintf(to, "</title><style>%s</style></head><body>\n", style);
}

void page_end(FILE *to)
{
	fputs("</body></html>\n", to);
}

void page_chart(const struct coverage *v, const struct when_zone *zone, FILE *to)
{
	char from[WHEN_TEXT_MAX], until[WHEN_TEXT_MAX], step[CHART_DURATION_MAX];

	fprintf(to, "<p>%s to %s, %s a step. Taller: more packets, by logarithm. Bare: none.</p>\n",
	    when_format(v->begin, zone, 0, from), when_format(v->end, zone, 0, until),
	    chart_duration((v->end - v->begin) / (int64_t)v->steps, step));
	if (v->n > 0)
		print_chart(v, zone, to);
	else
		fputs("<p>There are none.</p>\n", to);
}

void page_print(const struct coverage *v, const struct when_zone *zone, FILE *to)
{
	char from[WHEN_TEXT_MAX], until[WHEN_TEXT_MAX], title[2 * WHEN_TEXT_MAX + 32];

	snprintf(title, sizeof(title), "Recorded packets, %s to %s",
	    when_format(v->begin, zone, 0, from), when_format(v->end, zone, 0, until));
	page_begin(title, to);
	fputs("<h1>Recorded packets</h1>", to);
	page_chart(v, zone, to);
	if (v->n > 0) {
		print_totals(v, to);
		print_command(v, zone, to);
	}
	page_end(to);
}
