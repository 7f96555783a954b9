/* test_config: the configuration file: every key with its type, range and default; every error with
 * file and line and all of a run together; includes; numbers that libconfig would wrap; printing
 * what was read gives the same text. */
#include "tap.h"
#include "support.h"

#include <limits.h>
#include <stddef.h>
#include <sys/wait.h>
#include <time.h>

#include "config/clients.h"
#include "config/config.h"
#include "base/log.h"

static char *dir, path[4096];
static int at;
static struct problems problems;
static struct config *config;

/* ---- loading ---- */

static void put_file(const char *name, const char *text)
{
	write_file(at, name, text, strlen(text));
}

static void unload(void)
{
	config_free(config);
	config = NULL;
	problems_free(&problems);
	memset(&problems, 0, sizeof(problems));
}

/* What the server starts with: NULL when there was an error. */
static struct config *load_file(const char *name, struct problems *p)
{
	struct config *c = config_examine(name, p);

	if (p->errors == 0)
		return c;
	config_free(c);
	return NULL;
}

static bool load(const char *text)
{
	unload();
	put_file("c.cfg", text);
	snprintf(path, sizeof(path), "%s/c.cfg", dir);
	config = load_file(path, &problems);
	return config != NULL;
}

static void show(void)
{
	for (size_t i = 0; i < problems.n; i++)
		printf("# %s:%u: %s%s\n", problems.list[i].file, problems.list[i].line,
		    problems.list[i].warning ? "warning: " : "", problems.list[i].text);
}

static bool good_text(const char *s)
{
	size_t n = strlen(s);

	return n > 0 && s[n - 1] != '.' && !strchr(s, '\n');
}

/* The lines that have errors, in ascending order: "3 7". */
static const char *error_lines(char out[256])
{
	*out = 0;
	for (unsigned last = 0, first = 1;; first = 0) {
		unsigned next = UINT_MAX;

		for (size_t i = 0; i < problems.n; i++)
			if (!problems.list[i].warning && problems.list[i].line < next &&
			    (first || problems.list[i].line > last))
				next = problems.list[i].line;
		if (next == UINT_MAX)
			return out;
		snprintf(out + strlen(out), 256 - strlen(out), "%s%u", *out ? " " : "", next);
		last = next;
	}
}

static void refused(const char *text, const char *lines, const char *name)
{
	char got[256];
	bool said = true;

	OK(!load(text), "%s: refused", name);
	OK(problems.errors > 0, "%s: an error", name);
	if (strcmp(error_lines(got), lines) != 0)
		show();
	IS_STR(error_lines(got), lines, "%s: the lines of the errors", name);
	for (size_t i = 0; i < problems.n; i++)
		said = said && good_text(problems.list[i].text) &&
		       strstr(problems.list[i].file, ".cfg");
	OK(said, "%s: file and text of each", name);
}

static bool accepted(const char *text, const char *name)
{
	bool ok = OK(load(text) && problems.errors == 0, "%s: accepted", name);

	if (!ok)
		show();
	return ok;
}

/* ---- numbers ---- */

struct number {
	const char *group, *name; /* group: text with %s where settings stand */
	uint64_t min, max, initial;
	size_t at;
};

#define SERVER       "server: {\n%s\n};\n"
#define LIMITS       "server: { limits: {\n%s\n}; };\n"
#define CLIENT       "clients = ( { name = \"a\"; address = \"192.0.2.1\";\n%s\n} );\n"
#define LIMIT(m)     offsetof(struct config, limits.m)
#define OWN_LIMIT(m) offsetof(struct config, own_limits.m)

static const struct number numbers[] = {
    {SERVER, "port", 0, 65535, 54321, offsetof(struct config, server.port)},
    {SERVER, "max-snaplen", 1, 262144, 9000, offsetof(struct config, storage.max_snaplen)},
    {LIMITS, "connections", 1, 100000, 1000, LIMIT(connections)},
    {LIMITS, "unestablished", 1, 100000, 100, LIMIT(unestablished)},
    {LIMITS, "per-client", 1, 100000, 4, OWN_LIMIT(per_client)},
    {LIMITS, "handshake-timeout", 1, 86400, 10, LIMIT(handshake_timeout)},
    {LIMITS, "frame-timeout", 1, 86400, 30, OWN_LIMIT(frame_timeout)},
    {LIMITS, "idle-timeout", 0, 31536000, 0, OWN_LIMIT(idle_timeout)},
    {LIMITS, "keepalive", 0, 32767, 60, LIMIT(keepalive)},
    {LIMITS, "header-changes-per-minute", 0, 1000000, 60, LIMIT(header_changes_per_minute)}};

static void group(char out[1024], const char *form, const char *settings)
{
	const char *hole = strstr(form, "%s");

	snprintf(out, 1024, "%.*s%s%s", (int)(hole - form), form, settings, hole + 2);
}

static unsigned value_at(size_t offset)
{
	unsigned v;

	memcpy(&v, (const char *)config + offset, sizeof(v));
	return v;
}

static void test_numbers(void)
{
	static const char *const bad[] = {"-1", "1.5", "\"5\"", "true", "[ 5 ]", "( 5 )",
	    "{ a = 5; }", "4294967297", "5000000000", "-4294967291", "18446744073709551621",
	    "4294967297L", "5000000000L", "0x100000001", "99999999999999999999999999999999999999",
	    "2147483648", "\"\"", "5e0"};
	char text[1024], set[256], name[128];

	accepted("", "an empty file");
	for (size_t i = 0; config && i < COUNT(numbers); i++)
		IS_INT(value_at(numbers[i].at), numbers[i].initial, "%s: default", numbers[i].name);
	for (size_t i = 0; i < COUNT(numbers); i++) {
		const struct number *n = &numbers[i];
		const uint64_t good[] = {n->min, n->min + 1, n->max - 1, n->max};

		for (size_t k = 0; k < COUNT(good); k++) {
			snprintf(set, sizeof(set), "%s = %" PRIu64 ";", n->name, good[k]);
			group(text, n->group, set);
			/* what other keys say to the value is another matter: a warning */
			if (accepted(text, set))
				IS_INT(value_at(n->at), good[k], "%s: read", set);
		}
		snprintf(set, sizeof(set), "%s = 0x%" PRIx64 ";", n->name, n->max);
		group(text, n->group, set);
		if (accepted(text, set))
			IS_INT(value_at(n->at), n->max, "%s: hexadecimal", set);
		snprintf(set, sizeof(set), "%s = %" PRIu64 ";", n->name, n->max + 1);
		group(text, n->group, set);
		refused(text, "2", set);
		if (n->min > 0) {
			snprintf(set, sizeof(set), "%s = %" PRIu64 ";", n->name, n->min - 1);
			group(text, n->group, set);
			refused(text, "2", set);
		}
		for (size_t k = 0; k < COUNT(bad); k++) {
			snprintf(set, sizeof(set), "%s = %s;", n->name, bad[k]);
			group(text, n->group, set);
			OK(!load(text) && problems.errors > 0, "%s: refused", set);
			OK(problems.n > 0 && problems.list[0].line == 2, "%s: line 2", set);
		}
	}
	/* one number in a client */
	snprintf(name, sizeof(name), "max-snaplen = 100;");
	group(text, CLIENT, name);
	if (accepted(text, "max-snaplen of a client")) {
		IS_INT(config->clients[0].storage.max_snaplen, 100, "max-snaplen of a client");
		IS_INT(config->storage.max_snaplen, 9000, "the server's stays");
	}
	group(text, CLIENT, "max-snaplen = 262145;");
	refused(text, "2", "max-snaplen of a client, too large");
	group(text, CLIENT, "port = 1;");
	refused(text, "2", "a server's key in a client");
}

