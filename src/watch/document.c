/* document: see document.h. */
#include "watch/document.h"

#include <inttypes.h>

#include "base/json.h"
#include "status/check.h"

/* Of the object that is being written. */
struct object {
	FILE *to;
	bool begun;
};

static void key(struct object *o, const char *name)
{
	if (o->begun)
		putc(',', o->to);
	o->begun = true;
	json_text(o->to, name);
	putc(':', o->to);
}

static void text(struct object *o, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	key(o, name);
	json_text(o->to, value);
}

static void number(struct object *o, const char *name, uint64_t n)
{
	key(o, name);
	fprintf(o->to, "%" PRIu64, n);
}

static void real(struct object *o, const char *name, double n)
{
	key(o, name);
	fprintf(o->to, "%.3f", n);
}

static void moment(struct object *o, const char *name, int64_t ms)
{
	if (ms > 0)
		real(o, name, (double)ms / 1000);
}

static void flag(struct object *o, const char *name, bool is)
{
	key(o, name);
	fputs(is ? "true" : "false", o->to);
}

static struct object begin(struct object *in, const char *name)
{
	key(in, name);
	putc('{', in->to);
	return (struct object){.to = in->to};
}

static void end(const struct object *o)
{
	putc('}', o->to);
}

/* ---- the server ---- */

static void by_word(struct object *in, const char *name, const char *(*word)(uint32_t),
    const uint64_t *count, uint32_t n)
{
	struct object o = begin(in, name);

	for (uint32_t i = 0; i < n; i++)
		number(&o, word(i), count[i]);
	end(&o);
}

static void print_server(const struct snapshot *s, struct object *in)
{
	const struct status_server *h = &s->server;
	struct object o = begin(in, "server");

	flag(&o, "running", s->running);
	number(&o, "pid", h->pid);
	text(&o, "program", h->program);
	text(&o, "config", h->config);
	text(&o, "sandbox", h->sandbox);
	moment(&o, "started", s->started);
	number(&o, "generation", h->generation);
	moment(&o, "configured", s->reloaded);
	number(&o, "reloads-failed", h->reloads_failed);
	number(&o, "connections", h->connections);
	number(&o, "unestablished", h->unestablished);
	number(&o, "max-connections", h->max_connections);
	number(&o, "accepted", h->accepted);
	number(&o, "full", h->full);
	by_word(&o, "refused", status_refused_word, h->refused, STATUS_REFUSED);
	by_word(&o, "ended", status_end_word, h->ended, STATUS_ENDS);
	number(&o, "repair-rounds", h->repair_rounds);
	number(&o, "repair-rounds-failed", h->repair_rounds_failed);
	number(&o, "repaired-files", h->repaired_files);
	number(&o, "log-lines-lost", h->log_lines_lost);
	key(&o, "listeners");
	putc('[', o.to);
	for (size_t i = 0; i < h->listeners; i++) {
		if (i > 0)
			putc(',', o.to);
		json_text(o.to, h->listener[i]);
	}
	putc(']', o.to);
	end(&o);
}

/* ---- clients ---- */

static void print_session(const struct snapshot_session *k, FILE *to)
{
	struct object o = {.to = to};

	putc('{', to);
	text(&o, "peer", k->peer);
	text(&o, "via", k->via);
	number(&o, "pid", k->pid);
	text(&o, "state", status_state_word(k->state));
	flag(&o, "tls", k->tls);
	flag(&o, "outlived", k->outlived);
	flag(&o, "waiting", k->waiting);
	text(&o, "protocol", k->protocol);
	text(&o, "certificate", k->subject);
	moment(&o, "certificate-ends", k->expires);
	moment(&o, "since", k->since);
	moment(&o, "last-packet", k->last_packet);
	number(&o, "packets", k->packets);
	number(&o, "bytes", k->bytes);
	number(&o, "files", k->files);
	number(&o, "cut", k->cut);
	number(&o, "filtered", k->filtered);
	real(&o, "packets-per-second", k->packet_rate);
	real(&o, "bits-per-second", k->byte_rate * 8);
	text(&o, "file", k->file);
	number(&o, "file-bytes", k->file_bytes);
	end(&o);
}

