/* areas: see areas.h. */
#include "watch/areas.h"

#include "base/io.h"
#include "base/moment.h"
#include "status/finder.h"

/* The server's own: of one that lives, else of the last one, but for what another has taken over.
 */
static size_t own(const struct finder *f)
{
	size_t best = 0;

	for (size_t i = 1; i < f->n; i++) {
		const struct status_server *a = &f->v[i].area->head, *b = &f->v[best].area->head;

		if (f->v[i].alive != f->v[best].alive            ? f->v[i].alive
		    : (a->inherited == 0) != (b->inherited == 0) ? a->inherited == 0
								 : a->started_ms > b->started_ms)
			best = i;
	}
	return best;
}

static bool make(const struct finder *f, struct snapshot *s, struct region *r)
{
	struct snapshot_source source[FINDER_MAX];
	size_t first = own(f);

	for (size_t i = 0; i < f->n; i++) {
		/* its own first, the others in their order */
		const struct found *v = &f->v[i == 0 ? first : i <= first ? i - 1 : i];

		source[i] = (struct snapshot_source){v->area, v->alive, finder_child_is_there};
	}
	return snapshot_make(s, r, source, f->n, moment_now() / 1000000, io_monotonic_ms());
}

bool areas_look(struct snapshot *s, const char *directory, const char *config, struct region *r)
{
	struct finder f;
	bool ok;

	finder_look(&f, directory, config, r);
	if (f.n > 0) {
		ok = make(&f, s, r);
		finder_close(&f);
		return ok;
	}
	*s = (struct snapshot){.region = r, .now = moment_now() / 1000000};
	s->none = !f.why || f.missing;
	if (f.missing)
		s->why = region_print(r,
		    "%s: no such directory: no server has run here, or one without status-path",
		    directory);
	else
		s->why =
		    f.why ? f.why
			  : region_print(r, "%s: no server was started with %s", directory, config);
	return s->why;
}