static void test_filter(void)
{
	static char text[2048];

	if (accepted("server: { filter = \"icmp\"; };\nclients = ( { name = \"a\"; address = "
		     "\"192.0.2.1\"; }, { name = \"b\"; address = \"192.0.2.2\"; filter = \"\"; "
		     "} );\n",
		"filter")) {
		IS_STR(config->clients[0].storage.filter, "icmp", "a client has the server's");
		IS_STR(config->clients[1].storage.filter, "", "or its own, which may be empty");
	}
	group(text, SERVER, "filter = 5;");
	refused(text, "2", "a number as filter");
}

static void test_sizes(void)
{
	static const struct {
		const char *text;
		uint64_t value;
	} good[] = {{"0", 0}, {"1", 1}, {"2147483647", 2147483647}, {"5000000000L", 5000000000},
	    {"9223372036854775807L", INT64_MAX}, {"\"0\"", 0}, {"\"1\"", 1},
	    {"\"5000000000\"", 5000000000}, {"\"1K\"", 1024}, {"\"10M\"", 10485760},
	    {"\"3G\"", 3221225472}, {"\"2T\"", 2199023255552}, {"0x10", 16},
	    {"0x100000000L", 4294967296}};
	static const char *const bad[] = {"-1", "1.5", "\"-1\"", "\"\"", "\"K\"", "\"1 K\"",
	    "\"1KB\"", "\"1.5K\"", "\" 1\"", "\"1 \"", "true", "[ 1 ]", "5000000000", "4294967297",
	    "\"1X\"", "\"18446744073709551616\"", "\"16777216T\"", "\"99999999999999999999G\"",
	    "\"0x10\"", "\"+1\"", "-5000000000L", "99999999999999999999L"};
	char text[1024], set[256];

	accepted("", "an empty file");
	IS_INT(config ? config->storage.max_file_size : 0, 1 << 30, "max-file-size: default 1G");
	for (size_t i = 0; i < COUNT(good); i++)
		for (unsigned client = 0; client < 2; client++) {
			snprintf(set, sizeof(set), "max-file-size = %s;", good[i].text);
			group(text, client ? CLIENT : SERVER, set);
			if (!accepted(text, set))
				continue;
			OK((client ? config->clients[0].storage.max_file_size
				   : config->storage.max_file_size) == good[i].value,
			    "%s: read", set);
		}
	for (size_t i = 0; i < COUNT(bad); i++)
		for (unsigned client = 0; client < 2; client++) {
			snprintf(set, sizeof(set), "max-file-size = %s;", bad[i]);
			group(text, client ? CLIENT : SERVER, set);
			refused(text, "2", set);
		}
}

/* ---- strings ---- */

static void test_words(void)
{
	static const struct {
		const char *set;
		size_t at;
		int value;
	} good[] = {
	    {"log-level = \"error\";", offsetof(struct config, server.log_level), LVL_ERROR},
	    {"log-level = \"warning\";", offsetof(struct config, server.log_level), LVL_WARNING},
	    {"log-level = \"notice\";", offsetof(struct config, server.log_level), LVL_NOTICE},
	    {"log-level = \"info\";", offsetof(struct config, server.log_level), LVL_INFO},
	    {"log-level = \"debug\";", offsetof(struct config, server.log_level), LVL_DEBUG},
	    {"", offsetof(struct config, server.log_level), LVL_INFO},
	    {"", offsetof(struct config, server.sandbox), SANDBOX_BEST_EFFORT},
	    {"sandbox = \"best-effort\";", offsetof(struct config, server.sandbox),
		SANDBOX_BEST_EFFORT},
	    {"sandbox = \"required\";", offsetof(struct config, server.sandbox), SANDBOX_REQUIRED},
	    {"sandbox = \"off\";", offsetof(struct config, server.sandbox), SANDBOX_OFF},
	    {"", offsetof(struct config, tls.auth), AUTH_X509},
	    {"tls: { allow-auth = \"x509\"; capath = \"/a\"; server-cert = \"/c\"; server-key = "
	     "\"/k\"; };",
		offsetof(struct config, tls.auth), AUTH_X509},
	    {"tls: { server-cert = \"/c\"; server-key = \"/k\"; allow-auth = \"none\"; };",
		offsetof(struct config, tls.auth), AUTH_NONE},
	    {"tls: { allow-auth = \"anonymous\"; };", offsetof(struct config, tls.auth),
		AUTH_ANONYMOUS}};
	static const char *const bad[] = {"log-level = \"Info\";", "log-level = \"\";",
	    "log-level = 3;", "log-level = \"information\";", "log-level = [ \"info\" ];",
	    "sandbox = true;", "sandbox = \"on\";", "sandbox = \"best effort\";",
	    "tls: { allow-auth = \"x.509\"; };", "tls: { allow-auth = false; };"};
	char text[1024];

	for (size_t i = 0; i < COUNT(good); i++) {
		group(text, SERVER, good[i].set);
		if (accepted(text, *good[i].set ? good[i].set : "unset"))
			IS_INT((int)value_at(good[i].at), good[i].value, "%s: read", good[i].set);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		group(text, SERVER, bad[i]);
		refused(text, "2", bad[i]);
	}
}

