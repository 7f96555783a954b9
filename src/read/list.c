/* list: see list.h. */
#include "read/list.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/json.h"

#define NO_TIME "-"

/* What is told of a capture, wherever it is. */
struct entry {
	const char *client, *address, *name, *state;
	const char *directory, *path; /* path: behind the directory, or alone */
	bool pcapng, timed, broken;
	int64_t first, last;
	uint64_t packets, bytes, damaged, whole;
	const char *why;
	uint16_t link_type[SUMMARY_LINK_TYPES];
	size_t link_types;
	const struct store_row *row; /* of what is archived, else NULL */
};

static struct entry of_row(const struct catalog *c, const struct store_row *r)
{
	struct entry e = {.client = r->client,
	    .address = r->address,
	    .name = r->name,
	    .state = "archived",
	    .directory = c->config->archive.path,
	    .path = r->path,
	    .pcapng = r->pcapng,
	    .timed = r->timed,
	    .broken = r->broken,
	    .first = r->first,
	    .last = r->last,
	    .packets = r->packets,
	    .bytes = r->bytes,
	    .damaged = r->damaged,
	    .whole = r->whole,
	    .why = r->why,
	    .row = r};

	for (size_t i = 0; i + 1 < r->link_types_len && e.link_types < SUMMARY_LINK_TYPES; i += 2)
		e.link_type[e.link_types++] =
		    bytes_load16((const uint8_t *)r->link_types + i, false);
	return e;
}

static struct entry of_loose(const struct loose *l)
{
	const struct facts *f = &l->facts;
	struct entry e = {.client = l->client,
	    .address = l->address,
	    .name = l->name,
	    .state = l->recording ? "recording" : "completed",
	    .path = l->path,
	    .pcapng = f->kind == FORMAT_PCAPNG,
	    .timed = f->timed > 0,
	    .broken = f->broken,
	    .first = f->first,
	    .last = f->last,
	    .packets = f->packets,
	    .bytes = f->bytes,
	    .damaged = f->damaged,
	    .whole = f->whole,
	    .why = f->why,
	    .link_types = f->link_types};

	for (size_t i = 0; i < e.link_types; i++)
		e.link_type[i] = f->link_type[i];
	return e;
}

/* ---- for people ---- */

#define TIME_WIDTH 19 /* of 2026-11-28 10:00:00 */

static void print_head(int width, FILE *to)
{
	fprintf(to, "%-*s  %-*s  %-*s  %9s  %12s  %s\n", width, "CLIENT", TIME_WIDTH, "FIRST",
	    TIME_WIDTH, "LAST", "PACKETS", "BYTES", "PATH");
}

static void print_line(int width, const struct entry *e, const struct when_zone *zone, FILE *to)
{
	char first[WHEN_TEXT_MAX] = NO_TIME, last[WHEN_TEXT_MAX] = NO_TIME, who[PATTERN_WHO_MAX];

	if (e->timed) {
		when_format(e->first, zone, 0, first);
		when_format(e->last, zone, 0, last);
	}
	fprintf(to, "%-*s  %-*s  %-*s  %9" PRIu64 "  %12" PRIu64 "  %s%s%s\n", width,
	    pattern_who(e->client, e->address, who), TIME_WIDTH, first, TIME_WIDTH, last,
	    e->packets, e->bytes, e->directory ? e->directory : "", e->directory ? "/" : "",
	    e->path);
}

/* ---- for programs ---- */

static void print_text(const char *key, const char *text, FILE *to)
{
	fprintf(to, ",\"%s\":", key);
	json_text(to, text);
}

static void print_path(const struct entry *e, FILE *to)
{
	char *path = NULL;

	if (!e->directory)
		print_text("path", e->path, to);
	else if (asprintf(&path, "%s/%s", e->directory, e->path) >= 0)
		print_text("path", path, to);
	free(path);
}

