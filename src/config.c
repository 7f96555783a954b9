/* config: see config.h. Reads with libconfig; the tables of configkeys say what may stand where. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <libconfig.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admit.h"
#include "configcheck.h"
#include "configkeys.h"
#include "conftext.h"
#include "io.h"
#include "parse.h"

#ifndef TEXT_MAX             /* fuzzing chooses less: it is allocated each time */
#define TEXT_MAX (16u << 20) /* bytes of one configuration file */
#endif
#define INCLUDE_DEPTH 10 /* libconfig's own limit */

struct reader {
	const char *file; /* as the user named it */
	char *directory;  /* of file, for includes and nothing else */
	char *cwd;
	struct problems *problems;
	const char *absolute;   /* the same, from the root */
	struct strings *names;  /* of the configuration */
	struct origin *wrapped; /* numbers that libconfig cannot hold */
	size_t nwrapped;
	bool unreadable; /* a file could not be read: libconfig must not see it */
	bool vty;        /* the configuration looks like one of the original server */
};

/* ---- the text ---- */

static char *read_text(const char *file, const char **why)
{
	struct stat st;
	int fd = io_open_regular(file, &st, why);
	char *text;
	ssize_t n;

	if (fd < 0)
		return NULL;
	text = malloc(TEXT_MAX + 1);
	n = text ? io_read_full(fd, text, TEXT_MAX + 1) : -1;
	if (n < 0)
		*why = strerror(errno);
	else if (n > TEXT_MAX)
		*why = "is larger than 16 MiB";
	else if (memchr(text, '\0', (size_t)n))
		*why = "contains a NUL byte";
	else
		text[n] = '\0';
	close(fd);
	if (*why) {
		free(text);
		return NULL;
	}
	return text;
}

static char *joined(const char *directory, const char *path, size_t len)
{
	char *out;

	if (path[0] == '/' || !directory[0])
		return strndup(path, len);
	return asprintf(&out, "%s/%.*s", directory, (int)len, path) < 0 ? NULL : out;
}

/* A copy that lives as long as the configuration. */
static const char *intern(const struct reader *r, char *text)
{
	struct strings *names = r->names;
	char **v;

	for (size_t i = 0; text && i < names->n; i++)
		if (strcmp(names->v[i], text) == 0) {
			free(text);
			return names->v[i];
		}
	v = text ? realloc(names->v, (names->n + 1) * sizeof(*v)) : NULL;
	if (!v) {
		free(text);
		return r->file;
	}
	names->v = v;
	return names->v[names->n++] = text;
}

static void note_wrapped(struct reader *r, const char *file, unsigned line)
{
	struct origin *list = realloc(r->wrapped, (r->nwrapped + 1) * sizeof(*list));
	char *name = list ? strdup(file) : NULL;

	if (list)
		r->wrapped = list;
	if (name)
		list[r->nwrapped++] = (struct origin){intern(r, name), line};
}

/* The original server's configuration has the same name; a line `server` opens a node there, whose
 * lines are indented, and `!` begins a comment. */
static bool looks_like_vty(const char *text)
{
	for (const char *at = text; at && *at; at = strchr(at, '\n')) {
		if (*at == '\n')
			at++;
		if (*at == '!' ||
		    (strncmp(at, "server\n ", 8) == 0 && at[8] >= 'a' && at[8] <= 'z'))
			return true;
	}
	return false;
}

/* Numbers that libconfig would wrap, and includes that would end the program in it. */
static void check_text(
    struct reader *r, const char *file, const char *from, unsigned from_line, unsigned depth)
{
	const char *why;
	char *text = read_text(file, &why);
	struct conftext_token token;
	struct conftext scan;

	if (!text) {
		r->unreadable = true;
		problem_error(r->problems, from ? from : file, from_line, "%s%s%s",
		    from ? file : "", from ? ": " : "cannot be read: ", why);
		return;
	}
	if (r->names)
		intern(r, strdup(file));
	if (!from)
		r->vty = looks_like_vty(text);
	scan = conftext_over(text);
	for (conftext_next(&scan, &token); token.kind != CONFTEXT_END;
	     conftext_next(&scan, &token)) {
		if (token.kind == CONFTEXT_NUMBER) {
			problem_error(r->problems, file, token.line,
			    "the number %.*s is out of range (a 64-bit one needs an L behind it)",
			    (int)token.len, token.text);
			note_wrapped(r, file, token.line);
			continue;
		}
		char *path = joined(r->directory, token.text, token.len);

		if (depth == INCLUDE_DEPTH) {
			r->unreadable = true;
			problem_error(
			    r->problems, file, token.line, "includes are nested too deep");
			free(path);
			break;
		}
		if (path)
			check_text(r, path, file, token.line, depth + 1);
		free(path);
		if (r->unreadable)
			break; /* a loop would be followed along all its ways */
	}
	free(text);
}

/* ---- values ---- */

/* A file as the user would name it, from libconfig's name for it: NULL, or the absolute name, for
 * the configuration itself; an include as it is written there. */
static const char *name_of(const struct reader *r, const char *file)
{
	if (!file || strcmp(file, r->absolute) == 0)
		return r->file;
	return intern(r, joined(r->directory, file, strlen(file)));
}

