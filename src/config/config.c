/* config: see config.h. Reads with libconfig; the tables of configkeys say what may stand where. */
#include "config/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/admit.h"
#include "config/check.h"
#include "base/parse.h"

/* ---- groups ---- */

static void read_group(const struct reader *r, const struct key_table *table, void *base,
    const config_setting_t *group)
{
	key_origins(table, base)->group = reader_origin(r, group);
	if (!config_setting_is_group(group)) {
		BAD(r, group, "%s must be a group { … }", config_setting_name(group));
		return;
	}
	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *s = config_setting_get_elem(group, (unsigned)i);

		if (!reader_set(r, table, base, s))
			BAD(r, s, "unknown key %s in %s", config_setting_name(s),
			    config_setting_name(group));
	}
}

static void read_server(struct reader *r, struct config *c, const config_setting_t *group)
{
	c->server.origins.group = c->storage.origins.group = reader_origin(r, group);
	if (!config_setting_is_group(group)) {
		BAD(r, group, "server must be a group { … }");
		return;
	}
	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *s = config_setting_get_elem(group, (unsigned)i);
		const char *name = config_setting_name(s);

		if (strcmp(name, "tls") == 0) {
			c->tls.present = true;
			read_group(r, &config_tls_keys, &c->tls, s);
		} else if (strcmp(name, "limits") == 0) {
			read_group(r, &config_limits_keys, &c->limits, s);
		} else if (!reader_set(r, &config_server_keys, &c->server, s) &&
			   !reader_set(r, &config_storage_keys, &c->storage, s)) {
			BAD(r, s, "unknown key %s in server", name);
		}
	}
}

/* A client without a name is called by its place, so that the rest can be checked. */
static char *place_name(unsigned number)
{
	char *out;

	return asprintf(&out, "#%u", number) < 0 ? NULL : out;
}

static void read_client(
    struct reader *r, struct config_client *client, const config_setting_t *g, unsigned number)
{
	client->origins.group = client->storage.origins.group = reader_origin(r, g);
	if (!config_setting_is_group(g)) {
		BAD(r, g, "a client must be a group { … }");
		client->name = place_name(number);
		return;
	}
	for (int i = 0; i < config_setting_length(g); i++) {
		const config_setting_t *s = config_setting_get_elem(g, (unsigned)i);

		if (!reader_set(r, &config_client_keys, client, s) &&
		    !reader_set(r, &config_storage_keys, &client->storage, s))
			BAD(r, s, "unknown key %s in a client", config_setting_name(s));
	}
	if (!client->name) {
		client->name = place_name(number);
		BAD(r, g, "client %s has no name", client->name);
	} else if (!parse_name(client->name)) {
		BAD(r, g,
		    "client name \"%s\": must be 1 to %d of A-Z a-z 0-9 . _ -, the first a "
		    "letter or digit",
		    client->name, PARSE_NAME_MAX);
	}
	if (!client->address.v)
		BAD(r, g, "client %s has no address", client->name);
	reader_defaults(r, &config_client_keys, client);
}

static void read_clients(struct reader *r, struct config *c, const config_setting_t *list)
{
	int n = config_setting_length(list);

	if (!config_setting_is_list(list)) {
		BAD(r, list, "clients must be a list ( { … }, { … } )");
		return;
	}
	c->clients = calloc(n ? (size_t)n : 1, sizeof(*c->clients));
	if (!c->clients) {
		BAD(r, list, "out of memory");
		return;
	}
	c->nclients = (size_t)n;
	for (int i = 0; i < n; i++)
		read_client(
		    r, &c->clients[i], config_setting_get_elem(list, (unsigned)i), (unsigned)i + 1);
}

static void read_root(struct reader *r, struct config *c, const config_setting_t *root)
{
	for (int i = 0; i < config_setting_length(root); i++) {
		const config_setting_t *s = config_setting_get_elem(root, (unsigned)i);
		const char *name = config_setting_name(s);

		if (strcmp(name, "server") == 0)
			read_server(r, c, s);
		else if (strcmp(name, "clients") == 0)
			read_clients(r, c, s);
		else
			BAD(r, s, "unknown setting %s: only server and clients stand here", name);
	}
}

