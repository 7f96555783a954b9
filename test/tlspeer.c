/* tlspeer: a TLS client that misbehaves once the handshake is done, which no ordinary one can be
 * made to: records of any type and size, protected with the right keys.
 *   -s ADDR            connect from this address
 *   -c CERT -k KEY     PEM files
 *   -n                 with -c of an RSA certificate, without -k: what it signs is nonsense
 *   -2                 TLS 1.2 instead of 1.3
 *   -o                 shakes hands as osmo-pcap-client 0.8.0 does, which asks its callback for a
 *                      certificate: without -c that is an empty one, and there is no key
 *   -v                 as osmo-pcap-client with tls verify-cert, which trusts no authority
 *   -p MS              a pause after each record
 * then HOST PORT and what to send, in this order:
 *   @FILE              its bytes as application data
 *   [N*]TYPE/HEX       N records of that content type (a number) with those bytes; TYPE/zN: with N
 *                      zeros
 *   [N*]raw/HEX        these bytes as they are, without protection
 *   [N*]keyupdate      wants the server to update its keys, too
 *   rehandshake        TLS 1.2: a new handshake in the same connection
 *   bye                close_notify
 *   gather             what follows is made before any of it is sent, as fast as can be
 *   N*{ITEM ITEM}      all of these, N times
 * N = 0 means until the server ends the connection. Nothing that the server says is read before the
 * end; "sent" is printed if it has taken all of it. Then it waits until the server has closed, and
 * prints "alert NAME" if it has sent one, and "ended" or "ended by a reset". */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#define BODY_MAX 65536
#define RECORD   16384
#define TAG      16

static gnutls_session_t session;
static gnutls_aead_cipher_hd_t cipher;
static gnutls_datum_t iv;
static uint8_t sequence[8];
static bool tls12, original, verifies, nonsense, broken, reset, gather;
static uint8_t *gathered;
static size_t gathered_len, gathered_size;
static unsigned pause_ms;
static int fd;

static _Noreturn void die(const char *what, const char *why)
{
	fprintf(stderr, "tlspeer: %s: %s\n", what, why);
	exit(1);
}

static void ok(int e, const char *what)
{
	if (e < 0)
		die(what, gnutls_strerror(e));
}

static void keep(const uint8_t *p, size_t n)
{
	if (gathered_len + n > gathered_size) {
		gathered_size = 2 * (gathered_len + n);
		gathered = realloc(gathered, gathered_size);
		if (!gathered)
			die("gather", "out of memory");
	}
	memcpy(gathered + gathered_len, p, n);
	gathered_len += n;
}

static void put(const uint8_t *p, size_t n)
{
	if (gather) {
		keep(p, n);
		return;
	}
	while (n > 0 && !broken) {
		ssize_t k = send(fd, p, n, MSG_NOSIGNAL);

		if (k < 0 && errno == EINTR)
			continue;
		broken = k < 0;
		reset = broken && errno == ECONNRESET; /* told once */
		p += k;
		n -= broken ? 0 : (size_t)k;
	}
}

/* The keys for sending, and the number of the next record. */
static void take_keys(void)
{
	gnutls_datum_t mac, key;

	if (cipher)
		gnutls_aead_cipher_deinit(cipher);
	ok(gnutls_record_get_state(session, 0, &mac, &iv, &key, sequence), "keys");
	ok(gnutls_aead_cipher_init(&cipher, GNUTLS_CIPHER_AES_128_GCM, &key), "cipher");
}

static void count(void)
{
	for (int i = 7; i >= 0 && ++sequence[i] == 0; i--)
		;
}

static void record(unsigned type, const uint8_t *body, size_t n)
{
	static uint8_t out[5 + 8 + BODY_MAX + 1 + TAG], inner[BODY_MAX + 1];
	uint8_t nonce[12], more[13];
	size_t head = tls12 ? 13 : 5, plain = tls12 ? n : n + 1, sealed = plain + TAG,
	       len = head - 5 + sealed;

	memcpy(inner, body, n);
	inner[n] = (uint8_t)type;
	out[0] = tls12 ? (uint8_t)type : 23;
	out[1] = out[2] = 3;
	out[3] = (uint8_t)(len >> 8);
	out[4] = (uint8_t)len;
	if (tls12) { /* RFC 5288, 3 */
		memcpy(out + 5, sequence, 8);
		memcpy(nonce, iv.data, 4);
		memcpy(nonce + 4, sequence, 8);
		memcpy(more, sequence, 8);
		memcpy(more + 8, out, 3);
		more[11] = (uint8_t)(n >> 8);
		more[12] = (uint8_t)n;
	} else { /* RFC 8446, 5.3 */
		memcpy(nonce, iv.data, 12);
		for (int i = 0; i < 8; i++)
			nonce[4 + i] ^= sequence[i];
		memcpy(more, out, 5);
	}
	ok(gnutls_aead_cipher_encrypt(cipher, nonce, sizeof(nonce), more, tls12 ? 13 : 5, TAG,
	       inner, plain, out + head, &sealed),
	    "encrypt");
	put(out, 5 + len);
	count();
	if (pause_ms > 0)
		usleep(pause_ms * 1000);
}

