/* commands: see vty2cfg/commands.h. */
#include "vty2cfg/commands.h"

#include <string.h>

#include "vty2cfg/clients.h"
#include "vty2cfg/effects.h"

#define NONE "No counterpart: "
static const char other_program[] =
    NONE "a command of osmo-pcap-client; the server verifies clients as allow-auth says:";
static const char own_groups[] = NONE "GnuTLS has groups of its own for Diffie-Hellman:";
static const char no_queue[] = NONE "nothing is queued here, a full disk makes the client wait:";

/* Within the node server. */
static const struct vty_command server_commands[] = {
    {"base-path PATH", vty_take, VTY_BASE_PATH, NULL},
    {"completed-path PATH", vty_take, VTY_COMPLETED_PATH, NULL},
    {"no completed-path", vty_leave_out, VTY_COMPLETED_PATH, NULL},
    {"file-permission-mask MODE", vty_take_mode, VTY_MODE, NULL},
    {"server ip A.B.C.D", vty_take_ip, VTY_IP, NULL},
    {"server port N", vty_take_port, VTY_PORT, NULL},
    {"max-snaplen N", vty_take_snaplen, VTY_SNAPLEN, NULL},
    /* what its `write` makes of max-snaplen */
    {"server max-snaplen N", vty_take_snaplen, VTY_SNAPLEN, NULL},
    {"max-file-size N", vty_take_size, VTY_FILE_SIZE, NULL},
    {"no max-file-size", vty_fixed, VTY_FILE_SIZE, "0"},
    {"rotate-localtime UNIT", vty_take_rotate, VTY_ROTATE, NULL},
    {"rotate-localtime UNIT mod N", vty_take_rotate, VTY_ROTATE, NULL},
    {"no rotate-localtime", vty_fixed, VTY_ROTATE, "never"},
    {"client NAME A.B.C.D", vty_client_take, VTY_CLIENTS, NULL},
    {"client NAME A.B.C.D store", vty_client_take, VTY_CLIENTS, NULL},
    {"client NAME A.B.C.D no-store", vty_client_take, VTY_CLIENTS, NULL},
    {"client NAME A.B.C.D tls", vty_client_bare_tls, VTY_CLIENTS, NULL},
    {"client NAME A.B.C.D store tls", vty_client_take, VTY_CLIENTS, NULL},
    {"client NAME A.B.C.D no-store tls", vty_client_take, VTY_CLIENTS, NULL},
    {"no client NAME", vty_client_remove, VTY_CLIENTS, NULL},
    {"enable tls", vty_fixed, VTY_TLS, "on"},
    {"disable tls", vty_leave_out, VTY_TLS, NULL},
    {"tls allow-auth x509", vty_fixed, VTY_X509, "on"},
    {"no tls allow-auth x509", vty_leave_out, VTY_X509, NULL},
    {"tls allow-auth anonymous", vty_fixed, VTY_ANONYMOUS, "on"},
    {"no tls allow-auth anonymous", vty_leave_out, VTY_ANONYMOUS, NULL},
    {"tls capath FILE", vty_take, VTY_CAPATH, NULL},
    {"no tls capath", vty_leave_out, VTY_CAPATH, NULL},
    {"tls crlfile FILE", vty_take, VTY_CRLFILE, NULL},
    {"no tls crlfile", vty_leave_out, VTY_CRLFILE, NULL},
    {"tls server-cert FILE", vty_take, VTY_SERVER_CERT, NULL},
    {"no tls server-cert", vty_leave_out, VTY_SERVER_CERT, NULL},
    {"tls server-key FILE", vty_take, VTY_SERVER_KEY, NULL},
    {"no tls server-key", vty_leave_out, VTY_SERVER_KEY, NULL},
    {"tls priority STRING", vty_take, VTY_PRIORITY, NULL},
    {"no tls priority", vty_leave_out, VTY_PRIORITY, NULL},
    {"tls log-level ...", vty_no_counterpart, VTY_TLS, NONE "log-level is for everything:"},
    {"no tls log-level", vty_no_counterpart, VTY_TLS, NONE "log-level is for everything:"},
    {"tls dh ...", vty_no_counterpart, VTY_TLS, own_groups},
    {"no tls dh ...", vty_no_counterpart, VTY_TLS, own_groups},
    {"tls verify-cert", vty_no_counterpart, VTY_TLS, other_program},
    {"no tls verify-cert", vty_no_counterpart, VTY_TLS, other_program},
    {"tls hostname ...", vty_no_counterpart, VTY_TLS, other_program},
    {"no tls hostname", vty_no_counterpart, VTY_TLS, other_program},
    {"tls client-cert ...", vty_no_counterpart, VTY_TLS, other_program},
    {"no tls client-cert", vty_no_counterpart, VTY_TLS, other_program},
    {"tls client-key ...", vty_no_counterpart, VTY_TLS, other_program},
    {"no tls client-key", vty_no_counterpart, VTY_TLS, other_program},
    {"file-write-queue-max-length ...", vty_no_counterpart, VTY_REST, no_queue},
    {"no file-write-queue-max-length", vty_no_counterpart, VTY_REST, no_queue},
    {"zeromq-publisher A.B.C.D N", vty_take_publisher, VTY_PUBLISHER, NULL},
    {"no zeromq-publisher", vty_leave_out, VTY_PUBLISHER, NULL},
};

