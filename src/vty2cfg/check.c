/* check: see vty2cfg/check.h. */
#include "vty2cfg/check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/parse.h"

struct checker {
	struct vty *v;
	const char *file;
	struct problems *problems;
};

enum severity {
	REMARK,
	WARNING,
	ERROR
};

/* Notes a remark at the place; a warning or an error is reported, too. */
__attribute__((format(printf, 5, 6))) static void say(
    struct checker *k, enum severity severity, int place, unsigned line, const char *fmt, ...)
{
	char *text = NULL, *why = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	if (!text || asprintf(&why, "%s%s", severity == ERROR ? "Error: " : "", text) < 0)
		why = NULL;
	if (severity == ERROR)
		problem_error(k->problems, k->file, line, "%s", text ? text : "out of memory");
	else if (severity == WARNING && text)
		problem_warning(k->problems, k->file, line, "%s", text);
	k->v->no_memory |= !why;
	if (why)
		vty_note(k->v, place, line, NULL, why);
	free(text);
	free(why);
}

/* A valid name that is like the other: what may not stand in it becomes a dash. */
static void similar(const char *name, char out[PARSE_NAME_MAX + 1])
{
	size_t n = 0;

	for (; *name && n < PARSE_NAME_MAX; name++) {
		char one[2] = {*name, '\0'};

		if (parse_name(one) || (n > 0 && strchr("._-", *name)))
			out[n++] = *name;
		else if (n > 0)
			out[n++] = '-';
	}
	out[n] = '\0';
	if (n == 0)
		memcpy(out, "client", sizeof("client"));
}

static bool taken(const struct vty *v, const char *name)
{
	for (size_t i = 0; i < v->nclients; i++)
		if (strcmp(v->clients[i].name, name) == 0)
			return true;
	return false;
}

/* A valid name that no client has: a similar one, with a number behind it if need be. */
static void propose(const struct vty *v, const char *name, char out[PARSE_NAME_MAX + 1])
{
	char tail[16];
	size_t len;

	similar(name, out);
	len = strlen(out);
	for (unsigned i = 2; taken(v, out); i++) {
		size_t n = (size_t)snprintf(tail, sizeof(tail), "-%u", i);
		size_t at = len + n <= PARSE_NAME_MAX ? len : PARSE_NAME_MAX - n;

		memcpy(out + at, tail, n + 1);
	}
}

static void check_name(struct checker *k, const struct vty_client *c)
{
	char other[PARSE_NAME_MAX + 1];

	if (parse_name(c->name))
		return;
	propose(k->v, c->name, other);
	say(k, ERROR, VTY_CLIENTS, c->line,
	    "client name %s: must be 1 to %d of A-Z a-z 0-9 . _ -, the first a letter or digit; "
	    "for example %s",
	    c->name, PARSE_NAME_MAX, other);
}

/* The original accepts leading zeros, and reads 010 as octal. */
static bool zeros(const char *text, char out[INET_ADDRSTRLEN])
{
	unsigned dots = 0;
	struct in_addr in;

	for (const char *s = text; *s; s++) {
		dots += *s == '.';
		if (*s != '.' && (*s < '0' || *s > '9'))
			return false;
	}
	return dots == 3 && inet_aton(text, &in) && inet_ntop(AF_INET, &in, out, INET_ADDRSTRLEN);
}

static void check_address(struct checker *k, struct vty_client *c)
{
	const char *why = addr_net_parse(c->address, &c->net);
	char octal[INET_ADDRSTRLEN];

	if (why && zeros(c->address, octal))
		say(k, ERROR, VTY_CLIENTS, c->line,
		    "client %s: address %s: no leading zeros; the original takes it for %s",
		    c->name, c->address, octal);
	else if (why)
		say(k, ERROR, VTY_CLIENTS, c->line, "client %s: address %s: %s", c->name,
		    c->address, why);
	if (why)
		return;
	for (const struct vty_client *b = k->v->clients; b < c; b++) {
		if (b->unreachable || b->net.bits != c->net.bits ||
		    !addr_equal(&b->net.addr, &c->net.addr))
			continue;
		c->unreachable = true;
		say(k, WARNING, VTY_CLIENTS, c->line,
		    "client %s is left out: %s has its address, and the original gives every "
		    "connection to that; with TLS, certificate in both tells them apart",
		    c->name, b->name);
		return;
	}
}

