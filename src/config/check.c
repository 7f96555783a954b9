/* check: see check.h. */
#include "config/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cstr.h"
#include "base/expand.h"
#include "base/ownname.h"
#include "capture/capname.h"
#include "config/clients.h"
#include "config/endpoint.h"
#include "config/keys.h"

/* Where the configuration itself is to blame. */
static struct origin whole(const struct config *c)
{
	return (struct origin){.file = c->names.n ? c->names.v[0] : c->file};
}

static void check_listen(const struct config *c, struct problems *p)
{
	const struct addrs *ip = &c->server.ip;
	struct origin o = config_origin(&config_server_keys, &c->server.origins, "ip");

	if (ip->n > CONFIG_IP_MAX)
		problem_error(p, o.file, o.line, "ip: more than %d addresses", CONFIG_IP_MAX);
	for (size_t i = 0; i < ip->n; i++)
		for (size_t j = 0; j < i; j++)
			if (addr_zoned_equal(&ip->v[i], &ip->v[j])) {
				char text[ADDR_ZONED_MAX];

				problem_error(p, o.file, o.line, "ip: %s stands twice",
				    addr_zoned_format(&ip->v[i], text));
			}
}

/* A client within a proxy's network could neither come itself, nor through a proxy. A proxy within
 * a client's network is the proxy, as the more specific of both. */
static void check_client_of_proxies(
    const struct config_client *k, const struct addr_net *proxy, struct problems *p)
{
	struct origin o = config_origin(&config_client_keys, &k->origins, "address");
	char net[ADDR_NET_TEXT_MAX], of[ADDR_NET_TEXT_MAX];

	for (size_t i = 0; i < k->address.n; i++)
		if (k->address.v[i].bits >= proxy->bits &&
		    addr_net_has(proxy, &k->address.v[i].addr))
			problem_error(p, o.file, o.line,
			    "client %s: address %s is that of a proxy (proxies: %s), which cannot "
			    "be a client",
			    k->name, addr_net_format(&k->address.v[i], net),
			    addr_net_format(proxy, of));
}

static void check_proxies(const struct config *c, struct problems *p)
{
	const struct nets *proxies = &c->server.proxies;
	struct origin o = config_origin(&config_server_keys, &c->server.origins, "proxies");
	char net[ADDR_NET_TEXT_MAX];

	if (proxies->n > CONFIG_PROXIES_MAX)
		problem_error(p, o.file, o.line, "proxies: more than %d addresses and networks",
		    CONFIG_PROXIES_MAX);
	for (size_t i = 0; i < proxies->n; i++) {
		for (size_t j = 0; j < i; j++)
			if (proxies->v[i].bits == proxies->v[j].bits &&
			    addr_equal(&proxies->v[i].addr, &proxies->v[j].addr))
				problem_error(p, o.file, o.line, "proxies: %s stands twice",
				    addr_net_format(&proxies->v[i], net));
		for (size_t j = 0; j < c->nclients; j++)
			check_client_of_proxies(&c->clients[j], &proxies->v[i], p);
	}
}

static void check_names(const struct config *c, struct problems *p)
{
	for (size_t i = 1; i < c->nclients; i++) {
		const struct config_client *later = c->by_name[i];

		if (strcmp(c->by_name[i - 1]->name, later->name) == 0)
			problem_error(p, later->origins.group.file, later->origins.group.line,
			    "client name %s stands twice", later->name);
	}
}

/* NULL, or why two clients cannot share an address. */
static const char *cannot_share(const struct config_client *a, const struct config_client *b)
{
	if (a == b)
		return "stands twice";
	if (a->certificate.n == 0 || b->certificate.n == 0)
		return "and only a certificate could tell them apart";
	if (!cstr_equal(a->storage.base_path, b->storage.base_path) ||
	    !cstr_equal(a->storage.completed_path, b->storage.completed_path))
		return "so their base-path and completed-path must be the same";
	return NULL;
}

