/* values: see values.h. */
#include "config/values.h"

#include <stdio.h>
#include <string.h>

#include "base/parse.h"

struct origin setting_origin(const struct reader *r, const config_setting_t *s)
{
	return text_origin(r->text, config_setting_source_line(s));
}

const char *reader_absolute(const struct reader *r, const char *path)
{
	if (path[0] == '/')
		return region_text(r->region, path, strlen(path));
	if (strcmp(path, ".") == 0)
		return region_text(r->region, r->cwd, strlen(r->cwd));
	return region_print(r->region, "%s/%s", r->cwd, path);
}

static const char *set_space(struct config_space *space, const char *text)
{
	struct config_space new = {0};

	if (!parse_percent(text, &new.percent) && !parse_size(text, &new.bytes))
		return "is neither a size nor a percentage";
	*space = new;
	return NULL;
}

/* 0 needs no unit. */
static const char *set_time(uint64_t *seconds, const char *text)
{
	if (!parse_duration(strcmp(text, "0") == 0 ? "0s" : text, seconds))
		return "is no time: digits, then s, m, h, d or w";
	return NULL;
}

/* The level alone is part of "zstd:N"; without it, it is zstd's own. */
static const char *set_level(const struct key *key, unsigned *level, const char *text)
{
	uint64_t n = 3;

	if (strcmp(text, "none") == 0)
		n = 0;
	else if (strcmp(text, "zstd") != 0 &&
		 (strncmp(text, "zstd:", 5) != 0 || !parse_number(text + 5, 1, key->max, &n)))
		return "must be none, zstd, or zstd:1 to zstd:19";
	*level = (unsigned)n;
	return NULL;
}

