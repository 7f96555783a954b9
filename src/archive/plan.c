/* plan: see plan.h. */
#include "archive/plan.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "archive/claim.h"
#include "archive/expire.h"
#include "archive/space.h"
#include "archive/span.h"
#include "capture/capname.h"

#define DAY  INT64_C(86400)
#define WEEK (7 * DAY)
#define HOUR INT64_C(3600)

#define CELL 24 /* characters of a number, with its NUL */

/* A line of the table. */
struct line {
	const char *name;
	uint64_t files, stored, growth; /* growth: bytes a day */
	const struct config_keep *keep; /* NULL: no limits of its own */
	bool ageless;                   /* its own max-age is no limit */
};

/* ---- numbers, as people read them ---- */

/* "1023", "1.5K" … with the units of the configuration. */
static const char *size_text(uint64_t n, char out[CELL])
{
	static const char units[] = "KMGTPE";
	double v = (double)n;
	size_t i = 0;

	if (n < 1024) {
		snprintf(out, CELL, "%" PRIu64, n);
		return out;
	}
	v /= 1024;
	while (v >= 1023.95 && i + 1 < strlen(units)) {
		v /= 1024;
		i++;
	}
	snprintf(out, CELL, v < 9.95 ? "%.1f%c" : "%.0f%c", v, units[i]);
	return out;
}

static const char *word(const char *text, char out[CELL])
{
	snprintf(out, CELL, "%s", text);
	return out;
}

static const char *limit_text(uint64_t n, char out[CELL])
{
	return n > 0 ? size_text(n, out) : word("-", out);
}

/* How long it takes until so much more is there. */
static const char *until_text(uint64_t room, uint64_t growth, char out[CELL])
{
	double hours;

	if (room == 0)
		return word("now", out);
	if (growth == 0)
		return word("never", out);
	hours = (double)room / (double)growth * 24;
	if (hours < 48)
		snprintf(out, CELL, "%uh", (unsigned)hours);
	else if (hours < 24 * 10000)
		snprintf(out, CELL, "%ud", (unsigned)hours / 24);
	else
		word(">10000d", out);
	return out;
}

static const char *full_text(const struct line *l, char out[CELL])
{
	uint64_t limit = l->keep ? l->keep->max_size : 0;

	if (limit == 0)
		return word("-", out);
	return until_text(l->stored < limit ? limit - l->stored : 0, l->growth, out);
}

static bool is_limited(const struct config_keep *k)
{
	return k && (k->max_size > 0 || k->max_files > 0 || k->max_age > 0);
}

/* ---- the tables ---- */

static int64_t seconds(uint64_t n)
{
	return n < INT64_MAX ? (int64_t)n : INT64_MAX;
}

static void print_line(const struct line *l)
{
	char stored[CELL], growth[CELL], limit[CELL], full[CELL], age[SPAN_MAX];

	printf("%-24s %9" PRIu64 " %9s %9s %9s %9s", l->name, l->files,
	    size_text(l->stored, stored), size_text(l->growth, growth),
	    limit_text(l->keep ? l->keep->max_size : 0, limit), full_text(l, full));
	if (l->keep && l->keep->max_files > 0)
		printf(", max-files %u", l->keep->max_files);
	if (l->keep && l->keep->max_age > 0)
		printf(", max-age %s", span_text(seconds(l->keep->max_age), age));
	else if (l->ageless)
		fputs(", max-age 0", stdout);
	putchar('\n');
}

/* Bytes a day in the last week, or since the first file when that is not so long ago. */
static bool growth_of(struct store *store, int64_t id, int64_t now, uint64_t *out)
{
	int64_t first, span;
	uint64_t stored;

	*out = 0;
	if (!store_growth(store, id, now - WEEK, &stored, &first))
		return !store_reason(store)[0];
	span = first < now - WEEK ? WEEK : now - first < HOUR ? HOUR : now - first;
	*out = (uint64_t)((double)stored / (double)span * (double)DAY);
	return true;
}

static bool print_clients(
    struct store *store, const struct config *config, int64_t now, struct line *all, bool *limited)
{
	struct store_client c = {.id = 0};