static void print_archived(const struct store_row *r, FILE *to)
{
	fprintf(to, ",\"ended\":%" PRId64 ",\"archived\":%" PRId64 ",\"stored\":%" PRIu64, r->ended,
	    r->archived, r->stored);
	fputs(",\"sha256\":\"", to);
	for (unsigned i = 0; i < METADATA_SHA256; i++)
		fprintf(to, "%02x", r->sha256[i]);
	putc('"', to);
}

static void print_object(const struct entry *e, FILE *to)
{
	fputs("{\"client\":", to);
	json_text(to, e->client);
	print_text("address", e->address, to);
	print_text("name", e->name, to);
	print_text("state", e->state, to);
	print_path(e, to);
	print_text("format", e->pcapng ? "pcapng" : "pcap", to);
	fprintf(to, ",\"packets\":%" PRIu64 ",\"bytes\":%" PRIu64, e->packets, e->bytes);
	if (e->timed)
		fprintf(to, ",\"first\":%" PRId64 ",\"last\":%" PRId64, e->first, e->last);
	fputs(",\"link-types\":[", to);
	for (size_t i = 0; i < e->link_types; i++)
		fprintf(to, "%s%u", i > 0 ? "," : "", e->link_type[i]);
	putc(']', to);
	if (e->row)
		print_archived(e->row, to);
	if (e->damaged > 0)
		fprintf(to, ",\"damaged-packets\":%" PRIu64, e->damaged);
	if (e->broken) {
		fprintf(to, ",\"broken\":{\"offset\":%" PRIu64, e->whole);
		print_text("reason", e->why, to);
		putc('}', to);
	}
	fputs("}\n", to);
}

/* ---- all of them ---- */

/* Captures whose rows are read in one transaction: a reader that is slow to take the lines holds
 * none. */
#define CHUNK 256u

struct lister {
	struct catalog *c;
	const struct when_zone *zone;
	int width;
	bool json;
};

/* False: the index could not be read. */
static bool print_item(const struct lister *l, const struct catalog_item *item, FILE *to)
{
	struct catalog *c = l->c;
	struct store_row row;
	struct entry e;

	if (item->id == 0)
		e = of_loose(&c->loose.v[item->loose]);
	else if (store_get(c->index.store, item->id, false, &row))
		e = of_row(c, &row);
	else /* without a reason it has been deleted meanwhile */
		return !*store_reason(c->index.store);
	if (l->json)
		print_object(&e, to);
	else
		print_line(l->width, &e, l->zone, to);
	return true;
}

/* All that can be printed are, whether the index can be read to the end or not. */
static bool gather(const struct lister *l, size_t first, size_t n, FILE *to)
{
	struct store *s = l->c->index.store;
	bool ok;

	ok = !s || store_begin_reading(s);
	for (size_t i = 0; ok && i < n; i++)
		ok = print_item(l, &l->c->item[first + i], to);
	if (s)
		store_end_reading(s);
	return ok;
}

static bool print_chunk(const struct lister *l, size_t first, size_t n, FILE *to)
{
	char *text = NULL;
	size_t len = 0;
	FILE *lines = open_memstream(&text, &len);
	bool ok = lines && gather(l, first, n, lines);

	if (!lines || fclose(lines) != 0) {
		tell_error(l->c->tell, "%s", strerror(errno));
		ok = false;
	} else if (!ok) {
		tell_error(l->c->tell, "%s", store_reason(l->c->index.store));
	}
	if (len > 0)
		(void)fwrite(text, 1, len, to);
	free(text);
	return ok;
}

bool list_print(struct catalog *c, const struct when_zone *zone, bool json, FILE *to)
{
	struct lister l = {.c = c,
	    .zone = zone,
	    .width = c->widest > 6 ? (int)c->widest : 6, /* of the heading */
	    .json = json};
	bool ok = true;

	if (!json && c->n > 0)
		print_head(l.width, to);
	for (size_t i = 0; ok && i < c->n && !ferror(to); i += CHUNK)
		ok = print_chunk(&l, i, c->n - i < CHUNK ? c->n - i : CHUNK, to);
	return ok;
}
