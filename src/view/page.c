/* page: see page.h. */
#include "view/page.h"

#include <inttypes.h>
#include <string.h>

#include "view/axis.h"
#include "view/chart.h"
#include "view/gaps.h"
#include "view/pattern.h"

#define SECOND 1e9

#define HEIGHT  100  /* of a drawing; its width is the number of steps */
#define LOWEST  14   /* bar of a step with packets, */
#define PERHAPS 6    /* and of one that may have some */
#define MANY    40   /* rows: from so many on they are low */
#define GAPS    20   /* in the list */
#define RIGHT   0.95 /* behind that no mark has room for its text */

static const char style[] =
    ":root{color-scheme:light dark;--back:#fff;--ink:#1c2530;--soft:#5a6672;--line:#8793a0;"
    "--gap:#ffc4b5;--track:#eef1f4;--bar:#0b62bd}"
    "@media(prefers-color-scheme:dark){:root{--back:#11161c;--ink:#e6ebf0;--soft:#9aa7b4;"
    "--line:#65727f;--gap:#7d3022;--track:#1d252e;--bar:#62aef7}}"
    "body{background:var(--back);color:var(--ink);font:15px/1.5 system-ui,sans-serif;"
    "margin:1.5rem auto;max-width:100rem;padding:0 1rem}"
    "h1{font-size:1.4rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .3rem}"
    "p{margin:.2rem 0 1rem}.soft,th,.head{color:var(--soft)}"
    ".key{display:inline-block;width:1.2em;height:.9em;margin:0 .2em 0 .8em;vertical-align:-.1em}"
    ".key.bar{background:var(--bar)}.key.gap{background:var(--gap)}"
    ".chart{display:grid;grid-template-columns:fit-content(16rem) minmax(10rem,1fr)"
    " repeat(4,max-content);row-gap:5px;align-items:center;font-size:14px}"
    ".row{display:contents}.head>*{position:sticky;top:0;background:var(--back);z-index:1;"
    "height:1.6em;font-size:13px}"
    ".who{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;padding-right:.9rem}"
    ".n{text-align:right;padding-left:.9rem;font-variant-numeric:tabular-nums;white-space:nowrap}"
    "svg{display:block;width:100%;height:26px;background:var(--track)}"
    ".many{row-gap:2px;font-size:12px;line-height:1.2}.many svg{height:15px}"
    ".gap{fill:var(--gap)}.bar{fill:var(--bar)}"
    ".tick{stroke:var(--line);stroke-opacity:.45;fill:none;vector-effect:non-scaling-stroke}"
    ".axis span{position:absolute;white-space:nowrap;border-left:1px solid var(--line);"
    "padding-left:3px}.axis .main{color:var(--ink);font-weight:600}"
    "code{font:13px ui-monospace,monospace;user-select:all}.wide{overflow-x:auto}"
    "table{border-collapse:collapse;font-size:14px}th,td{padding:.2rem 1.2rem .2rem 0;"
    "text-align:left;white-space:nowrap}th{font-weight:400}"
    "@media(min-width:801px)and (max-width:1200px){.axis span:nth-child(even){display:none}}"
    "@media(max-width:800px){.chart{display:block}"
    ".row{display:grid;grid-template-columns:minmax(0,1fr) repeat(2,max-content);margin-top:6px}"
    ".row>svg,.axis{grid-column:1/-1;order:1}.time,.bytes{display:none}"
    ".head{position:sticky;top:0;z-index:1;background:var(--back)}.head>*{position:static}"
    ".head>.axis{position:relative}.many .row{margin-top:2px}"
    ".axis span:not(:nth-child(3n+1)){display:none}}";

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

/* With its offset, where --from could read it. */
static const char *time_text(int64_t ns, const struct when_zone *zone, char out[WHEN_TEXT_MAX])
{
	if (!when_format_exact(ns - ns % 1000000000, zone, out))
		when_format(ns, zone, 0, out);
	return out;
}

static void print_time(int64_t ns, const struct when_zone *zone, FILE *to)
{
	char text[WHEN_TEXT_MAX];

	page_text(time_text(ns, zone, text), to);
}

/* Groups of three digits, with a narrow space between them. */
static void print_count(uint64_t n, FILE *to)
{
	char digits[24];
	size_t len = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, n);

	for (size_t i = 0; i < len; i++)
		fprintf(to, "%s%c", i > 0 && (len - i) % 3 == 0 ? "&#8239;" : "", digits[i]);
}

/* Of packets in so many steps. */
static void print_rate(const struct coverage *v, uint64_t packets, size_t steps, FILE *to)
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
		print_count((uint64_t)(rate + 0.5), to);
	fprintf(to, " packets/%s", unit[i].name);
}

/* ---- time across ---- */

struct across {
	struct axis_mark mark[AXIS_MARKS_MAX];
	size_t n;
};

static double place(const struct coverage *v, const struct axis_mark *m)
{
	return ((double)m->time * SECOND - (double)v->begin) / (double)coverage_span(v);
}