/* ---- putting it together ---- */

/* A client's storage settings are the server's where it has none of its own. */
static void inherit(const struct reader *r, struct config *c)
{
	for (size_t i = 0; i < c->nclients; i++) {
		struct config_storage *own = &c->clients[i].storage;
		struct config_storage merged = c->storage;

		for (size_t k = 0; k < config_storage_keys.n; k++) {
			const struct key *key = &config_storage_keys.key[k];
			char *to = (char *)&merged + key->offset, *from = (char *)own + key->offset;
			bool is_own = own->origins.set >> k & 1;

			if (key->type == KEY_PATH) {
				char *path = is_own ? *(char **)from : *(char **)to;

				*(char **)to = is_own || !path ? path : strdup(path);
				if (path && !*(char **)to)
					problem_error(r->problems, r->file, 0, "out of memory");
			} else if (!is_own) {
				continue;
			} else if (key->type == KEY_SIZE) {
				*(uint64_t *)to = *(uint64_t *)from;
			} else if (key->type == KEY_ROTATE) {
				*(struct rotate *)to = *(struct rotate *)from;
			} else {
				*(unsigned *)to = *(unsigned *)from;
			}
		}
		for (size_t k = 0; k < CONFIG_KEYS_MAX; k++)
			if (!own->origins.key[k].line)
				own->origins.key[k] = c->storage.origins.key[k];
		merged.origins = own->origins;
		*own = merged;
	}
}

/* A directory that was removed has no name. Only relative paths need one: with this they are found
 * nowhere, and the errors say why. */
#define NO_CWD "(the working directory is gone)"

/* The working directory of the start, when the user of the server may not be in it: root starts the
 * server in /root, and a reload comes when it is root no more. It has left that directory then. */
static char *left_cwd;

/* libconfig puts its include directory before absolute paths, too. So it has none, and finds the
 * others from the working directory, which is the configuration's own meanwhile. */
static bool read_file(const struct reader *r, config_t *lib)
{
	int back = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	bool ok = (back >= 0 || errno == EACCES) &&
		  (!r->directory[0] || chdir(r->directory) == 0) &&
		  config_read_file(lib, r->absolute) == CONFIG_TRUE;
	int error = errno;

	if (back >= 0) {
		if (fchdir(back) < 0) {
			error = errno;
			ok = false;
		}
		close(back);
	} else if (!left_cwd) {
		left_cwd = strdup(r->cwd);
		if (!left_cwd || chdir("/") < 0)
			ok = false;
	}
	errno = error;
	return ok;
}

/* libconfig finds a mistake where it can read no further, often in the line behind it. */
static const char *advice(const struct reader *r, const config_t *lib)
{
	if (config_error_type(lib) != CONFIG_ERR_PARSE ||
	    strcmp(config_error_text(lib), "syntax error") != 0)
		return "";
	if (r->vty)
		return "; this looks like a configuration of the original server, which "
		       "osmo-pcap-vty2cfg converts";
	return " here or before it: a comma, a quote or a bracket too many or too few?";
}

static bool parse(struct reader *r, struct config *c)
{
	config_t lib;
	bool ok;

	config_init(&lib);
	ok = read_file(r, &lib);
	if (ok) {
		read_root(r, c, config_root_setting(&lib));
	} else {
		problem_error(r->problems, reader_name(r, config_error_file(&lib)),
		    (unsigned)config_error_line(&lib), "%s%s",
		    config_error_text(&lib) ? config_error_text(&lib) : strerror(errno),
		    advice(r, &lib));
	}
	config_destroy(&lib);
	reader_defaults(r, &config_server_keys, &c->server);
	reader_defaults(r, &config_storage_keys, &c->storage);
	reader_defaults(r, &config_tls_keys, &c->tls);
	reader_defaults(r, &config_limits_keys, &c->limits);
	inherit(r, c);
	return ok;
}

