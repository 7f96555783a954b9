/* rows: see rows.h. */
#include "view/rows.h"

#include <inttypes.h>

#include "view/axis.h"
#include "view/chart.h"
#include "view/gaps.h"
#include "view/words.h"

#define SECOND 1e9

#define HEIGHT  100  /* of a drawing; its width is the number of steps */
#define LOWEST  14   /* bar of a step with packets, */
#define PERHAPS 6    /* and of one that may have some */
#define MANY    40   /* rows: from so many on they are low */
#define RIGHT   0.95 /* behind that no mark has room for its text */

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
	words_who(r, to);
	putc('\n', to);
	words_print_time(coverage_time(v, i), zone, to);
	fputs(" to ", to);
	words_print_time(coverage_time(v, end), zone, to);
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
	bool uncounted = false;
	char text[CHART_BYTES_MAX];

	fprintf(to, "<path class=\"bar\" d=\"M%zu %d", i, HEIGHT);
	for (size_t k = i; k < end; k++) {
		fprintf(to, "V%dH%zu", HEIGHT - height_of(v, &r->step[k]), k + 1);
		packets += r->step[k].packets;
		bytes += r->step[k].bytes;
		most = r->step[k].packets > most ? r->step[k].packets : most;
		uncounted |= r->step[k].uncounted;
	}
	fprintf(to, "V%dZ\"><title>", HEIGHT);
	print_range(v, r, i, end, zone, to);
	words_count(packets, to);
	fprintf(to, " packets, %s\n", chart_bytes(bytes, text));
	words_rate(v, packets, end - i, to);
	fputs(", at most ", to);
	words_rate(v, most, 1, to);
	fputs(uncounted ? "\nand captures whose packets are not counted yet" : "", to);
	fputs("</title></path>\n", to);
}

static void print_drawing(const struct coverage *v, const struct coverage_row *r,
    const struct across *a, const struct when_zone *zone, FILE *to)
{
	size_t end;

	fprintf(to,
	    "<svg viewBox=\"0 0 %zu %d\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"",
	    v->steps, HEIGHT);
	words_who(r, to);
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
	const char *at_least = r->uncounted ? "\xe2\x89\xa5 " : ""; /* U+2265 */
	size_t steps = longest.end - longest.begin;

	fputs("<div class=\"row\"><div class=\"who\" title=\"", to);
	words_who(r, to);
	fputs("\">", to);
	words_who(r, to);
	fputs("</div>\n", to);
	print_drawing(v, r, a, zone, to);
	if (steps > 0)
		chart_duration(coverage_span(v) / v->steps * steps, length);
	fprintf(to, "<div class=\"n\">%s", at_least);
	words_count(r->packets, to);
	fprintf(to,
	    "</div><div class=\"n bytes\">%s%s</div><div class=\"n time\">%.1f %%</div>"
	    "<div class=\"n\">%s</div></div>\n",
	    at_least, chart_bytes(r->bytes, bytes), part_of(v, r), length);
}

void rows_print(const struct coverage *v, const struct when_zone *zone, FILE *to)
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
