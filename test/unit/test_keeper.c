/* test_keeper: what a keeper signs for whoever has a connection to it, and what it is protected by
 * even without a sandbox. Requests are written by hand, as a process that its peer has taken over
 * could. */
#include "tap.h"
#include "support.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "server/sandbox_roles.h"
#include "tls/keeper_handle.h"

static char *dir, file[100], pem[8192];
static struct keeper k;

/* A key of that kind in `file`. */
static void make_key(gnutls_pk_algorithm_t kind, unsigned bits)
{
	gnutls_x509_privkey_t key;
	size_t len = sizeof(pem);
	int at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	gnutls_x509_privkey_init(&key);
	if (gnutls_x509_privkey_generate(key, kind, bits, 0) < 0 ||
	    gnutls_x509_privkey_export_pkcs8(
		key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, pem, &len) < 0)
		support_die("key");
	write_file(at, "key", pem, strlen(pem));
	close(at);
	gnutls_x509_privkey_deinit(key);
}

static void start(void)
{
	char reason[KEEPER_REASON_MAX];

	if (!OK(keeper_start(&k, &role_keeper, file, NULL, reason), "a keeper"))
		printf("# %s\n", reason);
}

/* It ends when its channel is closed. */
static void stop(void)
{
	int status = -1;

	keeper_close(&k);
	waitpid(k.pid, &status, 0);
	IS_INT(status, 0, "it ends with its channel");
}

/* Bytes of the signature; 0: refused. */
static ssize_t asked(int fd, const struct keeper_request *q, size_t len)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	uint8_t signature[KEEPER_SIGNATURE];

	if (send(fd, q, len, MSG_NOSIGNAL) < 0)
		return -1;
	poll(&p, 1, 10000);
	return recv(fd, signature, sizeof(signature), MSG_DONTWAIT);
}

static ssize_t ask(gnutls_sign_algorithm_t algorithm, bool hashed, const void *data, size_t len)
{
	struct keeper_request q = {.algorithm = algorithm, .hashed = hashed, .len = (uint32_t)len};
	int fd = keeper_connect(&k);
	ssize_t n;

	memcpy(q.data, data, len);
	n = asked(fd, &q, offsetof(struct keeper_request, data) + len);
	close(fd);
	return n;
}

/* What TLS 1.3 signs: 64 blanks, a context, a NUL, a hash. */
static size_t handshake(uint8_t *out, size_t hash)
{
	static const char context[] = "TLS 1.3, server CertificateVerify";

	memset(out, ' ', 64);
	memcpy(out + 64, context, sizeof(context));
	memset(out + 64 + sizeof(context), 0x5a, hash);
	return 64 + sizeof(context) + hash;
}

static void test_rsa(void)
{
	static const uint8_t hash[64] = {1};

	make_key(GNUTLS_PK_RSA, 2048);
	start();
	IS_INT(ask(GNUTLS_SIGN_RSA_SHA256, true, hash, 32), 256, "RSA: a hash of its length");
	IS_INT(ask(GNUTLS_SIGN_RSA_PSS_RSAE_SHA256, true, hash, 32), 256, "RSA: the same with PSS");
	IS_INT(ask(GNUTLS_SIGN_RSA_SHA256, true, hash, 20), 0, "RSA: none of another length");
	IS_INT(ask(GNUTLS_SIGN_RSA_SHA256, true, hash, 64), 0, "RSA: nor a longer one");
	IS_INT(ask(GNUTLS_SIGN_RSA_RAW, true, hash, 32), 0, "RSA: nothing without a hash");
	IS_INT(ask(GNUTLS_SIGN_RSA_RAW, true, hash, 0), 0, "RSA: not nothing either");
	IS_INT(ask(GNUTLS_SIGN_ECDSA_SHA256, true, hash, 32), 0, "RSA: not as another kind of key");
	IS_INT(ask(GNUTLS_SIGN_UNKNOWN, true, hash, 32), 0, "RSA: not by no algorithm");
	stop();
}

static void test_ecdsa(void)
{
	static const uint8_t hash[64] = {1};

	make_key(GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1));
	start();
	OK(ask(GNUTLS_SIGN_ECDSA_SECP256R1_SHA256, true, hash, 32) > 64,
	    "ECDSA: a hash of its length");
	IS_INT(ask(GNUTLS_SIGN_ECDSA_SHA256, true, hash, 20), 0, "ECDSA: none of another length");
	IS_INT(ask(GNUTLS_SIGN_RSA_SHA256, true, hash, 32), 0, "ECDSA: not as another kind of key");
	IS_INT(ask(GNUTLS_SIGN_DSA_SHA256, true, hash, 32), 0, "ECDSA: of no kind");
	stop();
}

