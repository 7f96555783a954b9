/* commands: see vty2cfg/commands.h. */
#include "vty2cfg/commands.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/parse.h"
#include "capture/rotate.h"

/* ---- what is remembered ---- */

void vty_settle(struct vty_reader *r, int place)
{
	struct vty *v = r->v;

	for (size_t i = v->nnotes; i > 0 && v->notes[i - 1].place == VTY_PENDING; i--)
		v->notes[i - 1].place = r->headed ? place : VTY_HEAD;
	r->headed = true;
}

void vty_note_line(struct vty_reader *r, int place, const char *why)
{
	vty_settle(r, place);
	vty_note(r->v, place, r->line.number, r->line.said, why);
}

void vty_complain(struct vty_reader *r, int place, const char *fmt, ...)
{
	char *text = NULL, *why = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	if (!text || asprintf(&why, "Error: %s:", text) < 0)
		why = NULL;
	r->v->no_memory |= !why;
	problem_error(r->problems, r->file, r->line.number, "%s", text ? text : "out of memory");
	vty_note_line(r, place, why);
	free(text);
	free(why);
}

/* The line is understood, but its effect may surprise. */
static void warn(struct vty_reader *r, int place, const char *text)
{
	problem_warning(r->problems, r->file, r->line.number, "%s", text);
	vty_settle(r, place);
	vty_note(r->v, place, r->line.number, NULL, text);
}

/* Notes an earlier line that has no effect any more. */
static void outdated(
    struct vty_reader *r, int place, unsigned line, const char *said, const char *how)
{
	char why[64];

	snprintf(why, sizeof(why), "%s by line %u:", how, r->line.number);
	vty_note(r->v, place, line, said, why);
}

static void set(struct vty_reader *r, int key, const char *value)
{
	struct vty_setting *s = &r->v->key[key];

	vty_settle(r, key);
	if (s->line)
		outdated(r, key, s->line, s->said, "Overridden");
	free(s->value);
	free(s->said);
	*s = (struct vty_setting){
	    vty_copy(r->v, value), vty_copy(r->v, r->line.said), r->line.number};
}

/* ---- the commands ---- */

static const char *value_of(const struct vty_reader *r)
{
	return r->line.word[r->line.n - 1];
}

static void take(struct vty_reader *r, const struct vty_command *c)
{
	set(r, c->key, value_of(r));
}

static void leave_out(struct vty_reader *r, const struct vty_command *c)
{
	set(r, c->key, NULL);
}

static void fixed(struct vty_reader *r, const struct vty_command *c)
{
	set(r, c->key, c->text);
}

static void no_counterpart(struct vty_reader *r, const struct vty_command *c)
{
	vty_note_line(r, c->key, c->text);
}

/* A value that the server refuses is kept: the server must not start with another one instead. */
static void take_ip(struct vty_reader *r, const struct vty_command *c)
{
	struct addr_zoned a;
	const char *why = addr_zoned_parse(value_of(r), &a);

	set(r, c->key, value_of(r));
	if (why)
		vty_complain(r, c->key, "%s: %s", value_of(r), why);
}

static void take_number(struct vty_reader *r, const struct vty_command *c, uint64_t max)
{
	uint64_t n;
	char text[24];

	if (!parse_number(value_of(r), 1, max, &n)) {
		vty_complain(r, c->key, "%s is not a number from 1 to %" PRIu64, value_of(r), max);
		return;
	}
	snprintf(text, sizeof(text), "%" PRIu64, n);
	set(r, c->key, text);
}

static void take_port(struct vty_reader *r, const struct vty_command *c)
{
	take_number(r, c, 65535);
}

static void take_snaplen(struct vty_reader *r, const struct vty_command *c)
{
	take_number(r, c, 262144);
}

/* "*" is every address of IPv4 there. */
static void take_publisher(struct vty_reader *r, const struct vty_command *c)
{
	const char *address = strcmp(r->line.word[1], "*") == 0 ? "0.0.0.0" : r->line.word[1];
	struct addr a;
	uint64_t port;
	char text[64];

	if (!addr_parse(address, &a) || a.len != 4) {
		vty_complain(r, c->key, "%s is neither an IPv4 address nor *", r->line.word[1]);
		return;
	}
	if (!parse_number(value_of(r), 1, 65535, &port)) {
		vty_complain(r, c->key, "%s is not a number from 1 to 65535", value_of(r));
		return;
	}
	snprintf(text, sizeof(text), "tcp://%s:%" PRIu64, address, port);
	set(r, c->key, text);
}

static void take_mode(struct vty_reader *r, const struct vty_command *c)
{
	unsigned mode;
	char text[8];

	if (!parse_mode(value_of(r), &mode)) {
		set(r, c->key, value_of(r));
		vty_complain(r, c->key, "%s is not an octal mode from 0 to 0777", value_of(r));
		return;
	}
	snprintf(text, sizeof(text), "%04o", mode);
	set(r, c->key, text);
}