static void check_addresses(const struct config *c, struct problems *p)
{
	const struct admit_entry *a, *b;
	size_t from = 0;

	while (admit_shared(c->admission, &from, &a, &b)) {
		const struct config_client *x = &c->clients[a->client], *y = &c->clients[b->client];
		const char *why = cannot_share(x, y);
		char net[ADDR_NET_TEXT_MAX];

		if (why)
			problem_error(p, y->origins.group.file, y->origins.group.line,
			    "address %s of client %s is that of %s, %s",
			    addr_net_format(&b->net, net), y->name, x->name, why);
	}
}

/* Whose files from some address bear that name, too: those of a client on a network are named after
 * it and the address. NULL: there is none. */
static const struct config_client *files_named(const struct config *c, const char *name)
{
	char stem[CAPNAME_STEM_MAX];
	const struct admit_entry *row;
	struct addr a;
	size_t n = 0;

	row = capname_stem_parse(name, &a) ? admit_find(c->admission, &a, &n) : NULL;
	for (size_t i = 0; row && i < n; i++) {
		const struct config_client *k = &c->clients[row[i].client];

		capname_stem(k->name, &a, stem);
		if (!addr_net_single(&row[i].net) && strcmp(stem, name) == 0)
			return k;
	}
	return NULL;
}

static void check_file_names(const struct config *c, struct problems *p)
{
	for (size_t i = 0; i < c->nclients; i++) {
		const struct config_client *k = &c->clients[i], *other = files_named(c, k->name);

		if (other)
			problem_error(p, k->origins.group.file, k->origins.group.line,
			    "client %s: files of client %s from that address have the same names",
			    k->name, other->name);
	}
}

static bool fingerprint_ok(const char *text)
{
	return strlen(text) == 7 + 64 && strspn(text + 7, "0123456789abcdefABCDEF") == 64;
}

static void check_client_tls(
    const struct config *c, const struct config_client *k, struct problems *p)
{
	if (k->certificate.n > 0 && !k->tls)
		problem_error(p, k->origins.group.file, k->origins.group.line,
		    "client %s has certificate but not tls = true", k->name);
	if (k->certificate.n > 0 && c->tls.auth != AUTH_X509)
		problem_error(p, k->origins.group.file, k->origins.group.line,
		    "client %s has certificate, which needs allow-auth x509", k->name);
	for (size_t i = 0; i < k->certificate.n; i++) {
		const char *name = k->certificate.v[i];

		if (name[0] == '\0' || (strncmp(name, "sha256:", 7) == 0 && !fingerprint_ok(name)))
			problem_error(p, k->origins.group.file, k->origins.group.line,
			    "client %s: certificate '%s' is neither a name nor sha256: and 64 "
			    "hexadecimal digits",
			    k->name, name);
	}
	if (k->tls && !c->tls.present)
		problem_error(p, k->origins.group.file, k->origins.group.line,
		    "client %s has tls = true, but server has no tls group", k->name);
}

static void check_tls(const struct config *c, struct problems *p)
{
	const struct config_tls *t = &c->tls;
	struct origin o = t->origins.group;

	for (size_t i = 0; i < c->nclients; i++)
		check_client_tls(c, &c->clients[i], p);
	if (!t->present || t->auth == AUTH_ANONYMOUS)
		return;
	if (!t->server_cert)
		problem_error(p, o.file, o.line, "tls: server-cert is missing");
	if (!t->server_key)
		problem_error(p, o.file, o.line, "tls: server-key is missing");
	if (t->auth == AUTH_X509 && !t->capath)
		problem_error(p, o.file, o.line,
		    "tls: allow-auth x509 needs capath, the authority of the clients");
}

/* Without a certificate an address is all that a sender needs: 0.0.0.0/0 is every host. */
static void warn_open(const struct config *c, const struct config_client *k, struct problems *p)
{
	struct origin o = config_origin(&config_client_keys, &k->origins, "address");
	char net[ADDR_NET_TEXT_MAX];

	if (k->tls && c->tls.auth == AUTH_X509)
		return;
	for (size_t i = 0; i < k->address.n; i++)
		if (k->address.v[i].bits == 0)
			problem_warning(p, o.file, o.line,
			    "client %s: address %s without a certificate: every host that "
			    "reaches the server may send; tls = true and allow-auth x509 ask for "
			    "one",
			    k->name, addr_net_format(&k->address.v[i], net));
}