static const char no_log[] =
    NONE "the log goes to standard error, with -D to syslog; log-level says how much of it:";
static const char no_vty[] = NONE "there is no VTY; USR2 logs the state, HUP reloads:";
static const char no_ctrl[] = NONE "there is no control interface:";
static const char no_stats[] = NONE "there are no reporters; USR2 logs counters:";
static const char no_tcp_stats[] = NONE "no statistics of TCP sockets are collected:";
static const char no_sched[] =
    NONE "that is for what starts the server: chrt, taskset, systemd.exec(5):";

/* Nodes beside it, and commands of no node; what is indented beneath them is theirs. */
static const struct vty_command other_nodes[] = {
    {"log ...", vty_no_counterpart, VTY_REST, no_log},
    {"logging ...", vty_no_counterpart, VTY_REST, no_log},
    {"no log ...", vty_no_counterpart, VTY_REST, no_log},
    {"line vty", vty_no_counterpart, VTY_REST, no_vty},
    {"login", vty_no_counterpart, VTY_REST, no_vty},
    {"no login", vty_no_counterpart, VTY_REST, no_vty},
    {"bind ...", vty_no_counterpart, VTY_REST, no_vty},
    {"hostname ...", vty_no_counterpart, VTY_REST, no_vty},
    {"no hostname ...", vty_no_counterpart, VTY_REST, no_vty},
    {"password ...", vty_no_counterpart, VTY_REST, no_vty},
    {"enable password ...", vty_no_counterpart, VTY_REST, no_vty},
    {"no enable password", vty_no_counterpart, VTY_REST, no_vty},
    {"banner ...", vty_no_counterpart, VTY_REST, no_vty},
    {"no banner ...", vty_no_counterpart, VTY_REST, no_vty},
    {"service ...", vty_no_counterpart, VTY_REST, no_vty},
    {"no service ...", vty_no_counterpart, VTY_REST, no_vty},
    {"ctrl", vty_no_counterpart, VTY_REST, no_ctrl},
    {"stats ...", vty_no_counterpart, VTY_REST, no_stats},
    {"no stats ...", vty_no_counterpart, VTY_REST, no_stats},
    {"stats-tcp interval ...", vty_no_counterpart, VTY_REST, no_tcp_stats},
    {"stats-tcp batch-size ...", vty_no_counterpart, VTY_REST, no_tcp_stats},
    {"cpu-sched", vty_no_counterpart, VTY_REST, no_sched},
};

/* ---- which command it is ---- */

/* How many words of the line match the pattern; *whole: the line matches all of it. */
static size_t fits(const char *pattern, const struct vty_line *l, bool *whole)
{
	size_t i = 0;

	*whole = false;
	for (;; i++) {
		size_t n = strcspn(pattern, " ");

		if (strcmp(pattern, "...") == 0) {
			*whole = true;
			return i;
		}
		if (i >= l->n || i >= VTY_WORDS)
			return i;
		if (!(pattern[0] >= 'A' && pattern[0] <= 'Z') &&
		    (strlen(l->word[i]) != n || memcmp(pattern, l->word[i], n) != 0))
			return i;
		if (!pattern[n])
			break;
		pattern += n + 1;
	}
	*whole = l->n == i + 1;
	return i + 1;
}

/* *near: the command that matches the most words; a lone `no` does not count. */
static const struct vty_command *find(const struct vty_command *list, size_t n,
    const struct vty_line *l, const struct vty_command **near)
{
	size_t best = strcmp(l->word[0], "no") == 0;

	*near = NULL;
	for (size_t i = 0; i < n; i++) {
		bool whole;
		size_t k = fits(list[i].pattern, l, &whole);

		if (whole)
			return &list[i];
		if (k > best) {
			best = k;
			*near = &list[i];
		}
	}
	return NULL;
}

#define FIND(list, line, near) find(list, sizeof(list) / sizeof(*(list)), line, near)

const struct vty_command *vty_server_command(
    const struct vty_line *l, const struct vty_command **near)
{
	return FIND(server_commands, l, near);
}

const struct vty_command *vty_other_command(const struct vty_line *l)
{
	const struct vty_command *near;

	return FIND(other_nodes, l, &near);
}