static bool on(const struct vty *v, int key)
{
	return v->key[key].value != NULL;
}

/* Remarks on a client with TLS. */
static void check_client_tls(struct checker *k, const struct vty_client *c)
{
	if (!on(k->v, VTY_TLS))
		say(k, ERROR, VTY_CLIENTS, c->line,
		    "client %s has tls without enable tls: enable it, or take tls from the client",
		    c->name);
	else if (k->v->auth && strcmp(k->v->auth, "x509") == 0)
		say(k, REMARK, VTY_CLIENTS, c->line,
		    "any certificate of the authority will do from this address; "
		    "certificate = \"NAME\" ties it");
}

static void check_missing(struct checker *k)
{
	static const struct {
		int key;
		const char *text;
	} needed[] = {
	    {VTY_SERVER_CERT, "tls server-cert is missing"},
	    {VTY_SERVER_KEY, "tls server-key is missing"},
	    {VTY_CAPATH,
		"tls capath is missing: x509 verifies clients, which the original does not; "
		"or allow-auth = \"none\" for clients without certificates"},
	};
	unsigned line = k->v->key[VTY_TLS].line;

	if (!k->v->auth)
		say(k, ERROR, VTY_X509, line,
		    "tls allow-auth is missing, so no client of the original can use TLS; x509 is "
		    "the default here");
	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++)
		if (!on(k->v, needed[i].key))
			say(k, ERROR, needed[i].key, line, "%s", needed[i].text);
}

static void remark_auth(struct checker *k)
{
	struct vty *v = k->v;
	unsigned line = v->key[VTY_TLS].line;

	if (on(v, VTY_X509) && on(v, VTY_ANONYMOUS))
		say(k, WARNING, VTY_X509, v->key[VTY_ANONYMOUS].line,
		    "tls allow-auth x509 and anonymous are both allowed, and here only one can be: "
		    "x509 is taken, and anonymous clients are refused. Give each of them a "
		    "certificate, or run a second server with \"anonymous\" on another port for "
		    "them");
	if (on(v, VTY_X509))
		say(k, REMARK, VTY_X509, line,
		    "the original asks no client for a certificate; here each must show one of "
		    "capath; \"none\" would be as before");
	else if (on(v, VTY_ANONYMOUS))
		say(k, REMARK, VTY_X509, line,
		    "no client proves its identity: it is known by its address alone, and "
		    "priority and the files have no effect");
}

/* An incomplete tls group that no client uses is left out: the server would refuse it. */
static void check_tls(struct checker *k)
{
	struct vty *v = k->v;
	bool used = false, complete;

	for (size_t i = 0; i < v->nclients; i++)
		used |= v->clients[i].tls && !v->clients[i].unreachable;
	v->auth = on(v, VTY_X509) ? "x509" : on(v, VTY_ANONYMOUS) ? "anonymous" : NULL;
	complete =
	    v->auth && (strcmp(v->auth, "anonymous") == 0 ||
			   (on(v, VTY_SERVER_CERT) && on(v, VTY_SERVER_KEY) && on(v, VTY_CAPATH)));
	v->tls_group = on(v, VTY_TLS) && (used || complete);
	if (on(v, VTY_TLS))
		remark_auth(k);
	if (v->tls_group && !complete)
		check_missing(k);
	for (size_t i = 0; i < v->nclients; i++)
		if (v->clients[i].tls && !v->clients[i].unreachable)
			check_client_tls(k, &v->clients[i]);
}

void vty_check(struct vty *v, const char *file, struct problems *p)
{
	struct checker k = {v, file, p};
	unsigned mode;

	if (on(v, VTY_MODE) && parse_mode(v->key[VTY_MODE].value, &mode) && (mode & 0022))
		say(&k, REMARK, VTY_MODE, v->key[VTY_MODE].line,
		    "exact here: the umask takes nothing away from it");
	for (size_t i = 0; i < v->nclients; i++) {
		check_name(&k, &v->clients[i]);
		check_address(&k, &v->clients[i]);
	}
	check_tls(&k);
}