static void test_ed25519(void)
{
	uint8_t data[256];
	struct keeper_request q = {.algorithm = GNUTLS_SIGN_EDDSA_ED25519};
	size_t len = handshake(data, 32);
	int fd;

	make_key(GNUTLS_PK_EDDSA_ED25519, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_ED25519));
	start();
	IS_INT(ask(GNUTLS_SIGN_EDDSA_ED25519, false, data, len), 64, "Ed25519: a handshake");
	data[0] = 'x';
	IS_INT(ask(GNUTLS_SIGN_EDDSA_ED25519, false, data, len), 0, "Ed25519: nothing else");
	IS_INT(ask(GNUTLS_SIGN_EDDSA_ED25519, true, data, 32), 0, "Ed25519: no hash");
	IS_INT(ask(GNUTLS_SIGN_EDDSA_ED25519, true, data, 64), 0, "Ed25519: of no length");
	IS_INT(ask(GNUTLS_SIGN_EDDSA_ED25519, false, data, 0), 0, "Ed25519: not nothing");
	/* a length that is not that of the message, and a message that is too short to have one */
	q.len = (uint32_t)handshake(q.data, 32);
	fd = keeper_connect(&k);
	IS_INT(asked(fd, &q, offsetof(struct keeper_request, data) + len - 1), 0, "a byte less");
	close(fd);
	fd = keeper_connect(&k);
	IS_INT(asked(fd, &q, 4), 0, "four bytes");
	close(fd);
	fd = keeper_connect(&k);
	IS_INT(asked(fd, &q, offsetof(struct keeper_request, data) + len), 64, "once");
	OK(asked(fd, &q, offsetof(struct keeper_request, data) + len) <= 0, "not twice");
	close(fd);
	stop();
}

/* ---- the process ---- */

static bool has(pid_t pid, const char *name, const char *line)
{
	char path[64], text[4096];
	int fd;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return strstr(text, line);
}

/* How often the text stands in the memory that the process can write; -1: that cannot be read. */
static int in_memory(pid_t pid, const char *text, size_t len)
{
	char path[64], line[256];
	FILE *maps;
	int fd, found = 0;

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	maps = fopen(path, "re");
	if (fd < 0 || !maps)
		return -1;
	while (fgets(line, sizeof(line), maps)) {
		unsigned long from, to;
		char mode[8];
		uint8_t *copy;
		ssize_t n;

		if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) != 3 || mode[1] != 'w' ||
		    to - from > 1ul << 28) /* shadow memory of a sanitizer */
			continue;
		copy = malloc(to - from);
		n = copy ? pread(fd, copy, to - from, (off_t)from) : 0;
		for (uint8_t *p = copy, *hit;
		     n > 0 && (hit = memmem(p, (size_t)(copy + n - p), text, len)); p = hit + 1)
			found++;
		free(copy);
	}
	fclose(maps);
	close(fd);
	return found;
}

static void test_process(void)
{
	struct rlimit core = {RLIM_INFINITY, RLIM_INFINITY};
	uint8_t data[256];
	size_t len = handshake(data, 32);
	char middle[41] = "";
	int n;

	getrlimit(RLIMIT_CORE, &core);
	core.rlim_cur = core.rlim_max;
	setrlimit(RLIMIT_CORE, &core);
	memcpy(middle, strchr(pem, '\n') + 1, 40);
	memset(
	    pem, 0, sizeof(pem)); /* it is in the keeper's memory, too, which is a copy of ours */
	start();
	memcpy(pem, middle, sizeof(middle));
	OK(has(k.pid, "limits", "Max core file size        0                    0"),
	    "it leaves no core");
	kill(k.pid, SIGTERM);
	kill(k.pid, SIGINT);
	kill(k.pid, SIGHUP);
	IS_INT(
	    ask(GNUTLS_SIGN_EDDSA_ED25519, false, data, len), 64, "no signal to its group ends it");
	OK(getsid(k.pid) == k.pid, "nor one of a terminal");
	n = in_memory(k.pid, pem, 40);
	if (n < 0)
		OK(true, "its memory # skip: cannot be read");
	else
		OK(n <= 2,
		    "what it has read is not left in its memory, but for what this test had");
	stop();
}

/* As somebody who is not root, who can be told from the owner of the files of /proc: they are
 * root's then. */
static void test_not_dumpable(void)
{
	char path[32], reason[KEEPER_REASON_MAX];
	struct stat st;
	int status = -1;
	pid_t pid;

	chmod(dir, 0755);
	if (geteuid() == 0 && chown(file, 65534, 65534) < 0)
		support_die("chown");
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
			_exit(2);
		prctl(PR_SET_DUMPABLE, 1);
		if (!keeper_start(&k, &role_keeper, file, NULL, reason))
			_exit(3);
		snprintf(path, sizeof(path), "/proc/%d/mem", (int)k.pid);
		status = stat(path, &st);
		_exit(status < 0 ? 4 : st.st_uid == geteuid());
	}
	waitpid(pid, &status, 0);
	IS_INT(status, 0, "nobody but root looks into it");
}

static void test_other_key(void)
{
	static const uint8_t id[KEEPER_KEY_ID];
	char reason[KEEPER_REASON_MAX];
	int status;

	OK(!keeper_start(&k, &role_keeper, file, id, reason) && strstr(reason, "not the key"),
	    "a key that is not of the certificate");
	OK(k.pid == 0 && k.control == -1, "there is no keeper then");
	OK(wait(&status) > 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
	    "it is not asked to end");
}

int main(void)
{
	dir = temporary_directory();
	snprintf(file, sizeof(file), "%s/key", dir);
	test_rsa();
	test_ecdsa();
	test_ed25519();
	test_process();
	test_not_dumpable();
	test_other_key();
	remove_directory(dir);
	return tap_done();
}