static void test_modes_and_periods(void)
{
	static const struct {
		const char *text;
		unsigned mode;
	} modes[] = {{"0440", 0440}, {"440", 0440}, {"0", 0}, {"0777", 0777}, {"600", 0600},
	    {"00640", 0640}};
	static const char *const bad_modes[] = {"\"1000\"", "\"01777\"", "\"0778\"", "\"abc\"",
	    "\"\"", "\"-1\"", "0440", "440", "true", "\" 440\"", "\"440 \"", "\"0o440\"",
	    "\"0x120\"", "[ \"0440\" ]", "\"99999999999999999999\"", "\"40000000440\""};
	static const struct {
		const char *text;
		enum rotate_unit unit;
		unsigned mod;
	} periods[] = {{"never", ROTATE_NEVER, 1}, {"second", ROTATE_SECOND, 1},
	    {"minute mod 5", ROTATE_MINUTE, 5}, {"hour mod 24", ROTATE_HOUR, 24},
	    {"day", ROTATE_DAY, 1}, {"day mod 31", ROTATE_DAY, 31},
	    {"month mod 12", ROTATE_MONTH, 12}, {"year mod 9999", ROTATE_YEAR, 9999}};
	static const char *const bad_periods[] = {"\"\"", "\"week\"", "\"minute mod 0\"",
	    "\"minute mod 61\"", "\"hour mod 25\"", "\"day mod 32\"", "\"month mod 13\"",
	    "\"year mod 10000\"", "\"never mod 2\"", "5", "false", "\"Day\"",
	    "\"minute mod 4294967301\""};
	char text[1024], set[256];

	for (unsigned client = 0; client < 2; client++) {
		const char *form = client ? CLIENT : SERVER;

		for (size_t i = 0; i < COUNT(modes); i++) {
			snprintf(set, sizeof(set), "file-permission-mask = \"%s\";", modes[i].text);
			group(text, form, set);
			if (accepted(text, set))
				IS_INT(
				    client ? config->clients[0].storage.mode : config->storage.mode,
				    modes[i].mode, "%s: read", set);
		}
		for (size_t i = 0; i < COUNT(bad_modes); i++) {
			snprintf(set, sizeof(set), "file-permission-mask = %s;", bad_modes[i]);
			group(text, form, set);
			refused(text, "2", set);
		}
		for (size_t i = 0; i < COUNT(periods); i++) {
			struct rotate *r;

			snprintf(set, sizeof(set), "rotate-localtime = \"%s\";", periods[i].text);
			group(text, form, set);
			if (!accepted(text, set))
				continue;
			r = client ? &config->clients[0].storage.rotate : &config->storage.rotate;
			OK(r->unit == periods[i].unit && r->mod == periods[i].mod, "%s: read", set);
		}
		for (size_t i = 0; i < COUNT(bad_periods); i++) {
			snprintf(set, sizeof(set), "rotate-localtime = %s;", bad_periods[i]);
			group(text, form, set);
			refused(text, "2", set);
		}
	}
	accepted("", "an empty file");
	if (config) {
		IS_INT(config->storage.mode, 0440, "file-permission-mask: default");
		IS_INT(config->storage.rotate.unit, ROTATE_DAY, "rotate-localtime: default");
		IS_INT(config->storage.rotate.mod, 1, "rotate-localtime: default N");
	}
}

static void test_paths(void)
{
	char cwd[PATH_MAX], want[PATH_MAX + 64], text[1024];

	if (!getcwd(cwd, sizeof(cwd)))
		support_die("getcwd");
	accepted("", "an empty file");
	if (config) {
		IS_STR(config->storage.base_path, cwd, "base-path: the current directory");
		OK(!config->storage.completed_path, "completed-path: none");
		OK(!config->server.user && !config->server.group && !config->server.pid_file,
		    "user, group, pid-file: none");
		IS_INT(config->server.ip.n, 0, "ip: all addresses");
		IS_STR(config->file, path, "the file is known");
		OK(!config->tls.present, "no tls group");
		IS_STR(config->tls.priority, "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA",
		    "priority: default");
		IS_INT(config->nclients, 0, "no clients");
	}
	OK(problems.n == 1 && problems.list[0].warning, "no clients: a warning");

	group(text, SERVER,
	    "base-path = \"/a/b\"; completed-path = \"done\"; user = \"u\"; group = \"g\"; "
	    "pid-file = \"run/pid\";\ntls: { capath = \"ca.pem\"; crlfile = \"/crl\"; server-cert "
	    "= "
	    "\"c.pem\"; server-key = \"/k\"; priority = \"NORMAL\"; };");
	if (accepted(text, "paths")) {
		IS_STR(config->storage.base_path, "/a/b", "an absolute base-path");
		snprintf(want, sizeof(want), "%s/done", cwd);
		IS_STR(config->storage.completed_path, want, "completed-path made absolute");
		snprintf(want, sizeof(want), "%s/run/pid", cwd);
		IS_STR(config->server.pid_file, want, "pid-file made absolute");
		snprintf(want, sizeof(want), "%s/ca.pem", cwd);
		IS_STR(config->tls.capath, want, "capath made absolute");
		IS_STR(config->tls.crlfile, "/crl", "crlfile");
		IS_STR(config->tls.server_key, "/k", "server-key");
		IS_STR(config->tls.priority, "NORMAL", "priority");
		IS_STR(config->server.user, "u", "user");
		IS_STR(config->server.group, "g", "group");
		OK(config->tls.present, "a tls group");
	}
	group(text, SERVER, "user = 1000; group = 4294967296L;");
	if (accepted(text, "user and group as numbers")) {
		IS_STR(config->server.user, "1000", "user");
		IS_STR(config->server.group, "4294967296", "group");
	}
	static const char *const bad[] = {"base-path = 5;", "base-path = [ \"/a\" ];",
	    "completed-path = true;", "user = -1;", "group = 1.5;", "user = true;",
	    "pid-file = 1.5;", "tls: { capath = 1; };", "tls: { priority = 1; };", "tls = true;",
	    "limits = 5;", "limits = ( 1 );", "ip = 5;", "ip = [ 1, 2 ];"};
	for (size_t i = 0; i < COUNT(bad); i++) {
		group(text, SERVER, bad[i]);
		refused(text, "2", bad[i]);
	}
	refused("server = 5;\n", "1", "server is a number");
	refused("server = ( );\n", "1", "server is a list");
	refused("clients = 5;\n", "1", "clients is a number");
	refused("clients: { };\n", "1", "clients is a group");
	refused("clients = (\n5 );\n", "2", "a client is a number");
	refused("group = \"g\";\n", "1", "an unknown key at the top");
	refused("server: {\n group = \"g\"; };\n", "2", "group without user");
}

static void test_ip(void)
{
	struct addr a;
	char text[8192];

	group(text, SERVER, "ip = \"192.0.2.1\";");
	if (accepted(text, "one ip")) {
		addr_parse("192.0.2.1", &a);
		OK(config->server.ip.n == 1 && addr_equal(&config->server.ip.v[0].addr, &a),
		    "one ip");
	}
	group(text, SERVER, "ip = [ \"192.0.2.1\", \"::1\" ];");
	if (accepted(text, "two ip"))
		IS_INT(config->server.ip.n, 2, "two ip");
	group(text, SERVER, "ip = ( \"192.0.2.1\", \"::\" );");
	accepted(text, "two ip in a list");
	group(text, SERVER, "ip = [ \"fe80::1%lo\", \"fe80::1%eth0\" ];");
	accepted(text, "one ip of two interfaces");
	static const char *const bad[] = {"ip = \"192.0.2.256\";", "ip = \"localhost\";",
	    "ip = \"192.0.2.0/24\";", "ip = \"\";", "ip = [ \"::1\", \"x\" ];",
	    "ip = [ \"::1\", \"::1\" ];", "ip = [ \"192.0.2.1\", \"::ffff:192.0.2.1\" ];",
	    "ip = \"1.2.3\";", "ip = \" 1.2.3.4\";", "ip = \"fe80::1\";",
	    "ip = [ \"fe80::1%lo\", \"fe80::1%lo\" ];"};
	for (size_t i = 0; i < COUNT(bad); i++) {
		group(text, SERVER, bad[i]);
		refused(text, "2", bad[i]);
	}
}

