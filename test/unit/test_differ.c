/* test_differ: what differs between two configurations: keys that a recording keeps, numbers. */
#include "tap.h"
#include "support.h"

#include <unistd.h>

#include "config/differ.h"

static struct config *read_config(const char *server, const char *clients)
{
	char name[] = "/tmp/test_differ.XXXXXX";
	struct problems problems = {0};
	int fd = mkstemp(name);
	struct config *c;

	if (fd < 0)
		support_die("a configuration");
	dprintf(fd, "server: { %s };\nclients = ( %s );\n", server, clients);
	close(fd);
	c = config_examine(name, &problems);
	unlink(name);
	if (!c || problems.errors)
		support_die("a configuration");
	problems_free(&problems);
	return c;
}

#define ONE "{ name = \"a\"; address = \"10.0.0.1\"; tls = true; %s }"
#define TLS "tls: { server-cert = \"c\"; server-key = \"k\"; allow-auth = \"none\"; };"

static void test_kept(void)
{
	static const struct {
		const char *server, *client, *keys;
	} rows[] = {
	    {TLS, "", ""},
	    {TLS, "max-file-size = 5; rotate-localtime = \"hour\"; store = false;", ""},
	    {TLS, "max-snaplen = 5; file-permission-mask = \"0600\"; replace = false;", ""},
	    {TLS, "per-client = 1;", ""},
	    {TLS "port = 5; limits: { connections = 5; unestablished = 1; };", "", ""},
	    {TLS "base-path = \"/x\";", "", "base-path"},
	    {TLS, "completed-path = \"/x\";", "completed-path"},
	    {TLS "limits: { idle-timeout = 5; };", "frame-timeout = 9;",
		"frame-timeout idle-timeout"},
	    {TLS "limits: { idle-timeout = 5; };", "idle-timeout = 0;", ""},
	    {TLS "limits: { keepalive = 5; header-changes-per-minute = 9; };", "",
		"keepalive header-changes-per-minute"},
	    {"tls: { server-cert = \"x\"; server-key = \"y\"; allow-auth = \"none\"; };", "",
		"server-cert server-key"},
	    {"tls: { priority = \"NORMAL\"; capath = \"x\"; server-cert = \"c\"; server-key = "
	     "\"k\"; };",
		"", "allow-auth capath priority"},
	    {TLS "base-path = \"/x\";", "base-path = \"/y\"; completed-path = \"/z\";",
		"base-path completed-path"},
	};
	char client[256], text[DIFFER_TEXT_MAX];

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct config *a, *b;

		snprintf(client, sizeof(client), ONE, "");
		a = read_config(TLS, client);
		snprintf(client, sizeof(client), ONE, rows[i].client);
		b = read_config(rows[i].server, client);
		IS_STR(differ_text(differ_kept(a, a->clients, b, b->clients), text), rows[i].keys,
		    "%s %s", rows[i].server, rows[i].client);
		config_free(a);
		config_free(b);
	}
	IS_STR(differ_text(DIFFER_STORE, text), "store", "store");
	OK(strlen(differ_text(UINT32_MAX, text)) < DIFFER_TEXT_MAX - 1, "room for all: %s", text);
}

static void test_proof(void)
{
	static const struct {
		const char *client;
		bool same;
	} rows[] = {
	    {"tls = false;", false}, {"tls = true;", true}, {"tls = true; max-snaplen = 5;", true}};
	struct config *a, *b;
	char client[256];

	snprintf(client, sizeof(client), ONE, "");
	a = read_config(TLS, client);
	for (size_t i = 0; i < COUNT(rows); i++) {
		snprintf(client, sizeof(client), "{ name = \"a\"; address = \"10.0.0.1\"; %s }",
		    rows[i].client);
		b = read_config(TLS, client);
		OK(differ_same_proof(a->clients, b->clients) == rows[i].same, "%s", rows[i].client);
		config_free(b);
	}
	config_free(a);
}

#define NAMED(name, address, more) "{ name = \"" name "\"; address = \"" address "\"; " more " }"

static void test_count(void)
{
	struct config *a =
	    read_config("", NAMED("d", "10.0.0.4", "") "," NAMED("a", "10.0.0.1", "") "," NAMED("b",
				"10.0.0.2", "") "," NAMED("c", "10.0.0.3", "max-snaplen = 5;"));
	struct config *b =
	    read_config("", NAMED("c", "10.0.0.3", "max-snaplen = 6;") "," NAMED("a", "10.0.0.1",
				"") "," NAMED("b", "10.0.0.22", "") "," NAMED("e", "10.0.0.5", ""));
	struct config *all = read_config("max-snaplen = 7;",
	    NAMED("d", "10.0.0.4", "") "," NAMED("a", "10.0.0.1", "") "," NAMED(
		"b", "10.0.0.2", "") "," NAMED("c", "10.0.0.3", "max-snaplen = 5;"));
	struct config *no = read_config("", "");
	struct differ_counts n = differ_count(a, b);

	OK(n.added == 1 && n.removed == 1 && n.changed == 2, "one came, one went, two changed");
	n = differ_count(a, a);
	OK(n.added == 0 && n.removed == 0 && n.changed == 0, "nothing");
	n = differ_count(a, all);
	OK(n.added == 0 && n.removed == 0 && n.changed == 3, "what they inherit");
	n = differ_count(a, no);
	OK(n.added == 0 && n.removed == 4 && n.changed == 0, "all went");
	n = differ_count(no, b);
	OK(n.added == 4 && n.removed == 0 && n.changed == 0, "all came");
	config_free(a);
	config_free(b);
	config_free(all);
	config_free(no);
}

int main(void)
{
	test_kept();
	test_proof();
	test_count();
	return tap_done();
}
