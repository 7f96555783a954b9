/* page: see page.h. */
#include "view/page.h"

#include "view/chart.h"
#include "view/gaps.h"
#include "view/rows.h"
#include "view/words.h"

#define GAPS 20 /* in the list */

static const char style[] =
    ":root{color-scheme:light dark;--back:#fff;--ink:#1c2530;--soft:#5a6672;--line:#8793a0;"
    "--gap:#ffc4b5;--track:#eef1f4;--bar:#0b62bd;--good:#1a7f37;--bad:#c0261c;--gone:#8a5a00}"
    "@media(prefers-color-scheme:dark){:root{--back:#11161c;--ink:#e6ebf0;--soft:#9aa7b4;"
    "--line:#65727f;--gap:#7d3022;--track:#1d252e;--bar:#62aef7;--good:#4cc26a;--bad:#ff7b72;--"
    "gone:#e3b341}}"
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
    "@media(min-width:801px) and (max-width:1200px){.axis span:nth-child(even){display:none}}"
    "@media(max-width:800px){.chart{display:block}"
    ".row{display:grid;grid-template-columns:minmax(0,1fr) repeat(2,max-content);margin-top:6px}"
    ".row>svg,.axis{grid-column:1/-1;order:1}.time,.bytes{display:none}"
    ".head{position:sticky;top:0;z-index:1;background:var(--back)}.head>*{position:static}"
    ".head>.axis{position:relative}.many .row{margin-top:2px}"
    ".axis span:not(:nth-child(3n+1)){display:none}}"
    ".good{color:var(--good)}.bad{color:var(--bad);font-weight:600}.gone{color:var(--gone)}"
    ".none{color:var(--soft)}.counts span{margin-right:1.2rem}"
    ".file{font-family:ui-monospace,monospace;font-size:13px}";

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
			words_text(one, to);
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
	words_who(r, to);
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
		words_who(g->row, to);
		fputs("</td><td>", to);
		words_print_time(coverage_time(v, g->begin), zone, to);
		fputs("</td><td>", to);
		words_print_time(coverage_time(v, g->end), zone, to);
		fprintf(to, "</td><td>%s</td><td>",
		    chart_duration(coverage_span(v) / v->steps * (g->end - g->begin), length));
		if (g->row->covered > 0)
			print_command(g->row, from, until, zone, config, to);
		else
			fputs("no packet in all of this time", to);
		fputs("</td></tr>\n", to);
	}
	fputs("</table></div>\n", to);
}

/* ---- the page, and its parts ---- */

void page_text(const char *text, FILE *to)
{
	words_text(text, to);
}

void page_begin(const char *title, FILE *to)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>"
	      "<meta name=\"viewport\" content=\"width=device-width\"/><title>",
	    to);
	words_text(title, to);
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
	words_print_time(v->begin, zone, to);
	fputs(" to ", to);
	words_print_time(v->end, zone, to);
	if (v->n == 0) {
		fputs("</p>\n<p>There are none.</p>\n", to);
		return;
	}
	fprintf(to,
	    "<br/><span class=\"soft\">%s a step;<span class=\"key bar\"></span>packets, the "
	    "higher the more, by logarithm, at most ",
	    chart_duration(coverage_span(v) / v->steps, step));
	words_rate(v, v->busiest, 1, to);
	fputs(";<span class=\"key gap\"></span>none</span></p>\n", to);
	rows_print(v, zone, to);
}

void page_print(
    const struct coverage *v, const struct when_zone *zone, const char *config, FILE *to)
{
	char from[WHEN_TEXT_MAX], until[WHEN_TEXT_MAX], title[2 * WHEN_TEXT_MAX + 32];

	snprintf(title, sizeof(title), "Recorded packets, %s to %s",
	    words_time(v->begin, zone, from), words_time(v->end, zone, until));
	page_begin(title, to);
	fputs("<h1>Recorded packets</h1>", to);
	page_chart(v, zone, to);
	if (v->n > 0) {
		const struct coverage_row *r = v->row;

		while (r < v->row + v->n - 1 && r->covered == 0)
			r++;
		print_gaps(v, zone, config, to);
		fputs("<h2>All packets of a client</h2><div class=\"wide\"><p>", to);
		print_command(r, v->begin, v->end - 1, zone, config, to);
		fputs("</p></div>\n", to);
	}
	page_end(to);
}
