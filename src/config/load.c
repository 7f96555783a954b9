/* load: a configuration read, completed and checked (config_examine, config_load of config.h).
 *
 * The order of the others: text, libconfig, groups, defaults, what a client inherits, check.
 * Refuses to open a file itself, and to judge a value. */
#include "config/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/check.h"
#include "config/clients.h"
#include "config/duplicate.h"
#include "config/groups.h"

/* Stands for the working directory when that was removed, so that it has no name. Only relative
 * paths need one: with this they are found nowhere, and the errors say why. */
#define CWD_REMOVED "(the working directory is gone)"

/* Where libconfig looks for includes: there are none. What it gets has them in their place already,
 * and it must not open a file, because it ends the program when it cannot read one. */
#define NO_INCLUDES "/dev/null"

static void out_of_memory(const struct reader *r, const char *file)
{
	problem_error(r->problems, file, 0, "out of memory");
}

/* The value of one key, of the same type in both. */
static void copy_value(const struct key *key, void *to, const void *from)
{
	if (key->type == KEY_PATH || key->type == KEY_TEXT)
		*(const char **)to = *(const char *const *)from;
	else if (key->type == KEY_SIZE || key->type == KEY_TIME)
		*(uint64_t *)to = *(const uint64_t *)from;
	else if (key->type == KEY_BOOL)
		*(bool *)to = *(const bool *)from;
	else if (key->type == KEY_ROTATE)
		*(struct rotate *)to = *(const struct rotate *)from;
	else
		*(unsigned *)to = *(const unsigned *)from;
}

/* What a client has not set itself, it has from the server. */
static void inherit_table(const struct key_table *table, void *own, const void *server)
{
	struct origins *mine = key_origins(table, own);
	const struct origins *theirs =
	    (const struct origins *)((const char *)server + table->origins_offset);

	for (size_t i = 0; i < table->n; i++) {
		const struct key *key = &table->key[i];

		if (!(mine->set >> i & 1))
			copy_value(
			    key, (char *)own + key->offset, (const char *)server + key->offset);
		if (!mine->key[i].line)
			mine->key[i] = theirs->key[i];
	}
}

static void inherit(struct config *c)
{
	for (size_t i = 0; i < c->nclients; i++) {
		inherit_table(&config_storage_keys, &c->clients[i].storage, &c->storage);
		inherit_table(&config_own_limits_keys, &c->clients[i].own_limits, &c->own_limits);
	}
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

/* libconfig finds a mistake where it can read no further, often in the line behind it. */
static const char *advice(const struct reader *r, const config_t *lib)
{
	if (strcmp(config_error_text(lib), "syntax error") != 0)
		return "";
	if (looks_like_vty(r->text->body))
		return "; this looks like a configuration of the original server, which "
		       "osmo-pcap-vty2cfg converts";
	return " here or before it: a comma, a quote or a bracket too many or too few?";
}

/* The second one of the same name in a group is in that line. */
static void tell_twice(const struct reader *r, unsigned line)
{
	struct origin o = text_origin(r->text, line), first;
	struct duplicate twice;

	if (!duplicate_find(r->text->body, line, &twice)) {
		problem_error(
		    r->problems, o.file, o.line, "a setting here stands twice in its group");
		return;
	}
	first = text_origin(r->text, twice.first);
	problem_error(r->problems, o.file, o.line,
	    "%.*s stands twice in its group: first in line %u%s%s", (int)twice.len, twice.name,
	    first.line, strcmp(first.file, o.file) == 0 ? "" : " of ",
	    strcmp(first.file, o.file) == 0 ? "" : first.file);
}

static void tell_error(const struct reader *r, const config_t *lib)
{
	unsigned line = (unsigned)config_error_line(lib);
	struct origin o = text_origin(r->text, line);
	const char *what = config_error_text(lib);

	if (strcmp(what, "duplicate setting name") == 0)
		tell_twice(r, line);
	else
		problem_error(r->problems, o.file, o.line, "%s%s", what, advice(r, lib));
}

static bool parse(const struct reader *r, struct config *c)
{
	config_t lib;
	bool ok;

	config_init(&lib);
	config_set_include_dir(&lib, NO_INCLUDES);
	ok = config_read_string(&lib, r->text->body) == CONFIG_TRUE;
	if (ok)
		groups_read(r, c, config_root_setting(&lib));
	else
		tell_error(r, &lib);
	config_destroy(&lib);
	return ok;
}

static void complete(const struct reader *r, struct config *c)
{
	values_default(r, &config_server_keys, &c->server);
	values_default(r, &config_storage_keys, &c->storage);
	values_default(r, &config_tls_keys, &c->tls);
	values_default(r, &config_limits_keys, &c->limits);
	values_default(r, &config_own_limits_keys, &c->own_limits);
	values_default(r, &config_publisher_keys, &c->publisher);
	values_default(r, &config_archive_keys, &c->archive);
	values_default(r, &config_keep_keys, &c->archive.keep);
	values_default(r, &config_hand_over_keys, &c->archive.hand_over);
	inherit(c);
	c->by_name = clients_by_name(c);
	c->admission = clients_table_of(c);
}

/* The working directory, in the region. */
static const char *working_directory(struct region *region)
{
	char *cwd = getcwd(NULL, 0);
	const char *name = cwd ? cwd : CWD_REMOVED, *copy;

	if (!cwd && errno != ENOENT)
		return NULL;
	copy = region_text(region, name, strlen(name));
	free(cwd);
	return copy;
}

static bool load(struct reader *r, struct text *text, struct config *c, const char *file)
{
	if (!text_read(text, r->region, file, r->problems))
		return false;
	r->text = text;
	c->names = text->names;
	c->empty = text->empty;
	c->file = reader_absolute(r, file);
	if (!c->file) {
		out_of_memory(r, file);
		return false;
	}
	if (!parse(r, c))
		return false;
	complete(r, c);
	if (c->by_name && c->admission)
		config_check(c, r->problems);
	else
		out_of_memory(r, file);
	return true;
}

struct config *config_examine(const char *file, struct problems *problems)
{
	struct reader r = {.region = region_new(), .problems = problems};
	struct config *c = r.region ? region_alloc(r.region, sizeof(*c)) : NULL;
	struct text text = {.region = NULL};
	bool ok = false;

	if (c)
		r.cwd = working_directory(r.region);
	if (r.cwd) {
		c->region = r.region;
		ok = load(&r, &text, c, file);
	} else {
		problem_error(problems, file, 0, "cannot be read: %s", strerror(errno));
	}
	text_free(&text);
	if (ok)
		return c;
	region_free(r.region);
	return NULL;
}

void config_free(struct config *c)
{
	if (c)
		region_free(c->region);
}

struct config *config_load(const char *file)
{
	struct problems p = {0};
	struct config *c = config_examine(file, &p);
	bool ok = c && p.errors == 0;

	if (!ok)
		problems_print(&p, stderr);
	problems_free(&p);
	if (ok)
		return c;
	config_free(c);
	return NULL;
}
