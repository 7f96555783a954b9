/* suggest: see suggest.h. */
#include "config/suggest.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "config/keys.h"

#define NAME_MAX_LEN 63

/* Beyond so many changes, or a third of the name, two names have nothing to do with each other. */
#define FAR 3

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The distance of the first i letters of a from the first j of b stands in row i, column j; three
 * rows are enough. */
size_t suggest_distance(const char *a, const char *b)
{
	size_t row[3][NAME_MAX_LEN + 1] = {{0}};
	size_t n = strlen(a), m = strlen(b);

	if (n > NAME_MAX_LEN || m > NAME_MAX_LEN)
		return SIZE_MAX;
	for (size_t i = 0; i <= n; i++) {
		size_t *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];

		for (size_t j = 0; j <= m; j++) {
			now[j] = i == 0 ? j : last[j] + 1;
			if (j > 0)
				now[j] = least(now[j], now[j - 1] + 1);
			if (i > 0 && j > 0)
				now[j] = least(now[j], last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], before[j - 2] + 1);
		}
	}
	return row[n % 3][m];
}

static const char *const top_groups[] = {"server", "clients", "archive", "zeromq-publisher", NULL};
static const char *const server_groups[] = {"tls", "limits", NULL};
static const char *const archive_groups[] = {"keep", "hand-over", NULL};
static const char *const keep_groups[] = {"keep", NULL};
static const char *const none[] = {NULL};

static const struct {
	const char *where;
	const char *const *groups; /* that stand in it */
	const struct key_table *table[3];
} known[] = {
    [SUGGEST_TOP] = {"", top_groups, {NULL}},
    [SUGGEST_SERVER] = {"server", server_groups, {&config_server_keys, &config_storage_keys}},
    [SUGGEST_TLS] = {"tls, in server", none, {&config_tls_keys}},
    [SUGGEST_LIMITS] = {"limits, in server", none, {&config_limits_keys, &config_own_limits_keys}},
    [SUGGEST_CLIENT] = {"a client", keep_groups,
	{&config_client_keys, &config_storage_keys, &config_own_limits_keys}},
    [SUGGEST_ARCHIVE] = {"archive", archive_groups, {&config_archive_keys}},
    [SUGGEST_HAND_OVER] = {"hand-over, in archive", none, {&config_hand_over_keys}},
    [SUGGEST_PUBLISHER] = {"zeromq-publisher", none, {&config_publisher_keys}},
    [SUGGEST_KEEP] = {"keep, in archive", none, {&config_keep_keys}},
    [SUGGEST_CLIENT_KEEP] = {"keep, in a client", none, {&config_client_keep_keys}},
};
#define KNOWN (sizeof(known) / sizeof(*known))

struct nearest {
	const char *name;
	size_t distance;
	size_t group;
};

static void compare(struct nearest *best, size_t group, const char *candidate, const char *name)
{
	size_t d = suggest_distance(candidate, name);

	if (d < best->distance)
		*best = (struct nearest){candidate, d, group};
}

static void look_in(struct nearest *best, size_t group, const char *name)
{
	for (size_t i = 0; known[group].groups[i]; i++)
		compare(best, group, known[group].groups[i], name);
	for (size_t t = 0; t < 3 && known[group].table[t]; t++)
		for (size_t i = 0; i < known[group].table[t]->n; i++)
			compare(best, group, known[group].table[t]->key[i].name, name);
}

const char *suggest(enum suggest_group where, const char *name, char out[SUGGEST_MAX])
{
	struct nearest best = {.name = NULL, .distance = SIZE_MAX};

	look_in(&best, where, name); /* first: of equal ones, what may stand here */
	for (size_t group = 0; group < KNOWN; group++)
		if (group != (size_t)where)
			look_in(&best, group, name);
	out[0] = '\0';
	if (!best.name || best.distance > FAR || best.distance * 3 > strlen(best.name))
		return out;
	if (best.group == (size_t)where)
		snprintf(out, SUGGEST_MAX, ": did you mean %s?", best.name);
	else if (best.group == SUGGEST_TOP)
		snprintf(out, SUGGEST_MAX, ": %s stands by itself", best.name);
	else if (best.distance == 0)
		snprintf(out, SUGGEST_MAX, ": it belongs into %s", known[best.group].where);
	else
		snprintf(out, SUGGEST_MAX, ": did you mean %s, which belongs into %s?", best.name,
		    known[best.group].where);
	return out;
}
