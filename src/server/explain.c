/* explain: see explain.h. */
#include "server/explain.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cstr.h"
#include "base/moment.h"
#include "base/region.h"
#include "base/wholefile.h"
#include "capture/capname.h"
#include "config/clients.h"
#include "server/admission.h"
#include "tls/identity.h"

/* How many ends of periods are told. */
#define BOUNDARIES 3

#define EXPLAIN_PROXY                                                                              \
	"a proxy (proxies): connections from there begin with a PROXY header, and the address in " \
	"it counts"

struct answer {
	const struct config *config;
	const struct explain_question *q;
	const struct admit_entry *row; /* the clients that the peer may be; NULL: none */
	size_t n;
	struct tls_identity who; /* the certificate that was given, if it was looked at */
	bool looked, fits;
	bool proxy;
	FILE *out;
};

const char *explain_ask(struct explain_question *q, const char *address, const char *certificate,
    const char *at, const char **word)
{
	int64_t ns = moment_now();
	const char *why;

	*word = address;
	*q = (struct explain_question){.certificate = certificate, .at = ns / 1000000000};
	if (!addr_parse(address, &q->peer))
		return "--explain needs an IPv4 or IPv6 address, not ";
	*word = at;
	if (!at)
		return NULL;
	why = when_parse(at, ns, &moment_zone, WHEN_FROM, &ns);
	q->at = (time_t)(ns / 1000000000);
	return why ? "--at needs a time such as '2026-11-28 14:05', 14:05, -15m or now, not "
		   : NULL;
}

static const struct config_client *client(const struct answer *a, size_t i)
{
	return &a->config->clients[a->row[i].client];
}

/* Whether a certificate is asked for: all clients of an address have TLS, or none. */
static bool wants_certificate(const struct answer *a)
{
	return a->n > 0 && client(a, 0)->tls && a->config->tls.auth == AUTH_X509;
}

/* ---- the certificate that was given ---- */

/* Who it proves the peer to be. False: it could not be read. */
static bool look(struct answer *a, char why[EXPLAIN_WHY_MAX])
{
	struct tls_candidate *wanted = calloc(a->n, sizeof(*wanted));
	struct region *r = region_new();
	const char *reason = "out of memory";
	size_t len;
	char *pem = wanted && r ? wholefile_read(r, a->q->certificate, &len, &reason) : NULL;

	for (size_t i = 0; wanted && i < a->n; i++)
		wanted[i] = (struct tls_candidate){client(a, i)->name, &client(a, i)->certificate};
	a->who = (struct tls_identity){.candidate = wanted, .candidates = a->n};
	if (pem) {
		a->looked = tls_identity_examine(&a->who, pem, len, a->q->at, &a->fits);
		reason = "it is no certificate in PEM form";
	}
	if (!a->looked)
		snprintf(why, EXPLAIN_WHY_MAX, "%s: %s", a->q->certificate, reason);
	a->who.candidate = NULL;
	cstr_printable(a->who.peer.subject, strlen(a->who.peer.subject));
	cstr_printable(a->who.refusal, strlen(a->who.refusal));
	free(wanted);
	region_free(r);
	return a->looked;
}

static void tell_certificate(const struct answer *a)
{
	char text[MOMENT_TEXT_MAX];

	fprintf(a->out, "certificate-subject: %s\n", a->who.peer.subject);
	fprintf(a->out, "certificate-fingerprint: %s\n", a->who.peer.fingerprint);
	fprintf(a->out, "certificate-expires: %s\n", moment_format(a->who.peer.expires, text));
	fprintf(a->out, "certificate-checked: names and time; neither who has signed it nor "
			"whether it is revoked\n");
}

/* ---- the clients ---- */

static void tell_tls(const struct answer *a, const struct config_client *k)
{
	static const char *const how[] = {
	    [AUTH_X509] = "required, with a certificate signed by capath",
	    [AUTH_NONE] = "required, without a certificate of the client",
	    [AUTH_ANONYMOUS] = "required, without certificates",
	};

	fprintf(a->out, "tls: %s\n", k->tls ? how[a->config->tls.auth] : "none");
	if (!k->tls || a->config->tls.auth != AUTH_X509)
		return;
	fputs("certificate:", a->out);
	for (size_t i = 0; i < k->certificate.n; i++)
		fprintf(a->out, "%s %s", i > 0 ? " or" : "", k->certificate.v[i]);
	fputs(k->certificate.n > 0 ? "\n" : " any\n", a->out);
}

