/* generation: see generation.h. */
#include "server/generation.h"

#include "base/heap.h"
#include "base/pages.h"
#include "config/keys.h"
#include "server/sandbox_roles.h"

bool generation_start_keeper(struct generation *g, char reason[KEEPER_REASON_MAX])
{
	keeper_close(&g->keeper);
	return !creds_has_key(g->creds) ||
	       keeper_start(&g->keeper, &role_keeper, g->config->tls.server_key,
		   creds_key_id(g->creds), reason);
}

static void open_credentials(
    struct generation *g, const struct creds *before, struct problems *problems)
{
	struct origin o = config_origin(&config_tls_keys, &g->config->tls.origins, "server-key");
	const struct config_tls *t = &g->config->tls;
	char reason[KEEPER_REASON_MAX];
	bool ok = true;

	g->creds = creds_open(g->config, before, problems);
	if (g->creds)
		ok = generation_start_keeper(g, reason);
	else if (t->present && t->auth != AUTH_ANONYMOUS && t->server_key) {
		/* whatever else is wrong: is there a key at all? */
		ok = keeper_start(&g->keeper, &role_keeper, t->server_key, NULL, reason);
		keeper_close(&g->keeper);
	}
	if (!ok)
		problem_error(problems, o.file, o.line, "server-key %s", reason);
}

static bool allocate(struct generation *g)
{
	g->admission = g->config->admission;
	g->floods = pages_new((g->config->nclients + 1) * sizeof(*g->floods));
	if (g->floods)
		pages_not_for_children(g->floods, (g->config->nclients + 1) * sizeof(*g->floods));
	g->references = pages_new(sizeof(*g->references));
	if (!g->floods || !g->references)
		return false;
	pages_not_for_children(g->references, sizeof(*g->references));
	*g->references = 1;
	return true;
}

struct generation *generation_open(struct config *config, enum generation_check check,
    const struct generation *before, struct problems *problems)
{
	struct generation *g = region_alloc(config->region, sizeof(*g));
	size_t errors = problems->errors;

	if (!g) {
		config_free(config);
		problem_error(problems, NULL, 0, "out of memory");
		return NULL;
	}
	g->config = config;
	g->keeper.control = -1;
	g->places = (struct places){.nothing.rules = -1, .repair_rules = -1};
	if (!allocate(g))
		problem_error(problems, NULL, 0, "out of memory");
	else if (places_open(&g->places, config, check == GENERATION_TRY, problems))
		open_credentials(g, before ? before->creds : NULL, problems);
	if (g->references)
		filters_open(&g->filters, config, before ? &before->filters : NULL, problems);
	if (problems->errors > errors) {
		generation_unref(g);
		return NULL;
	}
	return g;
}

size_t generation_holds(const struct generation *g)
{
	return places_holds(&g->places) + (g->keeper.control >= 0);
}

struct generation *generation_ref(struct generation *g)
{
	++*g->references;
	return g;
}

void generation_unref(struct generation *g)
{
	if (g->references && --*g->references > 0)
		return;
	pages_free(g->references, sizeof(*g->references));
	places_close(&g->places);
	keeper_close(&g->keeper);
	creds_close(g->creds);
	pages_free(g->floods, (g->config->nclients + 1) * sizeof(*g->floods));
	config_free(g->config); /* and all of this with it */
	heap_clear();
	heap_fill();
}