static void file(const char *name)
{
	uint8_t buf[RECORD];
	FILE *f = fopen(name, "r");
	size_t n;

	if (!f)
		die(name, strerror(errno));
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		record(23, buf, n);
	fclose(f);
}

/* What GnuTLS itself has to send: it must know where we are. */
static void by_gnutls(int (*send_it)(void))
{
	int e;

	ok(gnutls_record_set_state(session, 0, sequence), "state");
	do
		e = send_it();
	while (e == GNUTLS_E_AGAIN || e == GNUTLS_E_INTERRUPTED);
	broken = e < 0;
	if (broken)
		reset = errno == ECONNRESET; /* told once */
	else
		take_keys();
}

static int key_update(void)
{
	return gnutls_session_key_update(session, GNUTLS_KU_PEER);
}

static int rehandshake(void)
{
	return gnutls_handshake(session);
}

static int bye(void)
{
	return gnutls_bye(session, GNUTLS_SHUT_WR);
}

static size_t bytes(const char *text, uint8_t out[BODY_MAX])
{
	size_t n = BODY_MAX;
	gnutls_datum_t hex = {(uint8_t *)text, (unsigned)strlen(text)};

	if (*text == '\0')
		return 0;
	if (*text == 'z') {
		memset(out, 0, n);
		return strtoul(text + 1, NULL, 10) % BODY_MAX;
	}
	ok(gnutls_hex_decode(&hex, out, &n), text);
	return n;
}

static void once(const char *what, const char *hex)
{
	static uint8_t body[BODY_MAX];
	size_t n = hex ? bytes(hex, body) : 0;

	if (*what == '@')
		file(what + 1);
	else if (strcmp(what, "keyupdate") == 0)
		by_gnutls(key_update);
	else if (strcmp(what, "rehandshake") == 0)
		by_gnutls(rehandshake);
	else if (strcmp(what, "bye") == 0)
		by_gnutls(bye);
	else if (strcmp(what, "gather") == 0)
		gather = true;
	else if (!hex)
		die(what, "what is that?");
	else if (strcmp(what, "raw") == 0)
		put(body, n);
	else
		record((unsigned)strtoul(what, NULL, 10), body, n);
}

static void item(char *text);

static void group(const char *items)
{
	char copy[256], *save;

	snprintf(copy, sizeof(copy), "%s", items);
	for (char *one = strtok_r(copy, "{} ", &save); one; one = strtok_r(NULL, "{} ", &save))
		item(one);
}

static void item(char *text)
{
	char *star = strchr(text, '*'), *what = star ? star + 1 : text, *hex;
	unsigned long n = star ? strtoul(text, NULL, 10) : 1;

	if (*what == '{') {
		for (unsigned long i = 0; (i < n || n == 0) && !broken; i++)
			group(what);
		return;
	}
	hex = *what == '@' ? NULL : strchr(what, '/');
	if (hex)
		*hex++ = '\0';
	for (unsigned long i = 0; (i < n || n == 0) && !broken; i++)
		once(what, hex);
}

static struct sockaddr_in address(const char *host, const char *port)
{
	struct sockaddr_in a = {
	    .sin_family = AF_INET, .sin_port = htons((uint16_t)strtoul(port, NULL, 10))};

	if (inet_pton(AF_INET, host, &a.sin_addr) != 1)
		die(host, "no address");
	return a;
}

static void dial(const char *from, const char *host, const char *port)
{
	struct sockaddr_in to = address(host, port), self = address(from, "0");

	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&self, sizeof(self)) < 0 ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		die(host, strerror(errno));
}

static gnutls_pcert_st only_cert;
static gnutls_privkey_t only_key;

/* Says that there is one certificate, whether there is or not. */
static int give(gnutls_session_t s, const gnutls_datum_t *names, int n,
    const gnutls_pk_algorithm_t *algorithms, int m, gnutls_pcert_st **cert, unsigned *certs,
    gnutls_privkey_t *key)
{
	(void)s, (void)names, (void)n, (void)algorithms, (void)m;
	*cert = &only_cert;
	*certs = 1;
	*key = only_key;
	return 0;
}

static int distrust(gnutls_session_t s)
{
	unsigned status;

	return gnutls_certificate_verify_peers3(s, NULL, &status) == 0 && status == 0
		   ? 0
		   : GNUTLS_E_CERTIFICATE_ERROR;
}