static struct origin origin_of(const struct reader *r, const config_setting_t *s)
{
	return (struct origin){
	    name_of(r, config_setting_source_file(s)), config_setting_source_line(s)};
}

#define BAD(r, s, ...)                                                                             \
	problem_error(                                                                             \
	    (r)->problems, origin_of((r), (s)).file, config_setting_source_line(s), __VA_ARGS__)

static char *absolute(const struct reader *r, const char *path)
{
	char *out;

	if (path[0] == '/')
		return strdup(path);
	if (strcmp(path, ".") == 0)
		return strdup(r->cwd);
	return asprintf(&out, "%s/%s", r->cwd, path) < 0 ? NULL : out;
}

/* One text value. NULL, or what is wrong with it. */
static const char *set_text(
    const struct reader *r, const struct key *key, void *at, const char *text)
{
	int word;

	switch (key->type) {
	case KEY_STRING:
	case KEY_PATH:
		if (text[0] == '\0')
			return "must not be empty";
		free(*(char **)at);
		*(char **)at = key->type == KEY_PATH ? absolute(r, text) : strdup(text);
		return *(char **)at ? NULL : "out of memory";
	case KEY_SIZE:
		return parse_size(text, at) ? NULL : "is no size: digits, then K, M, G or T";
	case KEY_MODE:
		return parse_mode(text, at) ? NULL : "is no octal mode from 0 to 0777";
	case KEY_ROTATE:
		return rotate_parse(text, at);
	case KEY_WORD:
		for (word = 0; key->words[word]; word++)
			if (strcmp(text, key->words[word]) == 0) {
				*(int *)at = word;
				return NULL;
			}
		return "is not one of the words allowed here";
	default:
		return "must not be a string";
	}
}

/* One element of a string or list of strings, appended. NULL, or what is wrong with it. */
static const char *append_text(const struct key *key, void *at, const char *text)
{
	if (key->type == KEY_STRINGS) {
		struct strings *s = at;
		char **v = realloc(s->v, (s->n + 1) * sizeof(*v));

		if (!v)
			return "out of memory";
		s->v = v;
		s->v[s->n] = strdup(text);
		return s->v[s->n++] ? NULL : "out of memory";
	}
	if (key->type == KEY_ADDRS) {
		struct addrs *a = at;
		struct addr *v = realloc(a->v, (a->n + 1) * sizeof(*v));

		if (!v)
			return "out of memory";
		a->v = v;
		if (!addr_parse(text, &a->v[a->n]))
			return "not an IP address";
		a->n++;
		return NULL;
	}
	struct nets *n = at;
	struct addr_net *v = realloc(n->v, (n->n + 1) * sizeof(*v));
	const char *why;

	if (!v)
		return "out of memory";
	n->v = v;
	why = addr_net_parse(text, &n->v[n->n]);
	n->n += !why;
	return why;
}

static bool set_list(
    const struct reader *r, const struct key *key, void *at, const config_setting_t *s)
{
	bool list = config_setting_is_list(s) || config_setting_is_array(s);
	int n = list ? config_setting_length(s) : 1;
	bool ok = n > 0;

	if (!ok)
		BAD(r, s, "%s: the list is empty", key->name);
	for (int i = 0; i < n; i++) {
		const config_setting_t *e = list ? config_setting_get_elem(s, (unsigned)i) : s;
		const char *text = config_setting_get_string(e), *why;

		if (!text) {
			BAD(r, e, "%s must be a string or a list of strings", key->name);
			ok = false;
			continue;
		}
		why = append_text(key, at, text);
		if (why) {
			BAD(r, e, "%s: \"%s\": %s", key->name, text, why);
			ok = false;
		}
	}
	return ok;
}

/* It was complained about already, and its value means nothing. */
static bool is_wrapped(const struct reader *r, const config_setting_t *s)
{
	struct origin o = origin_of(r, s);

	for (size_t i = 0; i < r->nwrapped; i++)
		if (r->wrapped[i].line == o.line && strcmp(r->wrapped[i].file, o.file) == 0)
			return true;
	return false;
}

static bool set_number(
    const struct reader *r, const struct key *key, void *at, const config_setting_t *s)
{
	long long v = config_setting_get_int64(s);

	if (is_wrapped(r, s))
		return false;
	if (key->type == KEY_SIZE) {
		if (v < 0) {
			BAD(r, s, "%s: %lld is negative", key->name, v);
			return false;
		}
		*(uint64_t *)at = (uint64_t)v;
		return true;
	}
	if (v < (long long)key->min || v > (long long)key->max) {
		BAD(r, s, "%s: %lld is not in %u..%u", key->name, v, key->min, key->max);
		return false;
	}
	*(unsigned *)at = (unsigned)v;
	return true;
}

static const char *type_wanted(const struct key *key)
{
	switch (key->type) {
	case KEY_NUMBER:
		return "a number";
	case KEY_SIZE:
		return "a number or a string";
	case KEY_BOOL:
		return "true or false";
	default:
		return "a string";
	}
}