/* ---- clients ---- */

#define TLS "server: { tls: { capath = \"/a\"; server-cert = \"/c\"; server-key = \"/k\"; }; };\n"

static void test_clients(void)
{
	static const char *const names[] = {"", "-a", ".a", "_a", "a b", "a/b", "a:b", "../a",
	    "a\\n", "\xc3\xa4",
	    "a2345678901234567890123456789012345678901234567890123456789012345"};
	static const char *const addresses[] = {"\"\"", "\"host\"", "\"10.0.0.0/33\"",
	    "\"10.0.0.1/24\"", "\"2001:db8::1/64\"", "\"2001:db8::/129\"", "\"10.0.0.0/\"",
	    "\"10.0.0.0/-1\"", "\"10.0.0\"", "\"fe80::1%eth0\"", "5", "[ \"10.0.0.1\", \"x\" ]",
	    "[ 1 ]", "true", "{ }", "\"10.0.0.0/8/8\"", "\"::ffff:10.0.0.0/95\"",
	    "\"::ffff:10.0.0.1/120\""};
	char text[1024];
	const struct config_client *c;
	struct addr_net net;

	if (accepted("clients = (\n { name = \"foo\"; address = \"192.168.100.1\"; },\n"
		     " { name = \"bar\"; address = [ \"192.168.200.2\", \"2001:db8::2\" ]; },\n"
		     " { name = \"site-7\"; address = \"10.7.0.0/16\"; store = false; },\n"
		     " { name = \"a2345678901234567890123456789012345678901234567890123456789012"
		     "34\";\n   address = ( \"2001:db8::/64\", \"::ffff:10.8.0.0/112\" );\n"
		     "   base-path = \"/b\"; completed-path = \"/d\"; }\n);\n",
		"four clients")) {
		IS_INT(config->nclients, 4, "four clients");
		OK(problems.n == 0, "no warning");
		c = config_client(config, "bar");
		OK(c && c == &config->clients[1], "found by name");
		OK(!config_client(config, "Bar") && !config_client(config, "") &&
			!config_client(config, "ba"),
		    "not by another");
		IS_INT(c ? c->origins.group.line : 0, 3, "the client's line");
		OK(c && c->origins.group.file && strstr(c->origins.group.file, "c.cfg"),
		    "the client's file");
		IS_INT(c ? c->address.n : 0, 2, "two addresses");
		OK(c && c->store && !c->tls && c->certificate.n == 0, "defaults of a client");
		OK(!config->clients[2].store, "store = false");
		OK(config->clients[2].address.n == 1 && config->clients[2].address.v[0].bits == 16,
		    "a network");
		addr_net_parse("10.8.0.0/16", &net);
		OK(config->clients[3].address.n == 2 &&
			memcmp(&config->clients[3].address.v[1], &net, sizeof(net)) == 0,
		    "a mapped network is IPv4");
		IS_STR(config->clients[3].storage.base_path, "/b", "a client's base-path");
		IS_STR(
		    config->clients[3].storage.completed_path, "/d", "a client's completed-path");
		IS_STR(config->clients[0].storage.base_path, config->storage.base_path,
		    "the server's base-path");
	}
	for (size_t i = 0; i < COUNT(names); i++) {
		snprintf(text, sizeof(text),
		    "clients = (\n\n{ address = \"10.0.0.1\"; name = \"%s\"; } );\n", names[i]);
		refused(text, "3", "a bad client name");
	}
	for (size_t i = 0; i < COUNT(addresses); i++) {
		snprintf(text, sizeof(text), "clients = (\n\n{ name = \"a\"; address = %s; } );\n",
		    addresses[i]);
		refused(text, "3", addresses[i]);
	}
	refused("clients = (\n{ name = \"a\"; } );\n", "2", "a client without address");
	refused("clients = (\n{ address = \"10.0.0.1\"; } );\n", "2", "a client without name");
	refused("clients = (\n{ name = \"a\"; address = \"10.0.0.1\";\nstore = 1; } );\n", "3",
	    "store is a number");
	refused("clients = (\n{ name = \"a\"; address = \"10.0.0.1\";\nstore = \"false\"; } );\n",
	    "3", "store is a string");
	refused("clients = (\n{ name = \"a\"; address = \"10.0.0.1\";\ntls = \"yes\"; } );\n", "3",
	    "tls is a string");
	refused("clients = (\n{ name = \"a\"; address = \"10.0.0.1\"; },\n"
		"{ name = \"b\"; address = \"10.0.0.2\"; },\n"
		"{ name = \"a\"; address = \"10.0.0.3\"; } );\n",
	    "4", "two clients of one name");
	OK(load("clients = ( );\n") && problems.n == 1 && problems.list[0].warning,
	    "an empty list: a warning");
	if (accepted("server: { max-snaplen = 100; max-file-size = \"1K\"; rotate-localtime = "
		     "\"hour\"; file-permission-mask = \"0600\"; completed-path = \"/d\"; };\n"
		     "clients = ( { name = \"a\"; address = \"10.0.0.1\"; } );\n",
		"a client takes over")) {
		const struct config_storage *s = &config->clients[0].storage;

		OK(s->max_snaplen == 100 && s->max_file_size == 1024 && s->mode == 0600 &&
			s->rotate.unit == ROTATE_HOUR && s->completed_path &&
			strcmp(s->completed_path, "/d") == 0,
		    "a client's storage settings are the server's");
	}
}

static void test_shared(void)
{
	static const struct {
		const char *first, *second, *lines;
	} rows[] = {{"address = \"10.0.0.1\";", "address = \"10.0.0.1\";", "4"},
	    {"address = \"10.0.0.1\";", "address = \"::ffff:10.0.0.1\";", "4"},
	    {"address = \"10.0.0.1\";", "address = \"10.0.0.1/32\";", "4"},
	    {"address = \"2001:db8::1\";", "address = \"2001:DB8:0:0::1\";", "4"},
	    {"address = \"10.0.0.0/8\";", "address = [ \"10.1.0.0/16\", \"10.0.0.0/8\" ];", "4"},
	    {"address = \"10.0.0.1\"; tls = true; certificate = \"a\";", "address = \"10.0.0.1\";",
		"4"},
	    {"address = \"10.0.0.1\"; tls = true; certificate = \"a\";",
		"address = \"10.0.0.1\"; tls = true;", "4"},
	    {"address = \"10.0.0.1\"; tls = true; certificate = \"a\";",
		"address = \"10.0.0.1\"; tls = true; certificate = \"b\"; base-path = \"/x\";",
		"4"},
	    {"address = \"10.0.0.1\"; tls = true; certificate = \"a\"; completed-path = \"/x\";",
		"address = \"10.0.0.1\"; tls = true; certificate = \"b\";", "4"},
	    {"address = \"10.0.0.1\"; tls = true; certificate = \"a\";",
		"address = \"10.0.0.1\"; tls = true; certificate = \"b\";", ""},
	    {"address = \"10.0.0.1\"; tls = true; certificate = [ \"a\", \"c\" ]; base-path = "
	     "\"/x\";",
		"address = \"10.0.0.1\"; tls = true; certificate = \"b\"; base-path = \"/x\";", ""},
	    {"address = \"10.0.0.0/8\";", "address = \"10.0.0.0/9\";", ""},
	    {"address = \"0.0.0.0/0\";", "address = \"::/0\";", ""},
	    {"address = \"10.0.0.1\";", "address = \"10.0.0.2\";", ""},
	    {"address = \"::1\";", "address = \"0.0.0.1\";", ""}};
	char text[2048];

	for (size_t i = 0; i < COUNT(rows); i++) {
		snprintf(text, sizeof(text),
		    TLS "clients = (\n{ name = \"x\"; %s },\n{ name = \"y\"; %s } );\n",
		    rows[i].first, rows[i].second);
		if (*rows[i].lines)
			refused(text, rows[i].lines, rows[i].second);
		else
			accepted(text, rows[i].second);
	}
}