static void check_server(const struct config *c, struct problems *p)
{
	struct origin o = config_origin(&config_server_keys, &c->server.origins, "group");

	if (c->server.group && !c->server.user)
		problem_error(p, o.file, o.line, "group needs user");
	o = config_origin(&config_limits_keys, &c->limits.origins, "unestablished");
	if (o.line && c->limits.unestablished > c->limits.connections)
		problem_warning(p, o.file, o.line, "unestablished is above connections");
	if (c->empty.file)
		problem_warning(p, c->empty.file, c->empty.line,
		    "the file is empty: no client comes from it, and a reload that ends clients is "
		    "refused; a comment in it says that none is meant");
	if (!c->clients_given)
		problem_warning(p, whole(c).file, 0,
		    "the setting clients is missing: every connection is refused, and so is a "
		    "reload of a server that has clients; clients = () stands for none");
	else if (c->nclients == 0)
		problem_warning(
		    p, whole(c).file, 0, "no clients: every connection will be refused");
}

static void check_hand_over(const struct config_hand_over *h, struct problems *p)
{
	struct origin o = config_origin(&config_hand_over_keys, &h->origins, "command");

	if (!h->present)
		return;
	if (h->command.n == 0)
		problem_error(p, o.file, o.line, "hand-over has no command");
	else if (!h->command.v[0][0])
		problem_error(p, o.file, o.line, "command: the name of the program is empty");
	for (size_t i = 0; i < h->command.n; i++) {
		const char *why = expand_argument_check(h->command.v[i]);

		if (why)
			problem_error(p, o.file, o.line, "command: '%s': %s", h->command.v[i], why);
	}
	o = config_origin(&config_hand_over_keys, &h->origins, "timeout");
	if (h->timeout == 0)
		problem_error(p, o.file, o.line, "timeout: must be a second or more");
}

static void check_archive(const struct config *c, struct problems *p)
{
	const struct config_archive *a = &c->archive;
	struct origin o = config_origin(&config_archive_keys, &a->origins, "directories");
	const char *why = expand_check(a->directories);

	if (!a->present)
		return;
	if (!why && ownname_begins(a->directories))
		why = "begins with a name that the archive keeps for itself";
	if (!a->path)
		problem_error(
		    p, a->origins.group.file, a->origins.group.line, "archive has no path");
	if (why)
		problem_error(p, o.file, o.line, "directories: '%s': %s", a->directories, why);
	check_hand_over(&a->hand_over, p);
}

static void check_publisher(const struct config_publisher *q, struct problems *p)
{
	struct origin o = config_origin(&config_publisher_keys, &q->origins, "bind");
	struct endpoint endpoint;
	const char *why = q->bind ? endpoint_parse(q->bind, &endpoint) : NULL;

	if (why)
		problem_error(p, o.file, o.line, "bind: '%s': %s", q->bind, why);
	if (q->bind && q->ip.n > 0)
		problem_error(p, o.file, o.line, "bind stands instead of ip and port");
	o = config_origin(&config_publisher_keys, &q->origins, "ip");
	if (q->ip.n > 1)
		problem_error(p, o.file, o.line, "ip: the publisher has one address");
	o = config_origin(&config_publisher_keys, &q->origins, "group");
	if (q->group && !q->user)
		problem_error(p, o.file, o.line, "group needs user");
}

void config_check(const struct config *c, struct problems *p)
{
	check_server(c, p);
	check_listen(c, p);
	check_proxies(c, p);
	check_names(c, p);
	check_addresses(c, p);
	check_file_names(c, p);
	check_tls(c, p);
	for (size_t i = 0; i < c->nclients; i++)
		warn_open(c, &c->clients[i], p);
	check_archive(c, p);
	check_publisher(&c->publisher, p);
}
