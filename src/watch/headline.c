/* headline: see headline.h. */
#include "watch/headline.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "view/chart.h"
#include "watch/numbers.h"
#include "watch/statewords.h"

#define TEXT_MAX 512

struct page {
	FILE *to;
	size_t width, lines, folds; /* how many more lines may be begun because one is too long */
};

/* In as many lines as it takes, broken at blanks; a word that is wider than a line, anywhere. What
 * is left of it when there may be no more of them is cut. */
static void fold(struct page *t, const char *text)
{
	size_t len = strlen(text), at;

	for (; len > t->width && t->folds > 0; t->folds--) {
		for (at = t->width; at > 0 && text[at] != ' '; at--)
			;
		if (at == 0)
			at = t->width;
		fprintf(t->to, "%.*s\n", (int)at, text);
		t->lines++;
		at += text[at] == ' ';
		text += at;
		len -= at;
	}
	fprintf(t->to, "%.*s\n", (int)(len < t->width ? len : t->width), text);
	t->lines++;
}

__attribute__((format(printf, 2, 3))) static void tell(struct page *t, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fold(t, text);
}

/* "300 recording, 2 silent" */
static const char *count_states(const struct snapshot *s, char *out, size_t size)
{
	size_t len = 0;

	snprintf(out, size, "none");
	for (size_t i = 0; i < STATEWORDS_STATES; i++) {
		enum snapshot_state state = statewords_states[i];
		size_t n = snapshot_count(s, state);

		if (n > 0 && len < size)
			len += (size_t)snprintf(out + len, size - len, "%s%zu %s%s",
			    len > 0 ? ", " : "", n, snapshot_state_word(state),
			    state == SNAPSHOT_NEVER ? " seen" : "");
	}
	return out;
}

static void tell_clients(struct page *t, const struct snapshot *s)
{
	char packets[NUMBERS_MAX], bits[NUMBERS_MAX], states[160];
	double packet_rate = 0, byte_rate = 0;

	for (size_t i = 0; i < s->clients; i++) {
		packet_rate += s->client[i].packet_rate;
		byte_rate += s->client[i].byte_rate;
	}
	tell(t, "clients: %s; %s pkt/s, %s bit/s", count_states(s, states, sizeof(states)),
	    numbers_rate(packet_rate, packets), numbers_rate(byte_rate * 8, bits));
}

static void tell_server(struct page *t, const struct snapshot *s)
{
	char up[NUMBERS_MAX];

	if (!s->known) {
		tell(t, "server: %s", s->why);
		return;
	}
	if (!s->running)
		tell(t, "server: not running; what it knew last, and recordings that go on");
	else
		tell(t, "server: pid %" PRIu32 ", up %s, configuration %" PRIu64 ", sandbox %s",
		    s->server.pid, numbers_ago(s->now, s->started, up), s->server.generation,
		    s->server.sandbox);
	tell_clients(t, s);
}

static void tell_archive(struct page *t, const struct snapshot *s)
{
	const struct snapshot_archive *a = &s->archive;
	char bytes[CHART_BYTES_MAX], oldest[NUMBERS_MAX], full[NUMBERS_MAX];

	if (!a->configured)
		return;
	if (a->why) {
		tell(t, "archive: %s", a->why);
		return;
	}
	tell(t, "archive: %s in %" PRIu64 " %s, oldest %s, %s%s, %" PRIu64 " to be archived%s",
	    chart_bytes(a->bytes, bytes), a->files, a->files == 1 ? "file" : "files",
	    numbers_ago(s->now, a->oldest, oldest), a->full_in < 0 ? "not growing" : "full in ",
	    a->full_in < 0 ? "" : numbers_span(a->full_in * 1000, full), a->completed,
	    a->waiting > 0 ? ", hand-over waits" : "");
}

size_t headline_print(const struct snapshot *s, size_t width, size_t lines, FILE *to)
{
	struct page t = {.to = to, .width = width > 0 ? width : 1};

	t.folds = lines == 0 ? SIZE_MAX : lines / 4;
	tell_server(&t, s);
	tell_archive(&t, s);
	return t.lines;
}