/* One client that names an address twice: refused, or one candidate. Two would make its own
 * certificate fit twice. */
static void test_twice(void)
{
	static const char *const rows[] = {"address = [ \"10.0.0.1\", \"10.0.0.1\" ];",
	    "address = [ \"10.0.0.1\", \"::ffff:10.0.0.1\" ]; tls = true; certificate = \"a\";",
	    "address = [ \"10.0.0.1/32\", \"10.0.0.1\" ]; tls = true; certificate = \"a\";"};
	char text[1024];

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct addr a;
		size_t n = 1;

		addr_parse("10.0.0.1", &a);
		snprintf(text, sizeof(text), TLS "clients = (\n{ name = \"x\"; %s } );\n", rows[i]);
		if (load(text)) {
			struct clients_table *t = config->admission;

			if (!t || !admit_find(t, &a, &n))
				n = 0;
		}
		IS_INT(n, 1, "an address twice, row %zu: refused or one candidate", i);
	}
}

static void test_tls(void)
{
	static const struct {
		const char *tls, *client;
		bool ok;
	} rows[] = {{"", "tls = true;", false}, {"tls: { };", "tls = true;", false},
	    {"tls: { allow-auth = \"anonymous\"; };", "tls = true;", true},
	    {"tls: { allow-auth = \"none\"; server-cert = \"/c\"; };", "tls = true;", false},
	    {"tls: { allow-auth = \"none\"; server-key = \"/k\"; };", "tls = true;", false},
	    {"tls: { allow-auth = \"none\"; server-cert = \"/c\"; server-key = \"/k\"; };",
		"tls = true;", true},
	    {"tls: { server-cert = \"/c\"; server-key = \"/k\"; };", "tls = true;", false},
	    {"tls: { capath = \"/a\"; server-cert = \"/c\"; };", "tls = true;", false},
	    {"tls: { capath = \"/a\"; server-cert = \"/c\"; server-key = \"/k\"; };", "tls = true;",
		true},
	    {"tls: { capath = \"/a\"; server-cert = \"/c\"; server-key = \"/k\"; };",
		"tls = true; certificate = \"x\";", true},
	    {"tls: { capath = \"/a\"; server-cert = \"/c\"; server-key = \"/k\"; };",
		"certificate = \"x\";", false},
	    {"tls: { capath = \"/a\"; server-cert = \"/c\"; server-key = \"/k\"; };",
		"tls = false; certificate = \"x\";", false},
	    {"tls: { allow-auth = \"none\"; server-cert = \"/c\"; server-key = \"/k\"; };",
		"tls = true; certificate = \"x\";", false},
	    {"tls: { allow-auth = \"anonymous\"; };", "tls = true; certificate = \"x\";", false},
	    {"tls: { capath = \"/a\"; server-cert = \"/c\"; server-key = \"/k\"; };",
		"tls = true; certificate = "
		"\"sha256:0123456789abcdefABCDEF0123456789abcdef0123456789abcdef0123456789\";",
		true},
	    {"tls: { capath = \"/a\"; server-cert = \"/c\"; server-key = \"/k\"; };",
		"tls = true; certificate = \"sha256:0123\";", false},
	    {"tls: { capath = \"/a\"; server-cert = \"/c\"; server-key = \"/k\"; };",
		"tls = true; certificate = 5;", false}};
	char text[2048];

	for (size_t i = 0; i < COUNT(rows); i++) {
		bool ok;

		snprintf(text, sizeof(text),
		    "server: { %s };\nclients = (\n{ name = \"x\"; address = \"10.0.0.1\";\n%s } "
		    ");\n",
		    rows[i].tls, rows[i].client);
		ok = load(text);
		if (!OK(ok == rows[i].ok && ok == (problems.errors == 0), "tls row %zu: %s", i,
			rows[i].ok ? "accepted" : "refused"))
			show();
		for (size_t k = 0; !rows[i].ok && k < problems.n; k++)
			OK(problems.list[k].line >= 1 && problems.list[k].line <= 4 &&
				strstr(problems.list[k].file, "c.cfg"),
			    "tls row %zu: file and line", i);
	}
}

/* ---- errors ---- */

static void test_unknown(void)
{
	static const char *const rows[] = {SERVER, LIMITS, CLIENT, "%s\n"};
	char text[1024];

	for (size_t i = 0; i < COUNT(rows); i++) {
		group(text, rows[i], "\nno-such-key = 1;");
		refused(text, i == 3 ? "2" : "3", "an unknown key");
		group(text, rows[i], "\nBase-Path = \"/a\";");
		refused(text, i == 3 ? "2" : "3", "a key in other letters");
	}
	refused("server: { tls: { allow-auth = \"anonymous\";\n ca-path = \"/a\";\n}; };\n", "2",
	    "an unknown key of tls");
}

static void test_together(void)
{
	char got[256];

	refused("server: {\n"
		"  port = 65536;\n"
		"  colour = \"blue\";\n"
		"  max-snaplen = 5000000000;\n"
		"  file-permission-mask = 0440;\n"
		"  limits: {\n"
		"    connections = 0;\n"
		"    keepalive = \"60\";\n"
		"  };\n"
		"  rotate-localtime = \"week\";\n"
		"};\n"
		"clients = (\n"
		"  { name = \"a/b\"; address = \"10.0.0.1\"; },\n"
		"  { name = \"b\"; address = \"10.0.0.300\"; store = 1; },\n"
		"  { name = \"c\"; }\n"
		");\n",
	    "2 3 4 5 7 8 10 13 14 15", "all errors of a file in one run");
	for (size_t i = 0; i < problems.n; i++)
		OK(!strstr(problems.list[i].text, "705032704"),
		    "a wrapped number is not told as another: %s", problems.list[i].text);
	refused(TLS "clients = (\n"
		    "  { name = \"a\"; address = \"10.0.0.1\"; },\n"
		    "  { name = \"a\"; address = \"10.0.0.2\"; },\n"
		    "  { name = \"b\"; address = \"10.0.0.2\"; },\n"
		    "  { name = \"c\"; address = \"10.0.0.3\"; certificate = \"x\"; }\n"
		    ");\n",
	    "4 5 6", "all that does not fit together in one run");
	/* one of each kind */
	load("server: {\n"
	     "  port = 65536;\n"
	     "};\n"
	     "clients = (\n"
	     "  { name = \"a\"; address = \"10.0.0.1\"; },\n"
	     "  { name = \"a\"; address = \"10.0.0.2\"; },\n"
	     "  { name = \"b\"; address = \"10.0.0.1\"; },\n"
	     "  { name = \"c\"; address = \"10.0.0.3\"; tls = true; }\n"
	     ");\n");
	IS_STR(error_lines(got), "2 6 7 8", "values and what does not fit together in one run");
}

