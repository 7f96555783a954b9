/* print: the effective configuration as text (config_print of config.h), and as lines that a person
 * reads (config_tell_client, config_tell_limits).
 *
 * Refuses to check, and to know keys by name: it prints the tables of keys.h. */
#include "config/config.h"

#include <inttypes.h>

#include "config/keys.h"
#include "base/quote.h"

static void print_size(uint64_t v, FILE *out)
{
	static const char units[] = "KMGT";
	int u = -1;

	while (v > 0 && v % 1024 == 0 && u < 3) {
		v /= 1024;
		u++;
	}
	fprintf(out, u < 0 ? "\"%" PRIu64 "\"" : "\"%" PRIu64 "%c\"", v, units[u < 0 ? 0 : u]);
}

static void print_time(uint64_t v, FILE *out)
{
	static const struct {
		unsigned seconds;
		char letter;
	} unit[] = {{604800, 'w'}, {86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
	size_t u = 0;

	while (v == 0 ? unit[u].seconds > 1 : v % unit[u].seconds)
		u++;
	fprintf(out, "\"%" PRIu64 "%c\"", v / unit[u].seconds, unit[u].letter);
}

/* A list of n texts; one alone stands without brackets. */
static void print_list(const struct key *key, const void *at, FILE *out)
{
	const struct strings *s = at;
	const struct addrs *a = at;
	const struct nets *nets = at;
	size_t n = key->type == KEY_STRINGS ? s->n : key->type == KEY_ADDRS ? a->n : nets->n;
	char text[ADDR_ZONED_MAX];

	if (n > 1)
		fputs("[ ", out);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			fputs(", ", out);
		if (key->type == KEY_STRINGS)
			quote_print(s->v[i], out);
		else if (key->type == KEY_ADDRS)
			quote_print(addr_zoned_format(&a->v[i], text), out);
		else
			quote_print(addr_net_format(&nets->v[i], text), out);
	}
	if (n > 1)
		fputs(" ]", out);
}

static bool has_value(const struct key *key, const void *at)
{
	switch (key->type) {
	case KEY_STRING:
	case KEY_TEXT:
	case KEY_PATH:
	case KEY_ACCOUNT:
		return *(char *const *)at != NULL;
	case KEY_STRINGS:
		return ((const struct strings *)at)->n > 0;
	case KEY_ADDRS:
		return ((const struct addrs *)at)->n > 0;
	case KEY_NETS:
		return ((const struct nets *)at)->n > 0;
	default:
		return true;
	}
}

static void print_value(const struct key *key, const void *at, FILE *out)
{
	char text[ROTATE_TEXT_MAX];

	switch (key->type) {
	case KEY_STRING:
	case KEY_TEXT:
	case KEY_PATH:
	case KEY_ACCOUNT:
		quote_print(*(char *const *)at, out);
		break;
	case KEY_NUMBER:
		fprintf(out, "%u", *(const unsigned *)at);
		break;
	case KEY_SIZE:
		print_size(*(const uint64_t *)at, out);
		break;
	case KEY_TIME:
		print_time(*(const uint64_t *)at, out);
		break;
	case KEY_FREE:
		if (((const struct config_space *)at)->percent)
			fprintf(out, "\"%u%%\"", ((const struct config_space *)at)->percent);
		else
			print_size(((const struct config_space *)at)->bytes, out);
		break;
	case KEY_LEVEL:
		fprintf(
		    out, *(const unsigned *)at ? "\"zstd:%u\"" : "\"none\"", *(const unsigned *)at);
		break;
	case KEY_MODE:
		fprintf(out, "\"%04o\"", *(const unsigned *)at);
		break;
	case KEY_ROTATE:
		quote_print(rotate_format(at, text), out);
		break;
	case KEY_BOOL:
		fputs(*(const bool *)at ? "true" : "false", out);
		break;
	case KEY_WORD:
		quote_print(key->words[*(const int *)at], out);
		break;
	default:
		print_list(key, at, out);
	}
}

/* All keys of a table, or only those that were set. */
static void print_table(
    const struct key_table *table, const void *base, const char *indent, bool only_set, FILE *out)
{
	uint32_t set = ((const struct origins *)((const char *)base + table->origins_offset))->set;

	for (size_t i = 0; i < table->n; i++) {
		const struct key *key = &table->key[i];
		const void *at = (const char *)base + key->offset;

		if (only_set && !(set >> i & 1))
			continue;
		if (!has_value(key, at)) {
			fprintf(out, "%s// %s: %s\n", indent, key->name, key->unset);
			continue;
		}
		fprintf(out, "%s%s = ", indent, key->name);
		print_value(key, at, out);
		fputs(";\n", out);
	}
}

/* Of a client only what it has; without that it has no limits of its own. */
static void print_client_keep(const struct config_keep *keep, FILE *out)
{
	if (!keep->origins.set)
		return;
	fputs("\t\tkeep:\n\t\t{\n", out);
	print_table(&config_client_keep_keys, keep, "\t\t\t", true, out);
	fputs("\t\t};\n", out);
}

static void print_archive(const struct config_archive *a, FILE *out)
{
	fputs("archive:\n{\n", out);
	print_table(&config_archive_keys, a, "\t", false, out);
	fputs("\tkeep:\n\t{\n", out);
	print_table(&config_keep_keys, &a->keep, "\t\t", false, out);
	fputs("\t};\n", out);
	if (a->hand_over.present) {
		fputs("\thand-over:\n\t{\n", out);
		print_table(&config_hand_over_keys, &a->hand_over, "\t\t", false, out);
		fputs("\t};\n", out);
	} else {
		fputs("\t// hand-over: nothing is handed over\n", out);
	}
	fputs("};\n", out);
}

static void print_publisher(const struct config_publisher *p, FILE *out)
{
	fputs("zeromq-publisher:\n{\n", out);
	print_table(&config_publisher_keys, p, "\t", false, out);
	fputs("};\n", out);
}

void config_print(const struct config *c, FILE *out)
{
	fputs("server:\n{\n", out);
	print_table(&config_server_keys, &c->server, "\t", false, out);
	print_table(&config_storage_keys, &c->storage, "\t", false, out);
	if (c->tls.present) {
		fputs("\ttls:\n\t{\n", out);
		print_table(&config_tls_keys, &c->tls, "\t\t", false, out);
		fputs("\t};\n", out);
	} else {
		fputs("\t// tls: no client can use it\n", out);
	}
	fputs("\tlimits:\n\t{\n", out);
	print_table(&config_limits_keys, &c->limits, "\t\t", false, out);
	print_table(&config_own_limits_keys, &c->own_limits, "\t\t", false, out);
	fputs("\t};\n};\n", out);
	if (c->archive.present)
		print_archive(&c->archive, out);
	if (c->publisher.present)
		print_publisher(&c->publisher, out);
	fputs("clients = (", out);
	for (size_t i = 0; i < c->nclients; i++) {
		fputs(i ? ",\n\t{\n" : "\n\t{\n", out);
		print_table(&config_client_keys, &c->clients[i], "\t\t", false, out);
		print_table(&config_storage_keys, &c->clients[i].storage, "\t\t", true, out);
		print_table(&config_own_limits_keys, &c->clients[i].own_limits, "\t\t", true, out);
		print_client_keep(&c->clients[i].keep, out);
		fputs("\t}", out);
	}
	fputs("\n);\n", out);
}

static void tell_table(const struct key_table *table, const void *base, FILE *out)
{
	for (size_t i = 0; i < table->n; i++) {
		const struct key *key = &table->key[i];
		const void *at = (const char *)base + key->offset;

		fprintf(out, "%s: ", key->name);
		if (has_value(key, at))
			print_value(key, at, out);
		else
			fprintf(out, "unset (%s)", key->unset);
		fputc('\n', out);
	}
}

void config_tell_client(const struct config_client *k, FILE *out)
{
	fprintf(out, "store: %s\n", k->store ? "true" : "false");
	tell_table(&config_storage_keys, &k->storage, out);
	tell_table(&config_own_limits_keys, &k->own_limits, out);
}

void config_tell_limits(const struct config *c, FILE *out)
{
	tell_table(&config_limits_keys, &c->limits, out);
}