static void take_size(struct vty_reader *r, const struct vty_command *c)
{
	const char *text = value_of(r);
	uint64_t size;

	set(r, c->key, text);
	if (!parse_size(text, &size))
		vty_complain(r, c->key, "%s is not a number of bytes", text);
	else if (size == 0)
		warn(r, c->key,
		    "max-file-size 0: the original starts a file for each packet, here 0 is no "
		    "limit");
	else if (text[strspn(text, "0123456789")])
		warn(r, c->key,
		    "max-file-size with a unit: the original reads the digits only; taken as "
		    "meant");
}

static void take_rotate(struct vty_reader *r, const struct vty_command *c)
{
	/* each before the next larger one; what follows a year is never */
	static const char *const units[] = {
	    "second", "minute", "hour", "day", "month", "year", "never"};
	const struct vty_line *l = &r->line;
	struct rotate rotate;
	char text[ROTATE_TEXT_MAX + 24];
	uint64_t mod = 1;
	size_t u = 0;

	while (u < 6 && strcmp(l->word[1], units[u]) != 0)
		u++;
	if (u == 6 || (l->n == 4 && !parse_number(l->word[3], 1, UINT32_MAX, &mod))) {
		vty_complain(r, c->key,
		    "expected rotate-localtime UNIT or UNIT mod N, UNIT one of second "
		    "minute hour day month year");
		return;
	}
	if (l->n == 2)
		snprintf(text, sizeof(text), "%s", units[u]);
	else
		snprintf(text, sizeof(text), "%s mod %" PRIu64, units[u], mod);
	if (!rotate_parse(text, &rotate)) {
		set(r, c->key, text);
		return;
	}
	set(r, c->key, units[u + 1]);
	snprintf(text, sizeof(text), "The same as \"%s\":", units[u + 1]);
	vty_note_line(r, c->key, text);
}

static struct vty_client *find_client(struct vty *v, const char *name)
{
	for (size_t i = 0; i < v->nclients; i++)
		if (strcmp(v->clients[i].name, name) == 0)
			return &v->clients[i];
	return NULL;
}

/* A name that is in the list already keeps its place there, as in the original. */
static void take_client(struct vty_reader *r, const struct vty_command *c)
{
	const struct vty_line *l = &r->line;
	struct vty *v = r->v;
	struct vty_client new = {.line = l->number}, *at = find_client(v, l->word[1]), *list;

	vty_settle(r, c->key);
	new.store = l->n == 3 || strcmp(l->word[3], "no-store") != 0;
	new.tls = l->n > 3 && strcmp(l->word[l->n - 1], "tls") == 0;
	new.name = vty_copy(v, l->word[1]);
	new.address = vty_copy(v, l->word[2]);
	new.said = vty_copy(v, l->said);
	if (!new.name || !new.address || !new.said) {
		vty_client_free(&new);
		return;
	}
	if (at) {
		outdated(r, c->key, at->line, at->said, "Overridden");
		vty_client_free(at);
		*at = new;
		return;
	}
	list = realloc(v->clients, (v->nclients + 1) * sizeof(*list));
	if (!list) {
		v->no_memory = true;
		vty_client_free(&new);
		return;
	}
	v->clients = list;
	list[v->nclients++] = new;
}

/* No version of the original has it: its start ends there with "There is no such command". */
static void bare_tls(struct vty_reader *r, const struct vty_command *c)
{
	vty_complain(
	    r, c->key, "the original has no such command: put store or no-store before tls");
}

static void take_no_client(struct vty_reader *r, const struct vty_command *c)
{
	struct vty *v = r->v;
	struct vty_client *at = find_client(v, value_of(r));

	vty_settle(r, c->key);
	if (!at) {
		vty_note_line(r, c->key, "Removes a client that is not there:");
		return;
	}
	outdated(r, c->key, at->line, at->said, "Removed");
	vty_note_line(r, c->key, "Removes a client, which is left out here:");
	vty_client_free(at);
	memmove(at, at + 1, (size_t)(v->clients + v->nclients - at - 1) * sizeof(*at));
	v->nclients--;
}

#define NONE "No counterpart: "
static const char other_program[] =
    NONE "a command of osmo-pcap-client; the server verifies clients as allow-auth says:";
static const char own_groups[] = NONE "GnuTLS has groups of its own for Diffie-Hellman:";
static const char no_queue[] = NONE "nothing is queued here, a full disk makes the client wait:";