static void test_syntax(void)
{
	static const struct {
		const char *text, *line;
	} rows[] = {{"server: {\n port = ;\n};\n", "2"}, {"server: {\n", ""},
	    {"server: { port = 1; }\n}\n", "2"}, {"\n\n???\n", "3"},
	    {"server: {\n port = 1;\n port = 2;\n};\n", "3"},
	    {"clients = (\n { name = \"a\"; address = \"10.0.0.1\"; },\n);\n", "3"},
	    {"server: { user = \"a; };\n", ""}, {"server: { /* };\n", ""},
	    {"server: { };\nserver: { };\n", "2"}};
	static const char garbage[] = "\x7f\x45\x4c\x46\1\1\1\0\0\0\xff\xfe";
	char text[256];

	for (size_t i = 0; i < COUNT(rows); i++) {
		char name[64];

		snprintf(name, sizeof(name), "syntax error %zu", i);
		if (*rows[i].line) {
			refused(rows[i].text, rows[i].line, name);
		} else {
			OK(!load(rows[i].text), "%s: refused", name);
			OK(problems.errors > 0 && problems.list[0].line > 0, "%s: with a line",
			    name);
		}
	}
	unload();
	write_file(at, "c.cfg", garbage, sizeof(garbage) - 1);
	config = load_file(path, &problems);
	OK(!config && problems.errors > 0, "an executable is no configuration");
	unload();
	memcpy(text, "server: { };\0server: { port = 65536; };\n", 40);
	write_file(at, "c.cfg", text, 40);
	config = load_file(path, &problems);
	OK(!config && problems.errors > 0, "a NUL hides nothing");
	unload();
	snprintf(path, sizeof(path), "%s/absent.cfg", dir);
	config = load_file(path, &problems);
	OK(!config && problems.errors > 0 && strstr(problems.list[0].file, "absent.cfg"),
	    "a file that is not there");
	unload();
	config = load_file(dir, &problems);
	OK(!config && problems.errors > 0, "a directory");
	unload();
}

/* ---- includes ---- */

/* The first error is that of FILE:LINE, and says TEXT. */
static void first_error(const char *text, const char *file, unsigned line, const char *want)
{
	OK(!load(text), "refused: %s", want);
	if (!OK(problems.n > 0 && strstr(problems.list[0].file, file) &&
		    problems.list[0].line == line && strstr(problems.list[0].text, want),
		"%s:%u: %s", file, line, want))
		show();
}

/* What one file leaves open does not go on in the next, and each line is its file's own. */
static void test_joined(void)
{
	char got[256];

	put_file("port.cfg", "port = 1234;");
	put_file("comment.cfg", "# no newline");
	put_file("empty.cfg", "");
	put_file("open-comment.cfg", "port = 1;\n/* goes on\n");
	put_file("open-string.cfg", "\nuser = \"goes on\n");
	put_file("quo\"te.cfg", "port = 4321;\n");
	if (accepted("server: {\n@include \"port.cfg\"\n};\n", "an include without a newline"))
		IS_INT(config->server.port, 1234, "its value");
	accepted("@include \"comment.cfg\"\nserver: { };\n", "a comment without a newline");
	accepted("server: { }; # no newline", "the same in the configuration itself");
	if (accepted("server: {\n@include \"quo\\\"te.cfg\"\n};\n", "an escape in a path"))
		IS_INT(config->server.port, 4321, "its value");
	if (accepted(" @include \"empty.cfg\" server: {\n @include \"port.cfg\" user = \"u\";\n };",
		"text behind an include, in its line")) {
		IS_INT(config->server.port, 1234, "the include's value");
		IS_STR(config->server.user ? config->server.user : "", "u", "the line's own");
		IS_INT(config->names.n, 3, "the names of all files");
		IS_STR(config->names.v[0], path, "the configuration first");
	}
	refused("server: {\n@include \"port.cfg\" port2 = 1;\nport3 = 1; };\nx = 1;\n", "2 3 4",
	    "lines behind an include");
	first_error("server: {\n@include \"open-comment.cfg\"\n*/ };\n", "open-comment.cfg", 2,
	    "the comment that begins here does not end");
	first_error("server: {\n@include \"open-string.cfg\"\n\"; };\n", "open-string.cfg", 2,
	    "the string that begins here does not end");
	first_error("server: {\n\n/* };\n", "c.cfg", 3, "the comment that begins here");
	first_error("server: { @include \"port.cfg\"\n };\n", "c.cfg", 1, "@include");
	first_error("server: {\n@include \"port.cfg\" @include \"port.cfg\"\n };\n", "c.cfg", 2,
	    "@include");
	load("@include \"no1\"\n@include \"no2\"\nserver: { port = 5000000000; };\n");
	IS_STR(error_lines(got), "1 2 3", "all that cannot be read in one run");
	/* what stands for a number that does not fit is no number that one may write */
	refused("server: { limits: {\nidle-timeout = -9223372036854775808L;\n}; };\n", "2",
	    "the least number");
	load("server: {\nport = 5000000000;\nmax-file-size = 5000000000b = 1;\n};\n");
	IS_INT(problems.errors, 3, "one error for each number that does not fit, and the name");
}

/* What grows by its includes ends, with an error. */
static void test_too_much(void)
{
	char *text = malloc(4 << 20), *at_end = text;

	if (!text)
		support_die("memory");
	put_file("nothing.cfg", "");
	for (unsigned i = 0; i <= 10000; i++)
		at_end += sprintf(at_end, "@include \"nothing.cfg\"\n");
	first_error(text, "c.cfg", 10001, "too many includes");
	memset(text, '#', 1 << 20);
	text[1 << 20] = '\0';
	put_file("large.cfg", text);
	at_end = text;
	for (unsigned i = 0; i < 63; i++)
		at_end += sprintf(at_end, "@include \"large.cfg\"\n");
	accepted(text, "63 times 1 MiB");
	sprintf(at_end, "\n\n@include \"large.cfg\"\n");
	OK(!load(text) && problems.n > 0 && strstr(problems.list[0].file, "large.cfg") &&
		strstr(problems.list[0].text, "larger than 64 MiB"),
	    "64 times 1 MiB and its newlines");
	free(text);
}

