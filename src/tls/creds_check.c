/* creds_check: whether a priority can work, who may read the key, and what has aged since.
 *
 * Errors and warnings become problems. Refuses to open the key: it looks at its mode only. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "tls/creds.h"
#include "tls/creds_load.h"

/* "anonymous" means TLS 1.2 with anonymous ECDH: TLS 1.3 has nothing of the kind. */
#define ANONYMOUS_PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ANON-ECDH"

/* At least 2048 bits of RSA or 256 of a curve, no SHA-1. */
#define STRENGTH ":%PROFILE_MEDIUM"

/* 0: there is none. */
static unsigned oldest_version(gnutls_priority_t priority)
{
	const unsigned *v;
	int n = gnutls_priority_protocol_list(priority, &v);
	unsigned oldest = 0;

	for (int i = 0; i < n; i++)
		if (v[i] <= GNUTLS_TLS_VERSION_MAX && (oldest == 0 || v[i] < oldest))
			oldest = v[i]; /* above are those of DTLS */
	return oldest;
}

unsigned creds_oldest(const struct creds *c)
{
	/* GNUTLS_SSL3 is 1 */
	return 0x0300 + oldest_version(c->priority) - GNUTLS_SSL3;
}

/* GnuTLS accepts priorities with which no server with a certificate can complete a handshake.
 * Before TLS 1.2 the signature algorithm does not depend on the priority. */
static bool check_priority(gnutls_priority_t priority, const char *text, const struct site *s)
{
	const unsigned *list;
	bool version = oldest_version(priority) > 0,
	     group = gnutls_priority_group_list(priority, &list) > 0;

	if (!version)
		ERROR_AT(s, "'%s': no version of TLS is left", text);
	else if (!group)
		ERROR_AT(s, "'%s': no group for the key exchange is left", text);
	else if (gnutls_priority_sign_list(priority, &list) == 0)
		WARN_AT(s, "'%s': no signature is left, without which there is no TLS 1.2 or 1.3",
		    text);
	return version && group;
}

/* The profile (how strong certificates must be) is set in the priority only: GnuTLS combines one
 * that is set elsewhere with it by OR, which gives a third profile. */
bool creds_load_priority(struct creds *c, const struct config *config, struct problems *p)
{
	struct site s = site_of(config, "priority", p);
	const char *text = c->auth == AUTH_ANONYMOUS ? ANONYMOUS_PRIORITY : config->tls.priority,
		   *at = text;
	const char *profile = strstr(text, "%PROFILE") ? "" : STRENGTH;
	char *all;
	int e;

	if (asprintf(&all, "%s%s", text, profile) < 0)
		return false;
	e = gnutls_priority_init(&c->priority, all, &at);
	if (e < 0) { /* `at` points into `all`, of which the user knows only `text` */
		size_t good = at >= all && at <= all + strlen(text) ? (size_t)(at - all) : 0;

		ERROR_AT(&s, "'%s': %s at '%s'", text, gnutls_strerror(e), text + good);
	}
	free(all);
	return e >= 0 && (c->auth == AUTH_ANONYMOUS || check_priority(c->priority, text, &s));
}

/* Readable by others, or by a group that is not the server's own. */
void creds_check_key_mode(const struct config *config, struct problems *p)
{
	struct site s = site_of(config, "server-key", p);
	struct stat st;

	if (stat(config->tls.server_key, &st) < 0)
		return; /* the keeper will say why it cannot be read */
	if ((st.st_mode & S_IROTH) || ((st.st_mode & S_IRGRP) && st.st_gid != getegid()))
		WARN_AT(&s, "%s: others than the server may read the key (mode %04o)",
		    config->tls.server_key, st.st_mode & 07777u);
}

const char *creds_day(time_t t, char day[CREDS_DAY])
{
	struct tm tm;

	if (!gmtime_r(&t, &tm) || strftime(day, CREDS_DAY, "%Y-%m-%d", &tm) == 0)
		snprintf(day, CREDS_DAY, "?");
	return day;
}

/* ---- what has aged ---- */

#define DAY_MS 86400000

/* A certificate or list that ends at another time is another one. */
bool creds_take_warned(struct creds *c, const struct creds *before)
{
	c->crl_warned = calloc(c->crls + 1, sizeof(*c->crl_warned));
	if (!c->crl_warned)
		return false;
	if (!before)
		return true;
	if (before->expires == c->expires)
		c->warned = before->warned;
	for (unsigned i = 0; i < c->crls; i++)
		for (unsigned j = 0; j < before->crls; j++)
			if (gnutls_x509_crl_get_next_update(c->crl[i]) ==
			    gnutls_x509_crl_get_next_update(before->crl[j]))
				c->crl_warned[i] = before->crl_warned[j];
	return true;
}

/* Whether a warning is due, and then it is given now. `end` is known. */
static bool due(int64_t *warned, time_t end, bool again)
{
	int64_t now = io_monotonic_ms(), left = (int64_t)(end - time(NULL));
	bool ended_since = *warned && left <= 0 && -left * 1000 < now - *warned;

	if (left >= CREDS_SOON)
		return false;
	if (!again && *warned && now - *warned < DAY_MS && !ended_since)
		return false;
	*warned = now;
	return true;
}

static void certificate_age(time_t end, const char *path, const struct site *s)
{
	char day[CREDS_DAY];

	if (end < time(NULL))
		WARN_AT(s, "%s: the certificate has expired", path);
	else
		WARN_AT(
		    s, "%s: the certificate expires on %s: renew it", path, creds_day(end, day));
}

static void crl_age(time_t end, const char *path, const struct site *s)
{
	char day[CREDS_DAY];

	if (end < time(NULL))
		WARN_AT(s, "%s: a revocation list is past its next update", path);
	else
		WARN_AT(
		    s, "%s: a revocation list holds until %s: renew it", path, creds_day(end, day));
}

void creds_age(struct creds *c, const struct config *config, bool again, struct problems *p)
{
	struct site cert = site_of(config, "server-cert", p), crl = site_of(config, "crlfile", p);

	/* -1: unknown */
	if (creds_has_key(c) && c->expires >= 0 && due(&c->warned, c->expires, again))
		certificate_age(c->expires, config->tls.server_cert, &cert);
	for (unsigned i = 0; i < c->crls; i++) {
		time_t end = gnutls_x509_crl_get_next_update(c->crl[i]);

		/* -1: it has no end */
		if (end != (time_t)-1 && due(&c->crl_warned[i], end, again))
			crl_age(end, config->tls.crlfile, &crl);
	}
}
