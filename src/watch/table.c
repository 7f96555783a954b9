/* table: see table.h. */
#include "watch/table.h"

#include <string.h>

#include "watch/headline.h"
#include "watch/numbers.h"
#include "watch/statewords.h"

enum column {
	CLIENT,
	STATE,
	PEER,
	SINCE,
	LAST,
	PACKET_RATE,
	BIT_RATE,
	PACKETS,
	BYTES,
	FILE_NAME,
	COLUMNS
};

#define CELL_MAX 300

/* A line before it is laid out. */
struct line {
	char cell[COLUMNS][CELL_MAX];
	enum snapshot_state state;
	bool part; /* one of several connections */
};

struct layout {
	const struct table_look *look;
	size_t width[COLUMNS]; /* 0: left out */
	size_t printed;        /* lines */
	FILE *to;
};

static const char *const head[COLUMNS] = {[CLIENT] = "CLIENT",
    [STATE] = "STATE",
    [PEER] = "PEER",
    [SINCE] = "SINCE",
    [LAST] = "LAST",
    [PACKET_RATE] = "PKT/S",
    [BIT_RATE] = "BIT/S",
    [PACKETS] = "PACKETS",
    [BYTES] = "BYTES",
    [FILE_NAME] = "FILE"};

/* From the one that goes first. */
static const enum column leaving[] = {
    FILE_NAME, PEER, PACKETS, BYTES, SINCE, BIT_RATE, PACKET_RATE, LAST};

#define GAP 2 /* between columns */

/* ---- cells ---- */

static void set(struct line *l, enum column c, const char *text)
{
	snprintf(l->cell[c], CELL_MAX, "%s", text);
}

static void set_rates(struct line *l, double packets, double bytes)
{
	numbers_rate(packets, l->cell[PACKET_RATE]);
	numbers_rate(bytes * 8, l->cell[BIT_RATE]);
}

static void set_totals(struct line *l, uint64_t packets, uint64_t bytes)
{
	numbers_count(packets, l->cell[PACKETS]);
	numbers_count(bytes, l->cell[BYTES]);
}

static void of_client(const struct snapshot *s, const struct snapshot_client *c, struct line *l)
{
	*l = (struct line){.state = c->state};
	set(l, CLIENT, c->name);
	set(l, STATE, statewords_client(c));
	numbers_ago(s->now, c->last_packet, l->cell[LAST]);
	set_totals(l, c->packets, c->bytes);
	if (c->sessions == 0) {
		numbers_ago(s->now, c->last_end, l->cell[SINCE]);
		set(l, PEER, "-");
		if (c->packet_rate > 0) /* until a moment ago */
			set_rates(l, c->packet_rate, c->byte_rate);
		else {
			set(l, PACKET_RATE, "-");
			set(l, BIT_RATE, "-");
		}
		set(l, FILE_NAME, c->last_end > 0 ? c->last_reason : "-");
		return;
	}
	numbers_ago(s->now, c->session->since, l->cell[SINCE]);
	set_rates(l, c->packet_rate, c->byte_rate);
	if (c->sessions > 1)
		snprintf(l->cell[PEER], CELL_MAX, "%zu peers", c->sessions);
	else
		set(l, PEER, c->session->peer);
	set(l, FILE_NAME, c->sessions > 1 || !*c->session->file ? "-" : c->session->file);
}

static void of_session(const struct snapshot *s, const struct snapshot_session *o, struct line *l)
{
	*l = (struct line){
	    .state = o->waiting ? SNAPSHOT_WAITING : SNAPSHOT_RECORDING, .part = true};
	set(l, CLIENT, " |");
	set(l, STATE, statewords_session(o));
	set(l, PEER, o->peer);
	numbers_ago(s->now, o->since, l->cell[SINCE]);
	numbers_ago(s->now, o->last_packet, l->cell[LAST]);
	set_rates(l, o->packet_rate, o->byte_rate);
	set_totals(l, o->packets, o->bytes);
	set(l, FILE_NAME, *o->file ? o->file : "-");
}

/* ---- layout ---- */

static void widen(struct layout *t, const struct line *l)
{
	for (unsigned c = 0; c < COLUMNS; c++) {
		size_t len = strlen(l->cell[c]);

		if (len > t->width[c])
			t->width[c] = len;
	}
}

static size_t total(const struct layout *t)
{
	size_t n = 0;

	for (unsigned c = 0; c < COLUMNS; c++)
		n += t->width[c] > 0 ? t->width[c] + (n > 0 ? GAP : 0) : 0;
	return n;
}

/* The last column may be cut to so much rather than left out. */
#define FILE_LEAST 16
#define NAME_LEAST 6