static void test_includes(void)
{
	char cwd[PATH_MAX], text[8192];
	bool found = false;

	put_file("server.cfg", "port = 1234;\n@include \"more.cfg\"\n");
	put_file("more.cfg", "user = \"someone\";\n");
	put_file("clients.cfg", "{ name = \"a\"; address = \"10.0.0.1\"; },\n"
				"{ name = \"b\"; address = \"10.0.0.2\"; }\n");
	if (!getcwd(cwd, sizeof(cwd)) || chdir("/") != 0)
		support_die("chdir");
	if (accepted("server: {\n@include \"server.cfg\"\n};\nclients = (\n@include "
		     "\"clients.cfg\"\n);\n",
		"includes beside the file, from another directory")) {
		IS_INT(config->server.port, 1234, "a value of an include");
		IS_STR(config->server.user ? config->server.user : "", "someone",
		    "a value of an include of an include");
		IS_INT(config->nclients, 2, "clients of an include");
		OK(config->nclients == 2 && config->clients[1].origins.group.line == 2 &&
			strstr(config->clients[1].origins.group.file, "clients.cfg"),
		    "their file and line");
	}
	if (chdir(cwd) != 0)
		support_die(cwd);
	snprintf(text, sizeof(text), "server: {\n@include \"%s/server.cfg\"\n};\n", dir);
	if (accepted(text, "an absolute include"))
		IS_INT(config->server.port, 1234, "its value");

	put_file("bad.cfg", "\nport = 70000;\nfrob = 1;\nmax-snaplen = 4294967297;\n");
	refused("server: {\n@include \"bad.cfg\"\n};\n", "2 3 4", "errors in an include");
	for (size_t i = 0; i < problems.n; i++)
		if (!problems.list[i].warning)
			OK(strstr(problems.list[i].file, "bad.cfg"), "they name the include");
	put_file("wrap.cfg", "\n\n\nport = 5000000000;\n");
	load("server: {\nmax-snaplen = 5000000000;\n@include \"wrap.cfg\"\n};\n");
	for (size_t i = 0; i < problems.n; i++)
		found = found ||
			(strstr(problems.list[i].file, "wrap.cfg") && problems.list[i].line == 4);
	OK(!config && found, "a wrapped number in an include: its file and line");
	found = false;
	for (size_t i = 0; i < problems.n; i++)
		found =
		    found || (strstr(problems.list[i].file, "c.cfg") && problems.list[i].line == 2);
	OK(found, "and the one before it");

	refused("server: { };\n@include \"absent.cfg\"\n", "2", "an include that is not there");
	refused("server: { };\n@include \".\"\n", "2", "an include of a directory");
	refused("server: { };\n@include \"\"\n", "2", "an include of nothing");
	put_file("loop.cfg", "@include \"c.cfg\"\n");
	OK(!load("server: { };\n@include \"c.cfg\"\n") && problems.errors > 0 &&
		problems.list[0].line > 0,
	    "a file that includes itself");
	OK(!load("server: { };\n@include \"loop.cfg\"\n") && problems.errors > 0 &&
		problems.list[0].line > 0,
	    "two files that include each other");
	put_file("broken.cfg", "\n{ port = ; }\n");
	load("server: {\n@include \"broken.cfg\"\n};\n");
	OK(!config && problems.errors > 0 && problems.list[0].line == 2 &&
		strstr(problems.list[0].file, "broken.cfg"),
	    "a syntax error in an include");
	/* what only looks like one */
	accepted("# @include \"absent.cfg\"\n/*\n@include \"absent.cfg\"\n*/\n"
		 "server: { user = \"@include\"; };\n",
	    "includes in comments and strings");
	test_joined();
	test_too_much();
	/* ten times the same file is no loop */
	put_file("comment.cfg", "# nothing\n");
	*text = 0;
	for (unsigned i = 0; i < 10; i++)
		strcat(text, "@include \"comment.cfg\"\n");
	accepted(text, "the same include ten times");
}

/* ---- size ---- */

static void test_large(void)
{
	char *text = malloc(4 << 20), *p = text;
	clock_t begin = clock();
	const struct config_client *c;

	if (!text)
		support_die("memory");
	p += sprintf(p, "clients = (\n");
	for (unsigned i = 0; i < 10000; i++)
		p += sprintf(p,
		    "  { name = \"client-%05u\"; address = [ \"10.%u.%u.1\", \"2001:db8:%x::/48\" "
		    "]; "
		    "max-file-size = \"%uM\"; }%s\n",
		    i, i / 256, i % 256, i, 1 + i % 9, i < 9999 ? "," : "");
	strcpy(p, ");\n");
	OK(p - text > 1000000, "a configuration of %td bytes", p - text);
	if (accepted(text, "10,000 clients")) {
		struct clients_table *t = config->admission;
		struct addr a;
		size_t n = 0;
		const struct admit_entry *e;

		IS_INT(config->nclients, 10000, "all of them");
		c = config_client(config, "client-09999");
		OK(c && c->origins.group.line == 10001 &&
			c->storage.max_file_size == 1048576u * (1 + 9999 % 9),
		    "the last one");
		addr_parse("10.39.15.1", &a);
		e = t ? admit_find(t, &a, &n) : NULL;
		OK(e && n == 1 && e->client == 9999, "its address in the admission list");
	}
	OK((double)(clock() - begin) / CLOCKS_PER_SEC < 5, "in less than five seconds");
	memset(text, 'x', 1 << 20);
	memcpy(text, "# ", 2);
	strcpy(text + (1 << 20), "\nserver: {\n port = 65536; };\n");
	refused(text, "3", "a comment of 1 MiB and an error behind it");
	memset(text, '\n', 1 << 20);
	strcpy(text + (1 << 20), "server: { port = 65536; };\n");
	refused(text, "1048577", "a million empty lines and an error behind them");
	memset(text, '(', 1 << 20);
	memcpy(text, "clients = ", 10);
	strcpy(text + (1 << 20), ";\n");
	OK(!load(text), "a million parentheses");
	free(text);
}

/* ---- printing ---- */

static char *print(void)
{
	static char *text;
	static size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		support_die("memory");
	config_print(config, out);
	fclose(out);
	return text;
}

static bool same_string(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_storage(const struct config_storage *a, const struct config_storage *b)
{
	return same_string(a->base_path, b->base_path) &&
	       same_string(a->completed_path, b->completed_path) && a->mode == b->mode &&
	       a->max_snaplen == b->max_snaplen && a->max_file_size == b->max_file_size &&
	       a->rotate.unit == b->rotate.unit && a->rotate.mod == b->rotate.mod;
}

static bool same_strings(const struct strings *a, const struct strings *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->v[i], b->v[i]) != 0)
			return false;
	return true;
}

static bool same_client(const struct config_client *a, const struct config_client *b)
{
	return same_string(a->name, b->name) && a->tls == b->tls && a->store == b->store &&
	       a->address.n == b->address.n &&
	       memcmp(a->address.v, b->address.v, a->address.n * sizeof(*a->address.v)) == 0 &&
	       same_strings(&a->certificate, &b->certificate) &&
	       same_storage(&a->storage, &b->storage);
}