static void tell_file(const struct answer *a, const struct config_client *k)
{
	const struct addr *peer = &a->q->peer;
	char stem[CAPNAME_STEM_MAX], name[CAPNAME_MAX];
	struct tm local;

	if (!k->store || !localtime_r(&a->q->at, &local)) {
		fputs("file: none\n", a->out);
		return;
	}
	capname_stem(k->name, config_network(k, peer) ? peer : NULL, stem);
	capname_make(stem, &local, FORMAT_PCAP, 0, name);
	fprintf(a->out, "file: %s, or .pcapng\n", name);
}

static void tell_boundaries(const struct answer *a, const struct config_client *k)
{
	time_t end[BOUNDARIES];
	size_t n = rotate_boundaries(
	    &k->storage.rotate, a->q->at, localtime_r, end, k->store ? BOUNDARIES : 0);
	char text[MOMENT_TEXT_MAX];

	for (size_t i = 0; i < n; i++)
		fprintf(a->out, "new-file-at: %s\n", moment_format(end[i], text));
}

static void tell_client(const struct answer *a, size_t i)
{
	const struct config_client *k = client(a, i);
	char net[ADDR_NET_TEXT_MAX];

	fprintf(a->out, "\nclient: %s\n", k->name);
	fprintf(a->out, "address-entry: %s\n", addr_net_format(&a->row[i].net, net));
	tell_tls(a, k);
	tell_file(a, k);
	tell_boundaries(a, k);
	config_tell_client(k, a->out);
}

/* ---- the answer ---- */

static const char *refusal(const struct answer *a)
{
	if (a->proxy)
		return EXPLAIN_PROXY;
	if (a->n == 0)
		return ADMISSION_UNLISTED;
	return a->looked && !a->fits ? a->who.refusal : NULL;
}

/* Why the peer is admitted, or on which condition. */
static const char *ground(const struct answer *a)
{
	if (!client(a, 0)->tls)
		return a->q->certificate
			   ? "by its address; a certificate is not asked for: tls = false"
			   : "by its address";
	if (!wants_certificate(a))
		return a->q->certificate
			   ? "by its address, with TLS; a certificate is not asked for: allow-auth"
			   : "by its address, with TLS";
	if (a->looked)
		return "by its address, and the certificate fits";
	return a->n > 1 ? "by its address, if its certificate fits one of the clients"
			: "by its address, if its certificate fits";
}

static void tell(const struct answer *a)
{
	const char *why = refusal(a);
	char address[ADDR_TEXT_MAX], text[MOMENT_TEXT_MAX];

	fprintf(a->out, "admitted: %s\n", why ? "no" : "yes");
	fprintf(a->out, "reason: %s\n", why ? why : ground(a));
	fprintf(a->out, "address: %s\n", addr_format(&a->q->peer, address));
	fprintf(a->out, "time: %s\n", moment_format(a->q->at, text));
	if (a->looked)
		tell_certificate(a);
	for (size_t i = 0; i < a->n; i++)
		if (!a->looked || !a->fits || i == a->who.peer.candidate)
			tell_client(a, i);
	if (a->n > 1)
		fprintf(a->out, "\nper-client-together: %" PRIu64 "\n",
		    admit_per_client(a->config, a->row, a->n));
	if (a->n > 0) {
		fputc('\n', a->out);
		config_tell_limits(a->config, a->out);
	}
}

enum explain_answer explain(
    const struct config *c, const struct explain_question *q, FILE *out, char why[EXPLAIN_WHY_MAX])
{
	struct answer a = {.config = c, .q = q, .out = out};

	a.proxy = config_is_proxy(c, &q->peer);
	if (!a.proxy)
		a.row = admit_find(c->admission, &q->peer, &a.n);
	if (q->certificate && wants_certificate(&a) && !look(&a, why))
		return EXPLAIN_UNREADABLE;
	tell(&a);
	return refusal(&a) ? EXPLAIN_REFUSED : EXPLAIN_ADMITTED;
}