static void fit(struct layout *t)
{
	size_t width = t->look->width, all = total(t);

	if (all > width && all - width + FILE_LEAST <= t->width[FILE_NAME]) {
		t->width[FILE_NAME] -= all - width;
		return;
	}
	for (size_t i = 0; i < sizeof(leaving) / sizeof(*leaving) && total(t) > width; i++)
		t->width[leaving[i]] = 0;
	all = total(t);
	if (all > width && t->width[CLIENT] > NAME_LEAST) {
		size_t more = t->width[CLIENT] - NAME_LEAST;

		t->width[CLIENT] -= all - width < more ? all - width : more;
	}
	if (total(t) > width)
		t->width[STATE] = 0;
	if (total(t) > width)
		t->width[CLIENT] = width;
}

/* ---- printing ---- */

/* Of the sixteen colours those that are readable on light and dark: red, yellow as bold. */
static const char *const colours[] = {[STATEWORDS_GOOD] = "\033[32m",
    [STATEWORDS_GONE] = "\033[35m",
    [STATEWORDS_BAD] = "\033[1;31m"};

static void paint(const struct layout *t, const char *code)
{
	if (t->look->colour)
		fputs(code, t->to);
}

static bool is_number(enum column c)
{
	return c >= SINCE && c <= BYTES;
}

static void print_cell(const struct layout *t, enum column c, const char *text, bool last)
{
	size_t len = strlen(text), width = t->width[c];
	size_t shown = len > width ? width : len, blank = width - shown;

	if (is_number(c))
		fprintf(t->to, "%*s", (int)blank, "");
	if (len > width && width > 1)
		fprintf(t->to, "%.*s~", (int)width - 1, text);
	else
		fprintf(t->to, "%.*s", (int)shown, text);
	if (!is_number(c) && !last)
		fprintf(t->to, "%*s", (int)blank, "");
}

static void print_line(struct layout *t, const struct line *l)
{
	unsigned end = COLUMNS;
	bool first = true;

	while (end > 0 && t->width[end - 1] == 0)
		end--;
	for (unsigned c = 0; c < end; c++) {
		if (t->width[c] == 0)
			continue;
		if (!first)
			fprintf(t->to, "%*s", GAP, "");
		first = false;
		if (c == STATE)
			paint(t, colours[statewords_mood(l->state)]);
		print_cell(t, c, l->cell[c], c + 1 == end);
		if (c == STATE)
			paint(t, "\033[0m");
	}
	putc('\n', t->to);
	t->printed++;
}

static void print_head(struct layout *t)
{
	struct line l = {.part = false};
	unsigned end = COLUMNS;
	bool first = true;

	for (unsigned c = 0; c < COLUMNS; c++)
		set(&l, c, head[c]);
	while (end > 0 && t->width[end - 1] == 0)
		end--;
	paint(t, "\033[1m");
	for (unsigned c = 0; c < end; c++) {
		if (t->width[c] == 0)
			continue;
		fprintf(t->to, "%*s", first ? 0 : GAP, "");
		first = false;
		print_cell(t, c, l.cell[c], c + 1 == end);
	}
	paint(t, "\033[0m");
	putc('\n', t->to);
	t->printed++;
}

/* ---- all of it ---- */

/* Whether there is room for one more line, and one behind it that counts the rest. */
static bool room(const struct layout *t, bool last)
{
	return t->look->lines == 0 || t->printed + (last ? 0 : 1) < t->look->lines;
}

void table_print(const struct snapshot *s, const struct table_look *look, FILE *to)
{
	char rest[32];
	struct layout t = {.look = look, .to = to};
	struct line l;

	t.printed = headline_print(s, look->width, look->lines, to);
	if (s->clients == 0)
		return;
	for (unsigned c = 0; c < COLUMNS; c++)
		t.width[c] = strlen(head[c]);
	for (size_t i = 0; i < s->clients; i++) {
		of_client(s, &s->client[i], &l);
		widen(&t, &l);
		for (size_t k = 0; s->client[i].sessions > 1 && k < s->client[i].sessions; k++) {
			of_session(s, &s->client[i].session[k], &l);
			widen(&t, &l);
		}
	}
	fit(&t);
	putc('\n', to);
	t.printed++;
	print_head(&t);
	for (size_t i = 0; i < s->clients; i++) {
		const struct snapshot_client *c = &s->client[i];

		if (!room(&t, i + 1 == s->clients && c->sessions < 2)) {
			snprintf(rest, sizeof(rest), "%zu more", s->clients - i);
			fprintf(to, "%.*s\n", (int)look->width, rest);
			return;
		}
		of_client(s, c, &l);
		print_line(&t, &l);
		for (size_t k = 0; c->sessions > 1 && k < c->sessions && room(&t, false); k++) {
			of_session(s, &c->session[k], &l);
			print_line(&t, &l);
		}
	}
}