static bool same_config(const struct config *a, const struct config *b)
{
	if (a->nclients != b->nclients)
		return false;
	for (size_t i = 0; i < a->nclients; i++)
		if (!same_client(&a->clients[i], &b->clients[i]))
			return false;
	return same_storage(&a->storage, &b->storage) && a->server.port == b->server.port &&
	       same_string(a->server.user, b->server.user) &&
	       same_string(a->server.group, b->server.group) &&
	       same_string(a->server.pid_file, b->server.pid_file) &&
	       same_string(a->server.status_path, b->server.status_path) &&
	       a->server.log_level == b->server.log_level &&
	       a->server.sandbox == b->server.sandbox && a->server.ip.n == b->server.ip.n &&
	       (a->server.ip.n == 0 || memcmp(a->server.ip.v, b->server.ip.v,
					   a->server.ip.n * sizeof(struct addr)) == 0) &&
	       a->tls.present == b->tls.present && a->tls.auth == b->tls.auth &&
	       same_string(a->tls.capath, b->tls.capath) &&
	       same_string(a->tls.crlfile, b->tls.crlfile) &&
	       same_string(a->tls.server_cert, b->tls.server_cert) &&
	       same_string(a->tls.server_key, b->tls.server_key) &&
	       same_string(a->tls.priority, b->tls.priority) &&
	       a->limits.connections == b->limits.connections &&
	       a->limits.unestablished == b->limits.unestablished &&
	       a->own_limits.per_client == b->own_limits.per_client &&
	       a->limits.handshake_timeout == b->limits.handshake_timeout &&
	       a->own_limits.frame_timeout == b->own_limits.frame_timeout &&
	       a->own_limits.idle_timeout == b->own_limits.idle_timeout &&
	       a->limits.keepalive == b->limits.keepalive &&
	       a->limits.header_changes_per_minute == b->limits.header_changes_per_minute;
}

static void test_print(void)
{
	static const char *const files[] = {"", "server: { };\n", "clients = ( );\n",
	    "server: { port = 0; ip = \"192.0.2.1\"; };\nclients = ( { name = \"a\"; address = "
	    "\"10.0.0.1\"; } );\n",
	    "server: { ip = [ \"192.0.2.1\", \"2001:db8::1\" ]; port = 1; base-path = \"b\"; "
	    "completed-path = \"d\"; file-permission-mask = \"0\"; max-snaplen = 262144; "
	    "max-file-size = 0; rotate-localtime = \"never\"; user = \"u\"; group = \"g\"; "
	    "pid-file "
	    "= \"p\"; status-path = \"s\"; log-level = \"debug\"; sandbox = \"off\";\n tls: { "
	    "allow-auth = \"none\"; "
	    "crlfile = \"l\"; capath = \"a\"; server-cert = \"c\"; server-key = \"k\"; priority = "
	    "\"NORMAL\"; };\n limits: { connections = 1; unestablished = 1; per-client = 1; "
	    "handshake-timeout = 1; frame-timeout = 1; idle-timeout = 0; keepalive = 0; "
	    "header-changes-per-minute = 0; }; };\n"
	    "clients = ( { name = \"a\"; address = [ \"10.0.0.0/8\", \"2001:db8::/32\", \"::1\" ]; "
	    "tls = true; store = false; max-file-size = \"3T\"; rotate-localtime = \"minute mod "
	    "7\"; max-snaplen = 1; file-permission-mask = \"0777\"; base-path = \"x\"; "
	    "completed-path = \"y\"; } );\n",
	    TLS "clients = ( { name = \"a\"; address = \"10.0.0.1\"; tls = true; certificate = [ "
		"\"a.example\", \"b.example\" ]; }, { name = \"b\"; address = \"10.0.0.1\"; tls = "
		"true; certificate = \"c\"; } );\n",
	    "server: { base-path = \"/a \\\"quoted\\\" \\\\ back\\tslash #x\"; max-file-size = "
	    "9223372036854775807L; };\n",
	    "server: { max-file-size = 5000000000L; base-path = \"/\xc3\xa4\"; };\nclients = ( { "
	    "name "
	    "= \"a\"; address = \"10.0.0.1\"; max-file-size = \"16777215T\"; }, { name = \"b\"; "
	    "address = \"10.0.0.2\"; max-file-size = 1025; } );\n",
	    "server: { user = \"a\\x01b\\n\"; };\n"};

	for (size_t i = 0; i < COUNT(files); i++) {
		char *first, *second, name[32];
		struct config *before;

		snprintf(name, sizeof(name), "file %zu", i);
		if (!accepted(files[i], name))
			continue;
		first = print();
		before = config;
		config = NULL;
		if (!accepted(first, "what was printed")) {
			config_free(before);
			free(first);
			continue;
		}
		OK(same_config(before, config), "%s: what was printed means the same", name);
		second = print();
		OK(strcmp(first, second) == 0, "%s: printed again it is the same text", name);
		free(first);
		free(second);
		config_free(before);
	}
	/* keys without a value are comments */
	accepted("", "an empty file");
	if (config) {
		static const char *const unset[] = {
		    "completed-path", "ip", "user", "group", "pid-file", "status-path"};
		char *text = print();

		for (size_t i = 0; i < COUNT(unset); i++) {
			char comment[64];

			snprintf(comment, sizeof(comment), "// %s", unset[i]);
			OK(strstr(text, comment), "%s is printed as a comment", unset[i]);
		}
		OK(strstr(text, "max-snaplen = 9000"), "defaults are printed as values");
		free(text);
	}
	/* a client's storage settings stand there only when it has them */
	accepted("server: { max-snaplen = 77; };\nclients = ( { name = \"a\"; address = "
		 "\"10.0.0.1\"; rotate-localtime = \"hour\"; } );\n",
	    "a client with one setting");
	if (config) {
		char *text = print(), *client = strstr(text, "clients");

		OK(client && strstr(client, "rotate-localtime = \"hour\""),
		    "its setting is printed");
		OK(client && !strstr(client, "77"), "the server's is not printed for it");
		free(text);
	}
}

static void test_problems_print(void)
{
	char *text = NULL, want[8192];
	size_t len;
	FILE *out = open_memstream(&text, &len);

	load("server: {\n port = 65536;\n};\n");
	if (!out)
		support_die("memory");
	problems_print(&problems, out);
	fclose(out);
	snprintf(want, sizeof(want), "%s:2: error: ", path);
	OK(strstr(text, want) != NULL, "FILE:LINE: error: TEXT");
	free(text);
}

int main(void)
{
	dir = temporary_directory();
	at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	test_numbers();
	test_filter();
	test_sizes();
	test_words();
	test_modes_and_periods();
	test_paths();
	test_ip();
	test_clients();
	test_shared();
	test_twice();
	test_tls();
	test_unknown();
	test_together();
	test_syntax();
	test_includes();
	test_large();
	test_print();
	test_problems_print();
	unload();
	close(at);
	remove_directory(dir);
	return tap_done();
}