static char *working_directory(void)
{
	char *cwd = left_cwd ? strdup(left_cwd) : getcwd(NULL, 0);

	return cwd || errno != ENOENT ? cwd : strdup(NO_CWD);
}

static bool reader_init(struct reader *r, const char *file, struct problems *problems)
{
	const char *slash = strrchr(file, '/');

	*r = (struct reader){.file = file, .problems = problems};
	r->directory =
	    slash ? strndup(file, slash == file ? 1 : (size_t)(slash - file)) : strdup("");
	r->cwd = working_directory();
	return r->directory && r->cwd;
}

struct config *config_examine(const char *file, struct problems *problems)
{
	struct config *c = calloc(1, sizeof(*c));
	struct reader r;
	bool ok = false;

	if (!reader_init(&r, file, problems) || !c) {
		problem_error(problems, file, 0, "cannot be read: %s", strerror(errno));
	} else {
		r.names = &c->names;
		r.absolute = c->file = reader_absolute(&r, file);
		c->names.v = malloc(sizeof(*c->names.v));
		if (c->names.v)
			c->names.v[c->names.n++] = strdup(file);
		reader_check(&r, file, NULL, 0, 0);
		ok = c->names.v && c->file && !r.unreadable && parse(&r, c);
		if (ok)
			config_check(c, problems);
	}
	free(r.wrapped);
	free(r.directory);
	free(r.cwd);
	if (ok)
		return c;
	config_free(c);
	return NULL;
}

struct config *config_load(const char *file, struct problems *problems)
{
	size_t before = problems->errors;
	struct config *c = config_examine(file, problems);

	if (problems->errors == before)
		return c;
	config_free(c);
	return NULL;
}

static void free_storage(struct config_storage *s)
{
	free(s->base_path);
	free(s->completed_path);
}

void config_free(struct config *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->nclients; i++) {
		struct config_client *k = &c->clients[i];

		for (size_t j = 0; j < k->certificate.n; j++)
			free(k->certificate.v[j]);
		free(k->certificate.v);
		free(k->name);
		free(k->address.v);
		free_storage(&k->storage);
	}
	free(c->clients);
	free_storage(&c->storage);
	free(c->server.ip.v);
	free(c->server.user);
	free(c->server.group);
	free(c->server.pid_file);
	free(c->tls.capath);
	free(c->tls.crlfile);
	free(c->tls.server_cert);
	free(c->tls.server_key);
	free(c->tls.priority);
	for (size_t i = 0; c->names.v && i < c->names.n; i++)
		free(c->names.v[i]);
	free(c->names.v);
	free(c->file);
	free(c);
}

const struct config_client *config_client(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->nclients; i++)
		if (strcmp(c->clients[i].name, name) == 0)
			return &c->clients[i];
	return NULL;
}

struct admit_table *config_admission(const struct config *c)
{
	struct admit_table *t;
	struct admit_entry *list;
	size_t n = 0, at = 0;

	for (size_t i = 0; i < c->nclients; i++)
		n += c->clients[i].address.n;
	list = calloc(n + 1, sizeof(*list));
	if (!list)
		return NULL;
	for (size_t i = 0; i < c->nclients; i++)
		for (size_t j = 0; j < c->clients[i].address.n; j++)
			list[at++] = (struct admit_entry){c->clients[i].address.v[j], (uint32_t)i};
	t = admit_table_new(list, n);
	free(list);
	return t;
}

const struct addr_net *config_network(const struct config_client *k, const struct addr *peer)
{
	const struct addr_net *best = NULL;

	for (size_t i = 0; i < k->address.n; i++) {
		const struct addr_net *n = &k->address.v[i];

		if (addr_net_has(n, peer) && (!best || n->bits > best->bits))
			best = n;
	}
	return best && !addr_net_single(best) ? best : NULL;
}