static bool set_value(
    const struct reader *r, const struct key *key, void *at, const config_setting_t *s)
{
	int type = config_setting_type(s);
	bool number = type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64;
	const char *why;

	if (key->type >= KEY_STRINGS)
		return set_list(r, key, at, s);
	if (number && (key->type == KEY_NUMBER || key->type == KEY_SIZE))
		return set_number(r, key, at, s);
	if (key->type == KEY_BOOL && type == CONFIG_TYPE_BOOL) {
		*(bool *)at = config_setting_get_bool(s);
		return true;
	}
	if (type == CONFIG_TYPE_STRING && key->type != KEY_NUMBER && key->type != KEY_BOOL) {
		why = set_text(r, key, at, config_setting_get_string(s));
		if (why)
			BAD(r, s, "%s: \"%s\": %s", key->name, config_setting_get_string(s), why);
		return !why;
	}
	if (number && key->type == KEY_MODE) /* libconfig reads 0440 as the decimal 440 */
		BAD(r, s, "%s must be a string of octal digits, in quotes", key->name);
	else
		BAD(r, s, "%s must be %s", key->name, type_wanted(key));
	return false;
}

/* Reads one setting if the table has its name. */
static bool set_key(
    const struct reader *r, const struct key_table *table, void *base, const config_setting_t *s)
{
	struct origins *origins = key_origins(table, base);

	for (size_t i = 0; i < table->n; i++) {
		const struct key *key = &table->key[i];

		if (strcmp(config_setting_name(s), key->name) != 0)
			continue;
		if (set_value(r, key, (char *)base + key->offset, s))
			origins->set |= 1u << i;
		origins->key[i] = origin_of(r, s);
		return true;
	}
	return false;
}

/* Every key of the table that has a default and was not set. */
static void set_defaults(const struct reader *r, const struct key_table *table, void *base)
{
	uint32_t set = key_origins(table, base)->set;

	for (size_t i = 0; i < table->n; i++) {
		const struct key *key = &table->key[i];
		void *at = (char *)base + key->offset;
		uint64_t number;

		if (!key->initial || set >> i & 1)
			continue;
		if (key->type == KEY_NUMBER) {
			if (parse_number(key->initial, key->min, key->max, &number))
				*(unsigned *)at = (unsigned)number;
		} else if (key->type == KEY_BOOL) {
			*(bool *)at = strcmp(key->initial, "true") == 0;
		} else {
			set_text(r, key, at, key->initial);
		}
	}
}

/* ---- groups ---- */

static void read_group(const struct reader *r, const struct key_table *table, void *base,
    const config_setting_t *group)
{
	key_origins(table, base)->group = origin_of(r, group);
	if (!config_setting_is_group(group)) {
		BAD(r, group, "%s must be a group { … }", config_setting_name(group));
		return;
	}
	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *s = config_setting_get_elem(group, (unsigned)i);

		if (!set_key(r, table, base, s))
			BAD(r, s, "unknown key %s in %s", config_setting_name(s),
			    config_setting_name(group));
	}
}

static void read_server(struct reader *r, struct config *c, const config_setting_t *group)
{
	c->server.origins.group = c->storage.origins.group = origin_of(r, group);
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
		} else if (!set_key(r, &config_server_keys, &c->server, s) &&
			   !set_key(r, &config_storage_keys, &c->storage, s)) {
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
	client->origins.group = client->storage.origins.group = origin_of(r, g);
	if (!config_setting_is_group(g)) {
		BAD(r, g, "a client must be a group { … }");
		client->name = place_name(number);
		return;
	}
	for (int i = 0; i < config_setting_length(g); i++) {
		const config_setting_t *s = config_setting_get_elem(g, (unsigned)i);

		if (!set_key(r, &config_client_keys, client, s) &&
		    !set_key(r, &config_storage_keys, &client->storage, s))
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
	set_defaults(r, &config_client_keys, client);
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
		problem_error(r->problems, name_of(r, config_error_file(&lib)),
		    (unsigned)config_error_line(&lib), "%s%s",
		    config_error_text(&lib) ? config_error_text(&lib) : strerror(errno),
		    advice(r, &lib));
	}
	config_destroy(&lib);
	set_defaults(r, &config_server_keys, &c->server);
	set_defaults(r, &config_storage_keys, &c->storage);
	set_defaults(r, &config_tls_keys, &c->tls);
	set_defaults(r, &config_limits_keys, &c->limits);
	inherit(r, c);
	return ok;
}

static bool reader_init(struct reader *r, const char *file, struct problems *problems)
{
	const char *slash = strrchr(file, '/');

	*r = (struct reader){.file = file, .problems = problems};
	r->directory =
	    slash ? strndup(file, slash == file ? 1 : (size_t)(slash - file)) : strdup("");
	r->cwd = left_cwd ? strdup(left_cwd) : getcwd(NULL, 0);
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
		r.absolute = c->file = absolute(&r, file);
		c->names.v = malloc(sizeof(*c->names.v));
		if (c->names.v)
			c->names.v[c->names.n++] = strdup(file);
		check_text(&r, file, NULL, 0, 0);
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
	for (size_t i = 0; i < c->names.n; i++)
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