static int sign_nonsense(gnutls_privkey_t key, gnutls_sign_algorithm_t algorithm, void *context,
    unsigned flags, const gnutls_datum_t *hash, gnutls_datum_t *signature)
{
	unsigned bits = 0;

	(void)key, (void)algorithm, (void)context, (void)flags, (void)hash;
	gnutls_pubkey_get_pk_algorithm(only_cert.pubkey, &bits);
	signature->size = (bits + 7) / 8;
	signature->data = gnutls_malloc(signature->size);
	if (!signature->data)
		die("sign", "out of memory");
	memset(signature->data, 0x55, signature->size);
	return 0;
}

static int describe_nonsense(gnutls_privkey_t key, unsigned flags, void *context)
{
	(void)key, (void)context;
	if (flags & GNUTLS_PRIVKEY_INFO_PK_ALGO)
		return GNUTLS_PK_RSA;
	if (flags & GNUTLS_PRIVKEY_INFO_PK_ALGO_BITS)
		return 2048;
	if (flags & GNUTLS_PRIVKEY_INFO_HAVE_SIGN_ALGO)
		return (int)gnutls_sign_supports_pk_algorithm(
		    (gnutls_sign_algorithm_t)GNUTLS_FLAGS_TO_SIGN_ALGO(flags), GNUTLS_PK_RSA);
	return -1;
}

static void load_only(const char *cert, const char *key)
{
	gnutls_datum_t text;

	ok(gnutls_load_file(cert, &text), cert);
	ok(gnutls_pcert_import_x509_raw(&only_cert, &text, GNUTLS_X509_FMT_PEM, 0), cert);
	if (nonsense) {
		ok(gnutls_privkey_init(&only_key), "key");
		ok(gnutls_privkey_import_ext4(only_key, NULL, sign_nonsense, sign_nonsense, NULL,
		       NULL, describe_nonsense, 0),
		    "key");
		return;
	}
	ok(gnutls_load_file(key, &text), key);
	ok(gnutls_privkey_init(&only_key), key);
	ok(gnutls_privkey_import_x509_raw(only_key, &text, GNUTLS_X509_FMT_PEM, NULL, 0), key);
}

static void shake(const char *cert, const char *key)
{
	gnutls_certificate_credentials_t own;
	int e;

	ok(gnutls_certificate_allocate_credentials(&own), "credentials");
	if (cert && !original)
		ok(gnutls_certificate_set_x509_key_file(own, cert, key, GNUTLS_X509_FMT_PEM), cert);
	if (cert && original)
		load_only(cert, key);
	if (original)
		gnutls_certificate_set_retrieve_function2(own, give);
	if (verifies)
		gnutls_certificate_set_verify_function(own, distrust);
	ok(gnutls_init(&session, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL), "session");
	ok(gnutls_priority_set_direct(session,
	       tls12 ? "NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-128-GCM"
		     : "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-GCM",
	       NULL),
	    "priority");
	ok(gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, own), "credentials");
	gnutls_transport_set_int(session, fd);
	do
		e = gnutls_handshake(session);
	while (e < 0 && !gnutls_error_is_fatal(e));
	ok(e, "handshake");
	take_keys();
}

static void hear(void)
{
	char rest[4096];
	ssize_t n;

	do
		n = gnutls_record_recv(session, rest, sizeof(rest));
	while (n > 0 || (n < 0 && !gnutls_error_is_fatal((int)n)));
	if (n == GNUTLS_E_FATAL_ALERT_RECEIVED)
		printf("alert %s\n", gnutls_alert_get_name(gnutls_alert_get(session)));
	reset = reset || n == GNUTLS_E_PULL_ERROR;
	while ((n = recv(fd, rest, sizeof(rest), 0)) > 0)
		;
	puts(reset || n < 0 ? "ended by a reset" : "ended");
}

int main(int argc, char **argv)
{
	const char *from = "127.0.0.1", *cert = NULL, *key = NULL, *patience = getenv("PATIENCE");
	int c;

	while ((c = getopt(argc, argv, "s:c:k:2ovnp:")) != -1) {
		if (c == 's')
			from = optarg;
		else if (c == 'c')
			cert = optarg;
		else if (c == 'k')
			key = optarg;
		else if (c == 'p')
			pause_ms = (unsigned)strtoul(optarg, NULL, 10);
		else if (c == '2')
			tls12 = true;
		else if (c == 'o')
			original = true;
		else if (c == 'n')
			original = nonsense = true;
		else if (c == 'v')
			verifies = true;
		else
			return 2;
	}
	if (argc - optind < 2)
		return 2;
	alarm(2 * (patience ? (unsigned)strtoul(patience, NULL, 10) : 30)); /* not for ever */
	dial(from, argv[optind], argv[optind + 1]);
	shake(cert, key);
	for (int i = optind + 2; i < argc; i++)
		item(argv[i]);
	gather = false;
	put(gathered, gathered_len);
	if (!broken)
		puts("sent");
	hear();
	return 0;
}