/* One text value. NULL, or what is wrong with it. */
static const char *set_text(
    const struct reader *r, const struct key *key, void *at, const char *text)
{
	int word;

	switch (key->type) {
	case KEY_STRING:
	case KEY_PATH:
	case KEY_ACCOUNT:
		if (text[0] == '\0')
			return "must not be empty";
		/* fall through */
	case KEY_TEXT:
		*(const char **)at = key->type == KEY_PATH
					 ? reader_absolute(r, text)
					 : region_text(r->region, text, strlen(text));
		return *(const char **)at ? NULL : "out of memory";
	case KEY_SIZE:
		return parse_size(text, at) ? NULL : "is no size: digits, then K, M, G or T";
	case KEY_TIME:
		return set_time(at, text);
	case KEY_FREE:
		return set_space(at, text);
	case KEY_LEVEL:
		return set_level(key, at, text);
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

/* One element of a list, into a place that is there for it. NULL, or what is wrong with it. */
static const char *append_text(
    const struct reader *r, const struct key *key, void *at, const char *text)
{
	struct strings *s = at;
	struct addrs *a = at;
	struct nets *n = at;
	const char *why;

	switch (key->type) {
	case KEY_STRINGS:
		s->v[s->n] = region_text(r->region, text, strlen(text));
		return s->v[s->n++] ? NULL : "out of memory";
	case KEY_ADDRS:
		why = addr_zoned_parse(text, &a->v[a->n]);
		a->n += !why;
		return why;
	default:
		why = addr_net_parse(text, &n->v[n->n]);
		n->n += !why;
		return why;
	}
}

/* Places for n elements. */
static bool make_room(const struct reader *r, const struct key *key, void *at, size_t n)
{
	struct strings *s = at;
	struct addrs *a = at;
	struct nets *nets = at;

	switch (key->type) {
	case KEY_STRINGS:
		return (s->v = region_array(r->region, n, sizeof(*s->v))) != NULL;
	case KEY_ADDRS:
		return (a->v = region_array(r->region, n, sizeof(*a->v))) != NULL;
	default:
		return (nets->v = region_array(r->region, n, sizeof(*nets->v))) != NULL;
	}
}

static bool set_list(
    const struct reader *r, const struct key *key, void *at, const config_setting_t *s)
{
	bool list = config_setting_is_list(s) || config_setting_is_array(s);
	int n = list ? config_setting_length(s) : 1;
	bool ok = n > 0;

	if (!ok)
		SETTING_ERROR(r, s, "%s: the list is empty", key->name);
	if (!make_room(r, key, at, (size_t)n)) {
		SETTING_ERROR(r, s, "%s: out of memory", key->name);
		return false;
	}
	for (int i = 0; i < n; i++) {
		const config_setting_t *e = list ? config_setting_get_elem(s, (unsigned)i) : s;
		const char *text = config_setting_get_string(e), *why;

		if (!text) {
			SETTING_ERROR(r, e, "%s must be a string or a list of strings", key->name);
			ok = false;
			continue;
		}
		why = append_text(r, key, at, text);
		if (why) {
			SETTING_ERROR(r, e, "%s: '%s': %s", key->name, text, why);
			ok = false;
		}
	}
	return ok;
}

static bool set_number(
    const struct reader *r, const struct key *key, void *at, const config_setting_t *s)
{
	long long v = config_setting_get_int64(s);

	if (v == TEXT_NUMBER_UNFIT) /* its error was reported when the text was read */
		return false;
	if (v < 0 && key->type != KEY_NUMBER) {
		SETTING_ERROR(r, s, "%s: %lld is negative", key->name, v);
		return false;
	}
	if (key->type == KEY_ACCOUNT) {
		*(const char **)at = region_print(r->region, "%lld", v);
		return *(const char **)at;
	}
	if (key->type == KEY_FREE) {
		*(struct config_space *)at = (struct config_space){.bytes = (uint64_t)v};
		return true;
	}
	if (key->type == KEY_SIZE || key->type == KEY_TIME) {
		*(uint64_t *)at = (uint64_t)v;
		return true;
	}
	if (v < (long long)key->min || v > (long long)key->max) {
		SETTING_ERROR(r, s, "%s: %lld is not in %u..%u", key->name, v, key->min, key->max);
		return false;
	}
	*(unsigned *)at = (unsigned)v;
	return true;
}

/* Whether a number without quotes can be a value of that key. */
static bool takes_number(const struct key *key, const config_setting_t *s)
{
	switch (key->type) {
	case KEY_NUMBER:
	case KEY_SIZE:
	case KEY_FREE:
	case KEY_ACCOUNT:
		return true;
	case KEY_TIME:
		return config_setting_get_int64(s) == 0;
	default:
		return false;
	}
}

static const char *type_wanted(const struct key *key)
{
	switch (key->type) {
	case KEY_NUMBER:
		return "a number";
	case KEY_SIZE:
	case KEY_ACCOUNT:
	case KEY_FREE:
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
	if (number && takes_number(key, s))
		return set_number(r, key, at, s);
	if (key->type == KEY_BOOL && type == CONFIG_TYPE_BOOL) {
		*(bool *)at = config_setting_get_bool(s);
		return true;
	}
	if (type == CONFIG_TYPE_STRING && key->type != KEY_NUMBER && key->type != KEY_BOOL) {
		why = set_text(r, key, at, config_setting_get_string(s));
		if (why)
			SETTING_ERROR(
			    r, s, "%s: '%s': %s", key->name, config_setting_get_string(s), why);
		return !why;
	}
	if (number && key->type == KEY_MODE) /* libconfig reads 0440 as the decimal 440 */
		SETTING_ERROR(r, s, "%s must be a string of octal digits, in quotes", key->name);
	else
		SETTING_ERROR(r, s, "%s must be %s", key->name, type_wanted(key));
	return false;
}

bool values_set(
    const struct reader *r, const struct key_table *table, void *base, const config_setting_t *s)
{
	struct origins *origins = key_origins(table, base);

	for (size_t i = 0; i < table->n; i++) {
		const struct key *key = &table->key[i];

		if (strcmp(config_setting_name(s), key->name) != 0)
			continue;
		if (set_value(r, key, (char *)base + key->offset, s))
			origins->set |= 1u << i;
		origins->key[i] = setting_origin(r, s);
		return true;
	}
	return false;
}

void values_default(const struct reader *r, const struct key_table *table, void *base)
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