/* Within the node server. */
static const struct vty_command server_commands[] = {
    {"base-path PATH", take, VTY_BASE_PATH, NULL},
    {"completed-path PATH", take, VTY_COMPLETED_PATH, NULL},
    {"no completed-path", leave_out, VTY_COMPLETED_PATH, NULL},
    {"file-permission-mask MODE", take_mode, VTY_MODE, NULL},
    {"server ip A.B.C.D", take_ip, VTY_IP, NULL},
    {"server port N", take_port, VTY_PORT, NULL},
    {"max-snaplen N", take_snaplen, VTY_SNAPLEN, NULL},
    {"server max-snaplen N", take_snaplen, VTY_SNAPLEN, NULL}, /* what its `write` makes of it */
    {"max-file-size N", take_size, VTY_FILE_SIZE, NULL},
    {"no max-file-size", fixed, VTY_FILE_SIZE, "0"},
    {"rotate-localtime UNIT", take_rotate, VTY_ROTATE, NULL},
    {"rotate-localtime UNIT mod N", take_rotate, VTY_ROTATE, NULL},
    {"no rotate-localtime", fixed, VTY_ROTATE, "never"},
    {"client NAME A.B.C.D", take_client, VTY_CLIENTS, NULL},
    {"client NAME A.B.C.D store", take_client, VTY_CLIENTS, NULL},
    {"client NAME A.B.C.D no-store", take_client, VTY_CLIENTS, NULL},
    {"client NAME A.B.C.D tls", bare_tls, VTY_CLIENTS, NULL},
    {"client NAME A.B.C.D store tls", take_client, VTY_CLIENTS, NULL},
    {"client NAME A.B.C.D no-store tls", take_client, VTY_CLIENTS, NULL},
    {"no client NAME", take_no_client, VTY_CLIENTS, NULL},
    {"enable tls", fixed, VTY_TLS, "on"},
    {"disable tls", leave_out, VTY_TLS, NULL},
    {"tls allow-auth x509", fixed, VTY_X509, "on"},
    {"no tls allow-auth x509", leave_out, VTY_X509, NULL},
    {"tls allow-auth anonymous", fixed, VTY_ANONYMOUS, "on"},
    {"no tls allow-auth anonymous", leave_out, VTY_ANONYMOUS, NULL},
    {"tls capath FILE", take, VTY_CAPATH, NULL},
    {"no tls capath", leave_out, VTY_CAPATH, NULL},
    {"tls crlfile FILE", take, VTY_CRLFILE, NULL},
    {"no tls crlfile", leave_out, VTY_CRLFILE, NULL},
    {"tls server-cert FILE", take, VTY_SERVER_CERT, NULL},
    {"no tls server-cert", leave_out, VTY_SERVER_CERT, NULL},
    {"tls server-key FILE", take, VTY_SERVER_KEY, NULL},
    {"no tls server-key", leave_out, VTY_SERVER_KEY, NULL},
    {"tls priority STRING", take, VTY_PRIORITY, NULL},
    {"no tls priority", leave_out, VTY_PRIORITY, NULL},
    {"tls log-level ...", no_counterpart, VTY_TLS, NONE "log-level is for everything:"},
    {"no tls log-level", no_counterpart, VTY_TLS, NONE "log-level is for everything:"},
    {"tls dh ...", no_counterpart, VTY_TLS, own_groups},
    {"no tls dh ...", no_counterpart, VTY_TLS, own_groups},
    {"tls verify-cert", no_counterpart, VTY_TLS, other_program},
    {"no tls verify-cert", no_counterpart, VTY_TLS, other_program},
    {"tls hostname ...", no_counterpart, VTY_TLS, other_program},
    {"no tls hostname", no_counterpart, VTY_TLS, other_program},
    {"tls client-cert ...", no_counterpart, VTY_TLS, other_program},
    {"no tls client-cert", no_counterpart, VTY_TLS, other_program},
    {"tls client-key ...", no_counterpart, VTY_TLS, other_program},
    {"no tls client-key", no_counterpart, VTY_TLS, other_program},
    {"file-write-queue-max-length ...", no_counterpart, VTY_REST, no_queue},
    {"no file-write-queue-max-length", no_counterpart, VTY_REST, no_queue},
    {"zeromq-publisher A.B.C.D N", take_publisher, VTY_PUBLISHER, NULL},
    {"no zeromq-publisher", leave_out, VTY_PUBLISHER, NULL},
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
    {"log ...", no_counterpart, VTY_REST, no_log},
    {"logging ...", no_counterpart, VTY_REST, no_log},
    {"no log ...", no_counterpart, VTY_REST, no_log},
    {"line vty", no_counterpart, VTY_REST, no_vty},
    {"login", no_counterpart, VTY_REST, no_vty},
    {"no login", no_counterpart, VTY_REST, no_vty},
    {"bind ...", no_counterpart, VTY_REST, no_vty},
    {"hostname ...", no_counterpart, VTY_REST, no_vty},
    {"no hostname ...", no_counterpart, VTY_REST, no_vty},
    {"password ...", no_counterpart, VTY_REST, no_vty},
    {"enable password ...", no_counterpart, VTY_REST, no_vty},
    {"no enable password", no_counterpart, VTY_REST, no_vty},
    {"banner ...", no_counterpart, VTY_REST, no_vty},
    {"no banner ...", no_counterpart, VTY_REST, no_vty},
    {"service ...", no_counterpart, VTY_REST, no_vty},
    {"no service ...", no_counterpart, VTY_REST, no_vty},
    {"ctrl", no_counterpart, VTY_REST, no_ctrl},
    {"stats ...", no_counterpart, VTY_REST, no_stats},
    {"no stats ...", no_counterpart, VTY_REST, no_stats},
    {"stats-tcp interval ...", no_counterpart, VTY_REST, no_tcp_stats},
    {"stats-tcp batch-size ...", no_counterpart, VTY_REST, no_tcp_stats},
    {"cpu-sched", no_counterpart, VTY_REST, no_sched},
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