	printf("%-24s %9s %9s %9s %9s %9s\n", "client", "files", "stored", "a day", "max-size",
	    "full in");
	while (store_next_client(store, c.id, &c)) {
		const struct config_client *k = config_client(config, c.client);
		char name[CAPNAME_STEM_MAX];
		struct line l = {.name = name,
		    .files = c.files,
		    .stored = c.bytes,
		    .keep = k ? &k->keep : NULL,
		    .ageless = expire_has_own_age(k)};

		snprintf(name, sizeof(name), "%s", c.client);
		if (!growth_of(store, c.id, now, &l.growth))
			return false;
		print_line(&l);
		*limited |= is_limited(l.keep);
		all->files += l.files;
		all->stored += l.stored;
		all->growth += l.growth;
	}
	return !store_reason(store)[0];
}

static void print_space(
    const struct config_keep *k, uint64_t free, uint64_t all, uint64_t growth, bool limited)
{
	uint64_t least = k->min_free.percent ? all / 100 * k->min_free.percent : k->min_free.bytes;
	char space[CELL], of[CELL], keep[CELL], until[CELL];

	printf("\n%s of %s are free", size_text(free, space), size_text(all, of));
	if (least > 0)
		printf(", %s of them are kept free by min-free", size_text(least, keep));
	until_text(free > least ? free - least : 0, growth, until);
	if (strcmp(until, "now") == 0)
		puts(": full now");
	else if (strcmp(until, "never") == 0)
		puts(": nothing was archived in the last week");
	else
		printf(": full in %s%s\n", until,
		    limited ? ", where no limit deletes files before" : "");
}

/* Whether the archive that works does not trust its clock. */
static bool print_held(int64_t until, int64_t now)
{
	char span[SPAN_MAX];

	if (until <= now)
		return false;
	printf("\nnothing is deleted for its age for %s: the clock has jumped forward while the "
	       "archive worked\n",
	    span_text(until - now, span));
	return true;
}

struct deleted {
	uint64_t files, bytes;
};

static void print_expired(void *context, const struct expired *e)
{
	struct deleted *d = context;
	char age[SPAN_MAX];

	if (d->files++ == 0)
		puts("\nto be deleted now:");
	d->bytes += e->bytes;
	printf("%s %s: %s, %" PRIu64 " bytes, %s old%s\n", e->client, e->path, e->reason, e->bytes,
	    span_text(e->age, age), e->waits ? ", not handed over" : "");
}

static void print_end(const struct deleted *d, const struct expire *e)
{
	const char *why =
	    e->floors ? "floors let nothing more be deleted" : "nothing more may be deleted";
	char text[CELL];

	if (d->files == 0)
		puts("\nnothing is to be deleted now");
	else
		printf("%" PRIu64 " %s, %s\n", d->files, d->files == 1 ? "file" : "files",
		    size_text(d->bytes, text));
	if (e->excess > 0)
		printf("%s are stored above max-size or min-free, and %s\n",
		    size_text(e->excess, text), why);
	if (e->excess_files > 0)
		printf(
		    "%" PRIu64 " files are stored above max-files, and %s\n", e->excess_files, why);
}

bool plan_print(
    struct depot *depot, const struct config *config, int64_t now, char reason[DEPOT_REASON_MAX])
{
	struct line all = {.name = "all", .keep = &config->archive.keep};
	bool limited = is_limited(all.keep);
	struct deleted deleted = {0};
	struct expire e = {.depot = depot,
	    .config = config,
	    .now = now,
	    .only_plan = true,
	    .tell = print_expired,
	    .context = &deleted};
	uint64_t free, size;

	if (!space_free(depot, &free, &size)) {
		snprintf(reason, DEPOT_REASON_MAX, "%s: %s", depot->path, strerror(errno));
		return false;
	}
	if (!print_clients(depot->store, config, now, &all, &limited)) {
		snprintf(reason, DEPOT_REASON_MAX, "%s", store_reason(depot->store));
		return false;
	}
	print_line(&all);
	print_space(&config->archive.keep, free, size, all.growth, limited);
	e.keeps_old = print_held(claim_held(depot->dir), now);
	if (!expire_run(&e)) {
		memcpy(reason, e.reason, sizeof(e.reason));
		return false;
	}
	print_end(&deleted, &e);
	return true;
}
