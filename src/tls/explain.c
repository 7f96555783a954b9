/* explain: see explain.h. */
#include "tls/explain.h"

#include <stdio.h>

void tls_explain(gnutls_session_t session, int e, const char *broken, char *out, size_t size)
{
	switch (e) {
	case GNUTLS_E_NO_CERTIFICATE_FOUND:
	case GNUTLS_E_CERTIFICATE_REQUIRED:
		snprintf(out, size,
		    "the client sent no certificate: set its tls client-cert and client-key");
		break;
	case GNUTLS_E_PK_SIGN_FAILED:
		snprintf(out, size, "the key keeper did not sign");
		break;
	case GNUTLS_E_UNSUPPORTED_VERSION_PACKET:
	case GNUTLS_E_NO_CIPHER_SUITES:
	case GNUTLS_E_NO_COMMON_KEY_SHARE:
	case GNUTLS_E_UNWANTED_ALGORITHM:
		snprintf(out, size, "nothing in common with the client: %s (priority)",
		    gnutls_strerror(e));
		break;
	case GNUTLS_E_FATAL_ALERT_RECEIVED:
		snprintf(out, size, "the client gave up: alert \"%s\"",
		    gnutls_alert_get_name(gnutls_alert_get(session)));
		break;
	case GNUTLS_E_PULL_ERROR:
	case GNUTLS_E_PUSH_ERROR:
		snprintf(out, size, "the connection broke: %.480s", broken);
		break;
	default:
		snprintf(out, size, "%s", gnutls_strerror(e));
	}
}