static void print_axis(const struct coverage *v, const struct across *a, FILE *to)
{
	fputs("<div class=\"axis\">", to);
	for (size_t i = 0; i < a->n; i++)
		if (place(v, &a->mark[i]) < RIGHT)
			fprintf(to, "<span%s style=\"left:%.2f%%\">%s</span>",
			    a->mark[i].main ? " class=\"main\"" : "", place(v, &a->mark[i]) * 100,
			    a->mark[i].text);
	fputs("</div>", to);
}

static void print_ticks(const struct coverage *v, const struct across *a, FILE *to)
{
	if (a->n == 0)
		return;
	fputs("<path class=\"tick\" d=\"", to);
	for (size_t i = 0; i < a->n; i++)
		fprintf(to, "M%.2f 0V%d", place(v, &a->mark[i]) * (double)v->steps, HEIGHT);
	fputs("\"/>", to);
}

/* ---- clients down ---- */

static void print_range(const struct coverage *v, const struct coverage_row *r, size_t i,
    size_t end, const struct when_zone *zone, FILE *to)
{
	print_who(r, to);
	putc('\n', to);
	print_time(coverage_time(v, i), zone, to);
	fputs(" to ", to);
	print_time(coverage_time(v, end), zone, to);
	putc('\n', to);
}

static void print_gap(const struct coverage *v, const struct coverage_row *r, size_t i, size_t end,
    const struct when_zone *zone, FILE *to)
{
	char length[CHART_DURATION_MAX];

	fprintf(to, "<rect class=\"gap\" x=\"%zu\" width=\"%zu\" height=\"%d\"><title>", i, end - i,
	    HEIGHT);
	print_range(v, r, i, end, zone, to);
	fprintf(to, "no packet for %s</title></rect>\n",
	    chart_duration(coverage_span(v) / v->steps * (end - i), length));
}

static int height_of(const struct coverage *v, const struct coverage_step *s)
{
	if (s->packets == 0)
		return PERHAPS;
	return LOWEST + (int)(coverage_intensity(v, s->packets) * (HEIGHT - LOWEST));
}

static void print_bars(const struct coverage *v, const struct coverage_row *r, size_t i, size_t end,
    const struct when_zone *zone, FILE *to)
{
	uint64_t packets = 0, bytes = 0, most = 0;
	char text[CHART_BYTES_MAX];

	fprintf(to, "<path class=\"bar\" d=\"M%zu %d", i, HEIGHT);
	for (size_t k = i; k < end; k++) {
		fprintf(to, "V%dH%zu", HEIGHT - height_of(v, &r->step[k]), k + 1);
		packets += r->step[k].packets;
		bytes += r->step[k].bytes;
		most = r->step[k].packets > most ? r->step[k].packets : most;
	}
	fprintf(to, "V%dZ\"><title>", HEIGHT);
	print_range(v, r, i, end, zone, to);
	print_count(packets, to);
	fprintf(to, " packets, %s\n", chart_bytes(bytes, text));
	print_rate(v, packets, end - i, to);
	fputs(", at most ", to);
	print_rate(v, most, 1, to);
	fputs("</title></path>\n", to);
}

static void print_drawing(const struct coverage *v, const struct coverage_row *r,
    const struct across *a, const struct when_zone *zone, FILE *to)
{
	size_t end;

	fprintf(to,
	    "<svg viewBox=\"0 0 %zu %d\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"",
	    v->steps, HEIGHT);
	print_who(r, to);
	fputs("\">\n", to);
	for (size_t i = 0; i < v->steps; i = end) {
		end = coverage_run(v, r, i);
		(r->step[i].some ? print_bars : print_gap)(v, r, i, end, zone, to);
	}
	print_ticks(v, a, to);
	fputs("</svg>", to);
}

/* Not 100 % while anything is missing. */
static double part_of(const struct coverage *v, const struct coverage_row *r)
{
	double part = (double)r->covered / (double)v->steps * 100;

	return part > 99.9 && r->covered < v->steps ? 99.9 : part;
}

static void print_row(const struct coverage *v, const struct coverage_row *r,
    const struct across *a, const struct when_zone *zone, FILE *to)
{
	char bytes[CHART_BYTES_MAX], length[CHART_DURATION_MAX] = "none";
	struct gap longest = gaps_of_row(v, r);
	size_t steps = longest.end - longest.begin;

	fputs("<div class=\"row\"><div class=\"who\" title=\"", to);
	print_who(r, to);
	fputs("\">", to);
	print_who(r, to);
	fputs("</div>\n", to);
	print_drawing(v, r, a, zone, to);
	if (steps > 0)
		chart_duration(coverage_span(v) / v->steps * steps, length);
	fputs("<div class=\"n\">", to);
	print_count(r->packets, to);
	fprintf(to,
	    "</div><div class=\"n bytes\">%s</div><div class=\"n time\">%.1f %%</div>"
	    "<div class=\"n\">%s</div></div>\n",
	    chart_bytes(r->bytes, bytes), part_of(v, r), length);
}