static void print_sessions(struct object *in, const struct snapshot_session *k, size_t n)
{
	key(in, "recordings");
	putc('[', in->to);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			putc(',', in->to);
		print_session(&k[i], in->to);
	}
	putc(']', in->to);
}

static void print_client(const struct snapshot_client *c, FILE *to)
{
	struct object o = {.to = to};

	putc('{', to);
	text(&o, "name", c->name);
	text(&o, "state", snapshot_state_word(c->state));
	flag(&o, "listed", c->listed);
	flag(&o, "tls", c->tls);
	flag(&o, "store", c->store);
	if (c->max_silence > 0)
		number(&o, "max-silence", c->max_silence);
	moment(&o, "known-since", c->since);
	moment(&o, "last-packet", c->last_packet);
	moment(&o, "last-connection", c->last_connection);
	moment(&o, "last-end", c->last_end);
	text(&o, "last-end-kind", c->last_end_word);
	text(&o, "last-end-reason", c->last_reason);
	number(&o, "connections", c->connections);
	number(&o, "refused", c->refused);
	number(&o, "rejected", c->rejected);
	number(&o, "packets", c->packets);
	number(&o, "bytes", c->bytes);
	number(&o, "files", c->files);
	number(&o, "cut", c->cut);
	number(&o, "filtered", c->filtered);
	real(&o, "packets-per-second", c->packet_rate);
	real(&o, "bits-per-second", c->byte_rate * 8);
	print_sessions(&o, c->session, c->sessions);
	end(&o);
}

static void print_clients(const struct snapshot *s, struct object *in)
{
	key(in, "clients");
	putc('[', in->to);
	for (size_t i = 0; i < s->clients; i++) {
		fputs(i > 0 ? ",\n" : "\n", in->to);
		print_client(&s->client[i], in->to);
	}
	putc(']', in->to);
	key(in, "unknown");
	putc('[', in->to);
	for (size_t i = 0; i < s->unknown; i++) {
		if (i > 0)
			putc(',', in->to);
		print_session(&s->session[i], in->to);
	}
	putc(']', in->to);
}

/* ---- the rest ---- */

static void print_archive(const struct snapshot_archive *a, struct object *in)
{
	struct object o = begin(in, "archive");

	text(&o, "error", a->why);
	if (!a->why) {
		number(&o, "files", a->files);
		number(&o, "bytes", a->bytes);
		number(&o, "free", a->free);
		number(&o, "size", a->size);
		moment(&o, "oldest", a->oldest);
		number(&o, "bytes-per-day", a->growth);
		if (a->full_in >= 0)
			number(&o, "full-in", (uint64_t)a->full_in);
		if (a->hands_over)
			number(&o, "waiting-for-hand-over", a->waiting);
	}
	if (!a->unseen) {
		number(&o, "completed", a->completed);
		moment(&o, "completed-oldest", a->completed_oldest);
	}
	end(&o);
}

void document_print(const struct snapshot *s, FILE *to)
{
	struct object o = {.to = to};

	putc('{', to);
	moment(&o, "time", s->now);
	if (s->known) {
		print_server(s, &o);
		print_clients(s, &o);
	} else {
		text(&o, "error", s->why);
	}
	if (s->disk.known) {
		struct object disk = begin(&o, "disk");

		number(&disk, "free", s->disk.free);
		number(&disk, "size", s->disk.size);
		end(&disk);
	}
	if (s->archive.configured)
		print_archive(&s->archive, &o);
	moment(&o, "certificate-ends", s->expiry.certificate);
	moment(&o, "revocation-list-ends", s->expiry.list);
	fputs("}\n", to);
}
