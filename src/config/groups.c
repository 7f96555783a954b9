/* groups: see groups.h. The tables of keys say what may stand where. */
#include "config/groups.h"

#include <string.h>

#include "base/parse.h"
#include "config/suggest.h"

static void unknown(
    const struct reader *r, const config_setting_t *s, enum suggest_group group, const char *where)
{
	char advice[SUGGEST_MAX];

	SETTING_ERROR(r, s, "unknown key %s in %s%s", config_setting_name(s), where,
	    suggest(group, config_setting_name(s), advice));
}

/* A group with the keys of one table, or of two. */
static void read_group(const struct reader *r, const config_setting_t *group,
    enum suggest_group kind, const struct key_table *table, void *base,
    const struct key_table *more, void *more_base)
{
	key_origins(table, base)->group = setting_origin(r, group);
	if (more)
		key_origins(more, more_base)->group = setting_origin(r, group);
	if (!config_setting_is_group(group)) {
		SETTING_ERROR(r, group, "%s must be a group { … }", config_setting_name(group));
		return;
	}
	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *s = config_setting_get_elem(group, (unsigned)i);

		if (!values_set(r, table, base, s) && !(more && values_set(r, more, more_base, s)))
			unknown(r, s, kind, config_setting_name(group));
	}
}

static void read_server(const struct reader *r, struct config *c, const config_setting_t *group)
{
	c->server.origins.group = c->storage.origins.group = setting_origin(r, group);
	if (!config_setting_is_group(group)) {
		SETTING_ERROR(r, group, "server must be a group { … }");
		return;
	}
	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *s = config_setting_get_elem(group, (unsigned)i);
		const char *name = config_setting_name(s);

		if (strcmp(name, "tls") == 0) {
			c->tls.present = true;
			read_group(r, s, SUGGEST_TLS, &config_tls_keys, &c->tls, NULL, NULL);
		} else if (strcmp(name, "limits") == 0) {
			read_group(r, s, SUGGEST_LIMITS, &config_limits_keys, &c->limits,
			    &config_own_limits_keys, &c->own_limits);
		} else if (!values_set(r, &config_server_keys, &c->server, s) &&
			   !values_set(r, &config_storage_keys, &c->storage, s)) {
			unknown(r, s, SUGGEST_SERVER, "server");
		}
	}
}

static void read_hand_over(
    const struct reader *r, struct config_hand_over *h, const config_setting_t *group)
{
	h->present = true;
	read_group(r, group, SUGGEST_HAND_OVER, &config_hand_over_keys, h, NULL, NULL);
}

static void read_publisher(
    const struct reader *r, struct config_publisher *p, const config_setting_t *group)
{
	p->present = true;
	read_group(r, group, SUGGEST_PUBLISHER, &config_publisher_keys, p, NULL, NULL);
}

static void read_archive(
    const struct reader *r, struct config_archive *a, const config_setting_t *group)
{
	a->present = true;
	a->origins.group = setting_origin(r, group);
	if (!config_setting_is_group(group)) {
		SETTING_ERROR(r, group, "archive must be a group { … }");
		return;
	}
	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *s = config_setting_get_elem(group, (unsigned)i);
		const char *name = config_setting_name(s);

		if (strcmp(name, "keep") == 0)
			read_group(r, s, SUGGEST_KEEP, &config_keep_keys, &a->keep, NULL, NULL);
		else if (strcmp(name, "hand-over") == 0)
			read_hand_over(r, &a->hand_over, s);
		else if (!values_set(r, &config_archive_keys, a, s))
			unknown(r, s, SUGGEST_ARCHIVE, "archive");
	}
}

/* A client without a name is called by its place, so that the rest can be checked. */
static const char *place_name(const struct reader *r, unsigned number)
{
	const char *name = region_print(r->region, "#%u", number);

	return name ? name : "#";
}

static void read_client(const struct reader *r, struct config_client *client,
    const config_setting_t *g, unsigned number)
{
	client->origins.group = client->storage.origins.group = setting_origin(r, g);
	client->own_limits.origins.group = client->origins.group;
	if (!config_setting_is_group(g)) {
		SETTING_ERROR(r, g, "a client must be a group { … }");
		client->name = place_name(r, number);
		return;
	}
	for (int i = 0; i < config_setting_length(g); i++) {
		const config_setting_t *s = config_setting_get_elem(g, (unsigned)i);

		if (strcmp(config_setting_name(s), "keep") == 0)
			read_group(r, s, SUGGEST_CLIENT_KEEP, &config_client_keep_keys,
			    &client->keep, NULL, NULL);
		else if (!values_set(r, &config_client_keys, client, s) &&
			 !values_set(r, &config_storage_keys, &client->storage, s) &&
			 !values_set(r, &config_own_limits_keys, &client->own_limits, s))
			unknown(r, s, SUGGEST_CLIENT, "a client");
	}
	if (!client->name) {
		client->name = place_name(r, number);
		SETTING_ERROR(r, g, "client %s has no name", client->name);
	} else if (!parse_name(client->name)) {
		SETTING_ERROR(r, g,
		    "client name '%s': must be 1 to %d of A-Z a-z 0-9 . _ -, the first a "
		    "letter or digit",
		    client->name, PARSE_NAME_MAX);
	}
	if (!client->address.v)
		SETTING_ERROR(r, g, "client %s has no address", client->name);
	values_default(r, &config_client_keys, client);
	values_default(r, &config_client_keep_keys, &client->keep);
}

static void read_clients(const struct reader *r, struct config *c, const config_setting_t *list)
{
	int n = config_setting_length(list);

	c->clients_given = true;
	if (!config_setting_is_list(list)) {
		SETTING_ERROR(r, list, "clients must be a list ( { … }, { … } )");
		return;
	}
	c->clients = region_array(r->region, (size_t)n, sizeof(*c->clients));
	if (!c->clients) {
		SETTING_ERROR(r, list, "out of memory");
		return;
	}
	c->nclients = (size_t)n;
	for (int i = 0; i < n; i++)
		read_client(
		    r, &c->clients[i], config_setting_get_elem(list, (unsigned)i), (unsigned)i + 1);
}

void groups_read(const struct reader *r, struct config *c, const config_setting_t *root)
{
	char advice[SUGGEST_MAX];

	for (int i = 0; i < config_setting_length(root); i++) {
		const config_setting_t *s = config_setting_get_elem(root, (unsigned)i);
		const char *name = config_setting_name(s);

		if (strcmp(name, "server") == 0)
			read_server(r, c, s);
		else if (strcmp(name, "archive") == 0)
			read_archive(r, &c->archive, s);
		else if (strcmp(name, "zeromq-publisher") == 0)
			read_publisher(r, &c->publisher, s);
		else if (strcmp(name, "clients") == 0)
			read_clients(r, c, s);
		else
			SETTING_ERROR(r, s,
			    "unknown setting %s: only server, clients, archive and "
			    "zeromq-publisher "
			    "stand here%s",
			    name, suggest(SUGGEST_TOP, name, advice));
	}
}
