/* verdict: see verdict.h. */
#include "watch/verdict.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "watch/numbers.h"

#define MINUTE INT64_C(60000) /* milliseconds */
#define DAY    (24 * 60 * MINUTE)

/* What ends within this time is to be renewed. */
#define SOON (14 * DAY)

/* A capture that was completed so long ago should have been archived. */
#define LATE (15 * MINUTE)

/* A client that was never seen, and has no max-silence, has so much time to connect. */
#define GRACE (15 * MINUTE)

#define NAMED 3 /* clients that are named, of those with one fault */

struct line {
	char text[VERDICT_UNKNOWN + 1][1024]; /* what speaks for each */
	bool of[VERDICT_UNKNOWN + 1];
};

__attribute__((format(printf, 3, 4))) static void add(
    struct line *l, enum verdict how, const char *fmt, ...)
{
	char *text = l->text[how];
	size_t len = strlen(text), size = sizeof(l->text[how]);
	va_list ap;

	if (len > 0)
		len += (size_t)snprintf(text + len, size - len, "; ");
	va_start(ap, fmt);
	if (len < size)
		vsnprintf(text + len, size - len, fmt, ap);
	va_end(ap);
	l->of[how] = true;
}

/* "3 clients silent: a, b, c" of those in the state. */
static void add_clients(struct line *l, const struct snapshot *s, enum verdict how,
    bool (*is)(const struct snapshot *s, const struct snapshot_client *c), const char *what)
{
	char names[NAMED * (PARSE_NAME_MAX + 2) + 16] = "";
	size_t n = 0, len = 0;

	for (size_t i = 0; i < s->clients; i++) {
		if (!is(s, &s->client[i]))
			continue;
		if (n++ < NAMED)
			len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%s",
			    len > 0 ? ", " : "", s->client[i].name);
	}
	if (n > 0)
		add(l, how, "%zu %s: %s%s", n, what, names, n > NAMED ? ", ..." : "");
}

/* ---- clients ---- */

static bool was_seen(const struct snapshot_client *c)
{
	return c->last_packet > 0 || c->last_connection > 0 || c->connections > 0;
}

static bool is_silent(const struct snapshot *s, const struct snapshot_client *c)
{
	(void)s;
	return c->state == SNAPSHOT_SILENT && was_seen(c);
}

static bool is_missing(const struct snapshot *s, const struct snapshot_client *c)
{
	if (c->state == SNAPSHOT_SILENT)
		return !was_seen(c);
	return c->state == SNAPSHOT_NEVER && (c->max_silence == 0 && s->now - c->since > GRACE);
}

static bool is_absent(const struct snapshot *s, const struct snapshot_client *c)
{
	(void)s;
	return c->state == SNAPSHOT_ABSENT;
}

static bool is_waiting(const struct snapshot *s, const struct snapshot_client *c)
{
	(void)s;
	return c->waiting;
}

static bool is_expiring(const struct snapshot *s, const struct snapshot_client *c)
{
	for (size_t i = 0; i < c->sessions; i++)
		if (c->session[i].expires > 0 && c->session[i].expires - s->now < SOON)
			return true;
	return false;
}

static void look_at_clients(struct line *l, const struct snapshot *s)
{
	add_clients(l, s, VERDICT_CRITICAL, is_silent, "silent");
	add_clients(l, s, VERDICT_CRITICAL, is_missing, "never seen");
	add_clients(l, s, VERDICT_CRITICAL, is_waiting, "waiting for room on the disk");
	add_clients(l, s, VERDICT_WARNING, is_absent, "absent");
	add_clients(l, s, VERDICT_WARNING, is_expiring, "with a certificate that expires soon");
}

/* ---- the rest ---- */

static void look_at_end(struct line *l, const struct snapshot *s, int64_t when, const char *what)
{
	char span[NUMBERS_MAX];

	if (when <= 0 || when - s->now > SOON)
		return;
	if (when <= s->now)
		add(l, VERDICT_CRITICAL, "%s has expired", what);
	else
		add(l, VERDICT_CRITICAL, "%s expires in %s", what,
		    numbers_span(when - s->now, span));
}

static void look_at_archive(struct line *l, const struct snapshot *s)
{
	const struct snapshot_archive *a = &s->archive;
	char span[NUMBERS_MAX];

	if (a->why || a->unseen)
		add(l, VERDICT_UNKNOWN, "archive: %s", a->why ? a->why : a->unseen);
	if (a->completed_oldest > 0 && s->now - a->completed_oldest > LATE)
		add(l, VERDICT_CRITICAL,
		    "the archive does not keep up: %" PRIu64 " to be archived, the oldest for %s",
		    a->completed, numbers_ago(s->now, a->completed_oldest, span));
}

/* What cannot be told matters only where nothing worse is known. */
static enum verdict weigh(const struct line *l)
{
	return l->of[VERDICT_CRITICAL]  ? VERDICT_CRITICAL
	       : l->of[VERDICT_UNKNOWN] ? VERDICT_UNKNOWN
	       : l->of[VERDICT_WARNING] ? VERDICT_WARNING
					: VERDICT_WELL;
}

static void print_well(const struct snapshot *s, FILE *to)
{
	char up[NUMBERS_MAX];

	fprintf(to, "OK: %zu of %zu clients connected, server up %s",
	    snapshot_count(s, SNAPSHOT_RECORDING), s->clients, numbers_ago(s->now, s->started, up));
	if (s->archive.configured)
		fprintf(to, ", %" PRIu64 " files archived", s->archive.files);
	putc('\n', to);
}

enum verdict verdict_print(const struct snapshot *s, FILE *to)
{
	static const char *const word[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
	static const enum verdict order[] = {VERDICT_CRITICAL, VERDICT_UNKNOWN, VERDICT_WARNING};
	struct line l = {.of = {false}};
	enum verdict v;
	bool begun = false;

	if (!s->known)
		add(&l, s->none ? VERDICT_CRITICAL : VERDICT_UNKNOWN, "%s", s->why);
	else if (!s->running)
		add(&l, VERDICT_CRITICAL, "the server is not running");
	if (s->known)
		look_at_clients(&l, s);
	if (s->nobody)
		add(&l, VERDICT_UNKNOWN, "the server knows no client '%s'", s->nobody);
	look_at_archive(&l, s);
	look_at_end(&l, s, s->expiry.certificate, "the server certificate");
	look_at_end(&l, s, s->expiry.list, "a revocation list");
	if (s->expiry.why)
		add(&l, VERDICT_UNKNOWN, "%s", s->expiry.why);
	v = weigh(&l);
	if (v == VERDICT_WELL) {
		print_well(s, to);
		return v;
	}
	fprintf(to, "%s: ", word[v]);
	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++)
		if (l.of[order[i]]) {
			fprintf(to, "%s%s", begun ? "; " : "", l.text[order[i]]);
			begun = true;
		}
	putc('\n', to);
	return v;
}
