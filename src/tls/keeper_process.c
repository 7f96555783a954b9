/* keeper_process: see keeper_process.h. */
#include "tls/keeper_process.h"

#include <errno.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attach.h"
#include "base/io.h"
#include "base/log.h"
#include "daemon/sandbox.h"
#include "daemon/title.h"

#define KEY_MAX 65536 /* bytes of a key file */
#define EVENTS  64    /* of one epoll_wait() */

__attribute__((format(printf, 2, 3))) static bool fail(
    struct keeper_report *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r->reason, sizeof(r->reason), fmt, ap);
	va_end(ap);
	return false;
}

static bool read_file(const char *file, uint8_t *buf, size_t *len, struct keeper_report *r)
{
	struct stat st;
	const char *why;
	int fd = io_open_regular(file, &st, &why);
	ssize_t n = fd < 0 ? -1 : io_read_full(fd, buf, KEY_MAX);

	if (n < 0)
		fail(r, "%s: %s", file, fd < 0 ? why : strerror(errno));
	if (fd >= 0)
		close(fd);
	*len = n < 0 ? 0 : (size_t)n;
	return n >= 0;
}

static bool public_id(gnutls_privkey_t key, uint8_t id[KEEPER_KEY_ID])
{
	gnutls_pubkey_t public;
	size_t len = KEEPER_KEY_ID;
	bool ok;

	if (gnutls_pubkey_init(&public) < 0)
		return false;
	ok = gnutls_pubkey_import_privkey(public, key, 0, 0) == 0 &&
	     gnutls_pubkey_get_key_id(public, GNUTLS_KEYID_USE_SHA256, id, &len) == 0;
	gnutls_pubkey_deinit(public);
	return ok;
}

static bool read_key(const char *file, gnutls_privkey_t key, struct keeper_report *r)
{
	static uint8_t buf[KEY_MAX];
	gnutls_datum_t text = {.data = buf};
	size_t len;
	int e;

	if (!read_file(file, buf, &len, r))
		return false;
	text.size = (unsigned)len;
	e = gnutls_privkey_import_x509_raw(key, &text, GNUTLS_X509_FMT_PEM, NULL, 0);
	explicit_bzero(buf, sizeof(buf));
	if (e == GNUTLS_E_DECRYPTION_FAILED || e == GNUTLS_E_INVALID_PASSWORD)
		return fail(
		    r, "%s: the key is encrypted; a server cannot ask for its password", file);
	if (e < 0)
		return fail(r, "%s: no private key in PEM form: %s", file, gnutls_strerror(e));
	if (!public_id(key, r->key_id))
		return fail(r, "%s: the key cannot be used", file);
	return true;
}

static gnutls_pk_algorithm_t family(gnutls_privkey_t key)
{
	return (gnutls_pk_algorithm_t)gnutls_privkey_get_pk_algorithm(key, NULL);
}

/* What may be signed: see keeper_process.h. */
static bool proper(gnutls_privkey_t key, const struct keeper_request *q)
{
	gnutls_sign_algorithm_t algorithm = (gnutls_sign_algorithm_t)q->algorithm;

	if (!gnutls_sign_supports_pk_algorithm(algorithm, family(key)))
		return false;
	if (q->hashed) /* GNUTLS_SIGN_RSA_RAW has no hash: its length is 0 */
		return q->len > 0 &&
		       q->len == gnutls_hash_get_len(gnutls_sign_get_hash_algorithm(algorithm));
	return signform_ok(q->data, q->len);
}

static ssize_t sign(
    gnutls_privkey_t key, const struct keeper_request *q, size_t len, uint8_t out[KEEPER_SIGNATURE])
{
	size_t head = offsetof(struct keeper_request, data);
	gnutls_datum_t data, signature;
	gnutls_sign_algorithm_t algorithm;
	ssize_t n = -1;
	int e;

	if (len < head || q->len != len - head || !proper(key, q))
		return -1;
	data.data = (uint8_t *)q->data;
	data.size = q->len;
	algorithm = (gnutls_sign_algorithm_t)q->algorithm;
	e = q->hashed ? gnutls_privkey_sign_hash2(key, algorithm, 0, &data, &signature)
		      : gnutls_privkey_sign_data2(key, algorithm, 0, &data, &signature);
	if (e < 0)
		return -1;
	if (signature.size <= KEEPER_SIGNATURE) {
		memcpy(out, signature.data, signature.size);
		n = (ssize_t)signature.size;
	}
	gnutls_free(signature.data);
	return n;
}

