/* test_vty2cfg_parse: what the lines of the original mean, which of them is the last, and whose
 * they are. */
#include "tap.h"

#include "vty2cfg/parse.h"
#include "support.h"

static struct vty v;
static struct problems problems;

static void parse(const char *text)
{
	vty_free(&v);
	problems_free(&problems);
	vty_parse(&v, text, strlen(text), "f", &problems);
}

/* Lines of the server; a % stands for the end of a line. */
static void server(const char *lines)
{
	char text[1024], *s = text + snprintf(text, sizeof(text), "server\n %s\n", lines);

	while (--s > text)
		if (*s == '%')
			*s = '\n';
	parse(text);
}

static const char *value(int key)
{
	return v.key[key].value ? v.key[key].value : "none";
}

/* Notes at a place whose reason begins so; NULL: comments of the original. */
static unsigned notes(int place, const char *why)
{
	unsigned n = 0;

	for (size_t i = 0; i < v.nnotes; i++)
		if (v.notes[i].place == place)
			n += why ? v.notes[i].why && strncmp(v.notes[i].why, why, strlen(why)) == 0
				 : !v.notes[i].why;
	return n;
}

static void test_values(void)
{
	static const struct {
		const char *lines;
		int key;
		const char *want;
	} cases[] = {
	    {"base-path /srv/a", VTY_BASE_PATH, "/srv/a"},
	    {"completed-path /srv/b", VTY_COMPLETED_PATH, "/srv/b"},
	    {"completed-path /srv/b% no completed-path", VTY_COMPLETED_PATH, "none"},
	    {"no completed-path% completed-path /srv/b", VTY_COMPLETED_PATH, "/srv/b"},
	    {"file-permission-mask 440", VTY_MODE, "0440"},
	    {"file-permission-mask 0640", VTY_MODE, "0640"},
	    {"file-permission-mask 0", VTY_MODE, "0000"},
	    {"server ip 192.0.2.1", VTY_IP, "192.0.2.1"},
	    {"server ip 192.0.2.1% server ip 192.0.2.2", VTY_IP, "192.0.2.2"},
	    {"server port 1", VTY_PORT, "1"},
	    {"server port 065535", VTY_PORT, "65535"},
	    {"max-snaplen 262144", VTY_SNAPLEN, "262144"},
	    {"server max-snaplen 100", VTY_SNAPLEN, "100"},
	    {"max-file-size 18446744073709551615", VTY_FILE_SIZE, "18446744073709551615"},
	    {"max-file-size 5% no max-file-size", VTY_FILE_SIZE, "0"},
	    {"no max-file-size% max-file-size 5", VTY_FILE_SIZE, "5"},
	    {"rotate-localtime second", VTY_ROTATE, "second"},
	    {"rotate-localtime second mod 60", VTY_ROTATE, "second mod 60"},
	    {"rotate-localtime second mod 61", VTY_ROTATE, "minute"},
	    {"rotate-localtime minute mod 21", VTY_ROTATE, "minute mod 21"},
	    {"rotate-localtime minute mod 61", VTY_ROTATE, "hour"},
	    {"rotate-localtime hour mod 24", VTY_ROTATE, "hour mod 24"},
	    {"rotate-localtime hour mod 25", VTY_ROTATE, "day"},
	    {"rotate-localtime day mod 31", VTY_ROTATE, "day mod 31"},
	    {"rotate-localtime day mod 32", VTY_ROTATE, "month"},
	    {"rotate-localtime month mod 12", VTY_ROTATE, "month mod 12"},
	    {"rotate-localtime month mod 13", VTY_ROTATE, "year"},
	    {"rotate-localtime year mod 9999", VTY_ROTATE, "year mod 9999"},
	    {"rotate-localtime year mod 4294967295", VTY_ROTATE, "never"},
	    {"no rotate-localtime", VTY_ROTATE, "never"},
	    {"no rotate-localtime% rotate-localtime day", VTY_ROTATE, "day"},
	    {"enable tls", VTY_TLS, "on"},
	    {"enable tls% disable tls", VTY_TLS, "none"},
	    {"tls allow-auth x509", VTY_X509, "on"},
	    {"tls allow-auth x509% no tls allow-auth x509", VTY_X509, "none"},
	    {"tls allow-auth anonymous", VTY_ANONYMOUS, "on"},
	    {"tls allow-auth anonymous% no tls allow-auth anonymous", VTY_ANONYMOUS, "none"},
	    {"tls capath /c", VTY_CAPATH, "/c"},
	    {"tls capath /c% no tls capath", VTY_CAPATH, "none"},
	    {"tls crlfile /c", VTY_CRLFILE, "/c"},
	    {"tls crlfile /c% no tls crlfile", VTY_CRLFILE, "none"},
	    {"tls server-cert /c", VTY_SERVER_CERT, "/c"},
	    {"tls server-cert /c% no tls server-cert", VTY_SERVER_CERT, "none"},
	    {"tls server-key /c", VTY_SERVER_KEY, "/c"},
	    {"tls server-key /c% no tls server-key", VTY_SERVER_KEY, "none"},
	    {"tls priority NORMAL", VTY_PRIORITY, "NORMAL"},
	    {"zeromq-publisher * 5555", VTY_PUBLISHER, "tcp://0.0.0.0:5555"},
	    {"zeromq-publisher 127.0.0.1 080", VTY_PUBLISHER, "tcp://127.0.0.1:80"},
	    {"zeromq-publisher 127.0.0.1 1% no zeromq-publisher", VTY_PUBLISHER, "none"},
	    {"tls priority NORMAL% no tls priority", VTY_PRIORITY, "none"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		server(cases[i].lines);
		IS_STR(value(cases[i].key), cases[i].want, "%s", cases[i].lines);
		IS_INT(problems.n, 0, "  without a problem");
		IS_INT(notes(cases[i].key, "Overridden by line 3:"), !!strchr(cases[i].lines, '%'),
		    "  and what it overrides is noted");
	}
}

/* Lines that are problems, and what remains of them. */
static void test_refused(void)
{
	static const struct {
		const char *line;
		int key;
		const char *want;
	} cases[] = {
	    {"base-path", VTY_BASE_PATH, "none"},
	    {"base-path /srv/my traces", VTY_BASE_PATH, "none"},
	    {"no base-path", VTY_BASE_PATH, "none"},
	    {"file-permission-mask 01000", VTY_MODE, "01000"},
	    {"file-permission-mask rw", VTY_MODE, "rw"},
	    {"server ip localhost", VTY_IP, "localhost"},
	    {"server port 0", VTY_PORT, "none"},
	    {"server port 65536", VTY_PORT, "none"},
	    {"server port -1", VTY_PORT, "none"},
	    {"max-snaplen 0", VTY_SNAPLEN, "none"},
	    {"max-snaplen 262145", VTY_SNAPLEN, "none"},
	    {"max-file-size -1", VTY_FILE_SIZE, "-1"},
	    {"max-file-size 18446744073709551616", VTY_FILE_SIZE, "18446744073709551616"},
	    {"rotate-localtime fortnight", VTY_ROTATE, "none"},
	    {"rotate-localtime never", VTY_ROTATE, "none"},
	    {"rotate-localtime hour mod 0", VTY_ROTATE, "none"},
	    {"rotate-localtime hour mod 4294967296", VTY_ROTATE, "none"},
	    {"rotate-localtime hour mod", VTY_ROTATE, "none"},
	    {"tls allow-auth none", VTY_X509, "none"},
	    {"tls capath /a b", VTY_CAPATH, "none"},
	    {"enable", VTY_TLS, "none"},
	    {"Enable tls", VTY_TLS, "none"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		server(cases[i].line);
		IS_STR(value(cases[i].key), cases[i].want, "refused: %s", cases[i].line);
		OK(problems.errors == 1 && problems.list[0].line == 2, "  in line 2");
	}
}

static void test_no_counterpart(void)
{
	static const char *const lines[] = {"tls log-level 9", "tls dh generate", "tls dh pkcs /f",
	    "tls dh pkcs3 /f", "tls verify-cert", "no tls verify-cert",
	    "file-write-queue-max-length 64", "no file-write-queue-max-length"};
	static const char *const nodes[] = {"log stderr", "log file /var/log/x", "line vty", "ctrl",
	    "stats interval 5", "stats reporter statsd", "cpu-sched", "hostname x", "password x",
	    "enable password x", "service advanced-vty"};
	char text[200];

	for (size_t i = 0; i < COUNT(lines); i++) {
		server(lines[i]);
		IS_INT(problems.n, 0, "known: %s", lines[i]);
		IS_INT(notes(VTY_TLS, "No counterpart: ") + notes(VTY_REST, "No counterpart: "), 1,
		    "  has a note");
	}
	for (size_t i = 0; i < COUNT(nodes); i++) {
		snprintf(text, sizeof(text),
		    "%s\n a 1\n\tb\n  base-path /x\nserver\n base-path /y\n", nodes[i]);
		parse(text);
		IS_INT(problems.n, 0, "known: %s", nodes[i]);
		IS_INT(notes(VTY_REST, "No counterpart: "), 4, "  with its children");
		IS_STR(value(VTY_BASE_PATH), "/y", "  and no more");
	}
}

static void is_client(size_t i, const char *name, const char *address, bool store, bool tls)
{
	const struct vty_client *c = &v.clients[i];

	OK(i < v.nclients && strcmp(c->name, name) == 0 && strcmp(c->address, address) == 0 &&
		c->store == store && c->tls == tls,
	    "client %zu is %s %s store=%d tls=%d", i, name, address, store, tls);
}

static void test_clients(void)
{
	server("client a 10.0.0.1% client b 10.0.0.2 no-store% client c 10.0.0.3 store tls% "
	       "client d 10.0.0.4 no-store tls% client e 10.0.0.5 store% client tls 10.0.0.6");
	IS_INT(v.nclients, 6, "six clients");
	is_client(0, "a", "10.0.0.1", true, false);
	is_client(1, "b", "10.0.0.2", false, false);
	is_client(2, "c", "10.0.0.3", true, true);
	is_client(3, "d", "10.0.0.4", false, true);
	is_client(4, "e", "10.0.0.5", true, false);
	is_client(5, "tls", "10.0.0.6", true, false);

	server("client a 10.0.0.1 tls");
	IS_INT(v.nclients, 0, "tls alone is no command of the original");

	server("client a 10.0.0.1 no-store tls% client b 10.0.0.2% client a 10.0.0.3");
	IS_INT(v.nclients, 2, "the same name again is the same client");
	is_client(0, "a", "10.0.0.3", true, false);
	IS_INT(notes(VTY_CLIENTS, "Overridden by line 4:"), 1, "what is overridden is noted");

	server("client a 10.0.0.1% client b 10.0.0.2% no client a% client c 10.0.0.3% no client x");
	IS_INT(v.nclients, 2, "no client removes one");
	is_client(0, "b", "10.0.0.2", true, false);
	is_client(1, "c", "10.0.0.3", true, false);
	IS_INT(notes(VTY_CLIENTS, "Removed by line 4:"), 1, "it is noted");
	IS_INT(problems.n, 0, "removing what is not there is no problem");

	server("client a% client a 10.0.0.1 tls store% client a 10.0.0.1 store tls x% client");
	IS_INT(v.nclients, 0, "half a client is none");
	IS_INT(problems.errors, 4, "and each is a problem");
}

static void test_structure(void)
{
	parse("! head\n!\nserver\r\n\tbase-path\t/a  \r\n\r\n   ! x\n     server  port 7\r\nend\n");
	IS_INT(problems.n, 0, "tabs, blanks, CRLF, deeper lines and end");
	IS_STR(value(VTY_BASE_PATH), "/a", "a path between tabs");
	IS_STR(value(VTY_PORT), "7", "a port between blanks");
	IS_INT(notes(VTY_HEAD, NULL), 1, "a comment at the head stays there");
	IS_INT(notes(VTY_PORT, NULL), 1, "one within stays beside what follows");

	parse("server\nbase-path /a\nenable tls\nno login\n");
	IS_INT(problems.n, 0, "without indentation");
	IS_STR(value(VTY_TLS), "on", "enable tls is a command of the server then");

	parse("  log stderr\n    logging color 1\n  server\n    base-path /a\n  line vty\n    x\n");
	IS_INT(problems.n, 0, "all of it indented");
	IS_STR(value(VTY_BASE_PATH), "/a", "base-path is the server's");

	parse("server\n base-path /a\n frob\n  child\n server port 5\nfrob\n child\nserver\n"
	      " client a 10.0.0.1");
	IS_INT(problems.errors, 2, "what is beneath an unknown line is not a problem of its own");
	IS_STR(value(VTY_PORT), "5", "what follows an unknown line is understood");
	IS_INT(v.nclients, 1, "a second server node, and no newline at the end");

	parse("server\n base-path /a\nlog stderr\nbase-path /b\n");
	IS_INT(problems.errors, 1, "a command behind another node");
	IS_STR(value(VTY_BASE_PATH), "/a", "is not the server's");

	parse("server\n base-path /a\nexit\n server port 5\n");
	IS_INT(problems.errors, 1, "a command behind exit");
	parse("base-path /a\n");
	IS_INT(problems.errors, 2, "no server node");
	parse("client\n pcap interface eth0\n");
	OK(strstr(problems.list[0].text, "osmo-pcap-client"), "the client's configuration");
	parse("");
	IS_INT(problems.errors, 1, "nothing at all");
	vty_free(&v);
	problems_free(&problems);
	vty_parse(&v, "server\n base-path /a\0b\n", 23, "f", &problems);
	OK(problems.errors == 1 && !v.key[VTY_BASE_PATH].value, "a NUL byte");
}

int main(void)
{
	test_values();
	test_refused();
	test_no_counterpart();
	test_clients();
	test_structure();
	vty_free(&v);
	problems_free(&problems);
	return tap_done();
}