static void print_rows(const struct coverage *v, const struct when_zone *zone, FILE *to)
{
	struct across a;

	a.n = axis_marks(v->begin, v->end, zone, a.mark);
	fprintf(to, "<div class=\"chart%s\"><div class=\"row head\"><div class=\"who\"></div>",
	    v->n >= MANY ? " many" : "");
	print_axis(v, &a, to);
	fputs("<div class=\"n\">Packets</div><div class=\"n bytes\">Bytes</div>"
	      "<div class=\"n time\">Covered</div><div class=\"n\">Longest gap</div></div>\n",
	    to);
	for (size_t i = 0; i < v->n; i++)
		print_row(v, &v->row[i], &a, zone, to);
	fputs("</div>\n", to);
}

/* ---- gaps in words, and what to do ---- */

/* A word for the shell. */
static void print_quoted(const char *word, FILE *to)
{
	char one[2] = "";

	fputs("&#39;", to);
	for (; *word; word++) {
		*one = *word;
		if (*word == '\'')
			fputs("&#39;\\&#39;&#39;", to);
		else
			page_text(one, to);
	}
	fputs("&#39;", to);
}

/* Of all packets from a time to another, both included. */
static void print_command(const struct coverage_row *r, int64_t first, int64_t last,
    const struct when_zone *zone, const char *config, FILE *to)
{
	char text[WHEN_TEXT_MAX];

	fputs("<code>osmo-pcap-read", to);
	if (config) {
		fputs(" -c ", to);
		print_quoted(config, to);
	}
	if (when_format_exact(first, zone, text))
		fprintf(to, " --from &#39;%s&#39;", text);
	if (when_format_exact(last, zone, text))
		fprintf(to, " --to &#39;%s&#39;", text);
	fputs(" -w out.pcapng ", to);
	print_who(r, to);
	fputs("</code>", to);
}

static void print_gaps(
    const struct coverage *v, const struct when_zone *zone, const char *config, FILE *to)
{
	struct gap gap[GAPS];
	size_t n = gaps_longest(v, gap, GAPS);

	if (n == 0)
		return;
	fputs("<h2>The longest gaps</h2><div class=\"wide\"><table><tr><th>Client</th><th>From</th>"
	      "<th>To</th><th>Length</th><th>What is on both sides of it</th></tr>\n",
	    to);
	for (size_t i = 0; i < n; i++) {
		const struct gap *g = &gap[i];
		char length[CHART_DURATION_MAX];
		int64_t from, until;

		gaps_range(v, g, &from, &until);
		fputs("<tr><td>", to);
		print_who(g->row, to);
		fputs("</td><td>", to);
		print_time(coverage_time(v, g->begin), zone, to);
		fputs("</td><td>", to);
		print_time(coverage_time(v, g->end), zone, to);
		fprintf(to, "</td><td>%s</td><td>",
		    chart_duration(coverage_span(v) / v->steps * (g->end - g->begin), length));
		print_command(g->row, from, until, zone, config, to);
		fputs("</td></tr>\n", to);
	}
	fputs("</table></div>\n", to);
}

/* ---- the page, and its parts ---- */

void page_begin(const char *title, FILE *to)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>"
	      "<meta name=\"viewport\" content=\"width=device-width\"/><title>",
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
	char step[CHART_DURATION_MAX];

	fputs("<p>", to);
	print_time(v->begin, zone, to);
	fputs(" to ", to);
	print_time(v->end, zone, to);
	if (v->n == 0) {
		fputs("</p>\n<p>There are none.</p>\n", to);
		return;
	}
	fprintf(to,
	    "<br/><span class=\"soft\">%s a step;<span class=\"key bar\"></span>packets, the "
	    "higher the more, by logarithm, at most ",
	    chart_duration(coverage_span(v) / v->steps, step));
	print_rate(v, v->busiest, 1, to);
	fputs(";<span class=\"key gap\"></span>none</span></p>\n", to);
	print_rows(v, zone, to);
}

void page_print(
    const struct coverage *v, const struct when_zone *zone, const char *config, FILE *to)
{
	char from[WHEN_TEXT_MAX], until[WHEN_TEXT_MAX], title[2 * WHEN_TEXT_MAX + 32];

	snprintf(title, sizeof(title), "Recorded packets, %s to %s",
	    time_text(v->begin, zone, from), time_text(v->end, zone, until));
	page_begin(title, to);
	fputs("<h1>Recorded packets</h1>", to);
	page_chart(v, zone, to);
	if (v->n > 0) {
		print_gaps(v, zone, config, to);
		fputs("<h2>All packets of a client</h2><div class=\"wide\"><p>", to);
		print_command(&v->row[0], v->begin, v->end - 1, zone, config, to);
		fputs("</p></div>\n", to);
	}
	page_end(to);
}
