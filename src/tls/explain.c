/* explain: see explain.h. */
#include "tls/explain.h"

#include <stdio.h>

/* Room in a line of the log for why the socket failed. */
#define BROKEN 120

/* The server has said all that it says before the client's certificate. */
static bool answered(const struct tls_failure *f)
{
	gnutls_handshake_description_t last = gnutls_handshake_get_last_out(f->session);

	return last == GNUTLS_HANDSHAKE_FINISHED || last == GNUTLS_HANDSHAKE_SERVER_HELLO_DONE;
}

/* What to set in which program. */
#define OWN_CERTIFICATE                                                                            \
	"(osmo-pcap-client: tls client-cert and client-key; osmo-pcap-send: --cert and --key)"
#define DISTRUST                                                                                   \
	"does not trust server-cert (osmo-pcap-client: no tls verify-cert; osmo-pcap-send: --ca)"

/* Why a client leaves without a word when it has seen the server's certificate. osmo-pcap-client
 * ends the connection in both cases, unread bytes reset it, and no alert is sent. */
static const char *why_left(const struct tls_failure *f)
{
	if (!f->shows || !answered(f))
		return "";
	if (!f->wants)
		return ": it " DISTRUST;
	return ": it has no certificate " OWN_CERTIFICATE ", or " DISTRUST;
}

/* What a client says about the server's certificate. Most clients have one alert for everything;
 * osmo-pcap-send has one for each of these. */
static const char *about_certificate(gnutls_alert_description_t a)
{
	switch (a) {
	case GNUTLS_A_UNKNOWN_CA:
		return ": it knows no authority that has signed server-cert (osmo-pcap-send: --ca)";
	case GNUTLS_A_CERTIFICATE_EXPIRED:
		return ": for it, server-cert has expired or is not valid yet";
	case GNUTLS_A_CERTIFICATE_UNKNOWN:
		return ": it does not accept server-cert, perhaps for want of the name that it "
		       "connects to (osmo-pcap-send: --server-name)";
	case GNUTLS_A_UNSUPPORTED_CERTIFICATE:
		return ": for it, server-cert is not a certificate of a server";
	case GNUTLS_A_BAD_CERTIFICATE:
	case GNUTLS_A_CERTIFICATE_REVOKED:
		return ": it does not trust server-cert";
	default:
		return "";
	}
}

static void explain_alert(const struct tls_failure *f, char *out, size_t size)
{
	gnutls_alert_description_t a = gnutls_alert_get(f->session);
	const char *name = gnutls_alert_get_name(a);

	snprintf(out, size, "the client gave up: alert '%s'%s", name ? name : "unknown",
	    about_certificate(a));
}

static bool too_old(const struct tls_failure *f)
{
	return f->newest >= 0x0300 && f->newest < f->oldest && f->newest <= 0x0303;
}

static void explain_nothing(const struct tls_failure *f, char *out, size_t size)
{
	static const char *const names[] = {"SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2"};

	if (!f->shows)
		snprintf(out, size,
		    "nothing in common with the client: allow-auth anonymous takes ANON-ECDH in "
		    "TLS 1.2 alone (osmo-pcap-send: --no-verify)");
	else if (too_old(f))
		snprintf(out, size, "the client offers %s at most, which priority does not allow",
		    names[f->newest - 0x0300]);
	else
		snprintf(out, size, "nothing in common with the client: %s (priority)",
		    gnutls_strerror(f->error));
}

void tls_explain(const struct tls_failure *f, char *out, size_t size)
{
	switch (f->error) {
	case GNUTLS_E_NO_CERTIFICATE_FOUND:
	case GNUTLS_E_CERTIFICATE_REQUIRED:
		snprintf(out, size, "the client sent no certificate " OWN_CERTIFICATE);
		break;
	case GNUTLS_E_PK_SIGN_FAILED:
		snprintf(out, size, "the key keeper did not sign");
		break;
	case GNUTLS_E_UNSUPPORTED_VERSION_PACKET:
	case GNUTLS_E_NO_CIPHER_SUITES:
	case GNUTLS_E_NO_COMMON_KEY_SHARE:
	case GNUTLS_E_UNWANTED_ALGORITHM:
		explain_nothing(f, out, size);
		break;
	case GNUTLS_E_FATAL_ALERT_RECEIVED:
		explain_alert(f, out, size);
		break;
	case GNUTLS_E_PULL_ERROR:
	case GNUTLS_E_PUSH_ERROR:
		snprintf(out, size, "the connection broke: %.*s%s", BROKEN, f->broken, why_left(f));
		break;
	case GNUTLS_E_PREMATURE_TERMINATION:
		snprintf(out, size, "the peer closed during the TLS handshake%s", why_left(f));
		break;
	case GNUTLS_E_DECRYPTION_FAILED: /* OpenSSL's clients do so */
		if (f->plain_alert) {
			snprintf(out, size, "the client gave up, with an alert%s", why_left(f));
			break;
		}
		/* fall through */
	default:
		snprintf(out, size, "%s", gnutls_strerror(f->error));
	}
}