/* One request, one answer, then the connection is closed. */
static void serve(gnutls_privkey_t key, int fd)
{
	struct keeper_request q;
	uint8_t signature[KEEPER_SIGNATURE];
	ssize_t n = recv(fd, &q, sizeof(q), MSG_DONTWAIT);

	if (n > 0)
		n = sign(key, &q, (size_t)n, signature);
	if (n > 0)
		send(fd, signature, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
}

/* The descriptor that came with a message; -1 for none, -2 when the master is gone. */
static int receive_descriptor(int control)
{
	char byte;
	int fd;

	return attach_receive(control, &byte, 1, &fd, MSG_DONTWAIT) == 0 ? -2 : fd;
}

static void serve_all(gnutls_privkey_t key, int control)
{
	struct epoll_event e[EVENTS], add = {.events = EPOLLIN, .data.fd = control};
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	unsigned open = 1; /* the control channel and the connections */

	if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, control, &add) < 0)
		return;
	while (open > 0) {
		int n = epoll_wait(epoll, e, EVENTS, -1);

		for (int i = 0; i < n; i++) {
			int fd = e[i].data.fd;

			if (fd != control) {
				serve(key, fd);
				open--;
				continue;
			}
			fd = receive_descriptor(control);
			if (fd == -2) {
				close(control);
				open--;
			} else if (fd >= 0) {
				add.data.fd = fd;
				open++;
				if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &add) < 0) {
					close(fd);
					open--;
				}
			}
		}
	}
}

/* Called once the key is read: nothing more has to be opened. */
static bool lock_in(const struct sandbox_role *role, struct keeper_report *r)
{
	int rules = sandbox_rules(NULL, 0);
	const char *refused = rules == -2 ? "Landlock" : sandbox_enter(role, NULL, 0, rules);

	return !refused || fail(r, "the sandbox of the key keeper cannot be entered: %s: %s",
			       refused, strerror(errno));
}

/* With -D standard error is still the caller's, who may read it until end of file: the keeper lives
 * as long as there are connections and must not hold it open. Standard input is /dev/null by then.
 */
static bool leave_stderr(struct keeper_report *r)
{
	return log_is_stderr() || dup2(STDIN_FILENO, STDERR_FILENO) >= 0 ||
	       fail(r, "the key keeper cannot leave standard error: %s", strerror(errno));
}

_Noreturn void keeper_process(int control, const struct sandbox_role *role, const char *key_file)
{
	struct keeper_report r = {0};
	struct rlimit no_core = {0, 0};
	int keep[] = {log_fd(), control};
	gnutls_privkey_t key;
	struct title title;
	sigset_t all;

	title_set(&title, "keeper");
	title_show(&title);
	sigfillset(&all); /* it ends when its last channel closes, not by a signal to its group */
	sigprocmask(SIG_SETMASK, &all, NULL);
	setsid();
	r.ok = io_close_except(STDERR_FILENO + 1, keep, 2) ||
	       fail(&r, "the key keeper cannot close descriptors: %s", strerror(errno));
	r.ok = r.ok && leave_stderr(&r);
	setrlimit(RLIMIT_CORE, &no_core);
	prctl(PR_SET_DUMPABLE, 0); /* no core, no ptrace, no /proc/PID/mem for others */
	r.ok = r.ok && gnutls_privkey_init(&key) == 0 && read_key(key_file, key, &r) &&
	       lock_in(role, &r);
	send(control, &r, sizeof(r), MSG_NOSIGNAL);
	if (r.ok)
		serve_all(key, control);
	_exit(0);
}
