/* print: see vty2cfg/print.h. */
#include "vty2cfg/print.h"

#include <stdlib.h>
#include <string.h>

#include "base/cstr.h"
#include "base/quote.h"

struct printer {
	const struct vty *v;
	FILE *out;
	bool *done; /* done[i]: note i has been printed */
};

static const struct {
	const char *name;
	bool number;
} keys[VTY_KEYS] = {
    [VTY_IP] = {"ip", false},
    [VTY_PORT] = {"port", true},
    [VTY_BASE_PATH] = {"base-path", false},
    [VTY_COMPLETED_PATH] = {"completed-path", false},
    [VTY_MODE] = {"file-permission-mask", false},
    [VTY_SNAPLEN] = {"max-snaplen", true},
    [VTY_FILE_SIZE] = {"max-file-size", false},
    [VTY_ROTATE] = {"rotate-localtime", false},
    [VTY_CAPATH] = {"capath", false},
    [VTY_CRLFILE] = {"crlfile", false},
    [VTY_SERVER_CERT] = {"server-cert", false},
    [VTY_SERVER_KEY] = {"server-key", false},
    [VTY_PRIORITY] = {"priority", false},
    [VTY_PUBLISHER] = {"bind", false},
};

/* Text within a comment: what would end its line is replaced; tabs stay. */
static void print_in_comment(const char *text, FILE *out)
{
	for (; *text; text++)
		fputc(*text == '\t' ? '\t' : cstr_printable_char(*text), out);
}

static void print_note(
    const struct printer *p, const struct vty_note *n, bool same, const char *prefix)
{
	if (!same) {
		fprintf(p->out, "%s// ", prefix);
		print_in_comment(n->why ? n->why : n->said ? n->said : "", p->out);
		fputc('\n', p->out);
	}
	if (n->why && n->said) {
		fprintf(p->out, "%s//   line %u: ", prefix, n->line);
		print_in_comment(n->said, p->out);
		fputc('\n', p->out);
	}
}

/* The notes of a place from lines up to `last`; a reason that repeats is printed once. */
static void print_notes(const struct printer *p, int place, unsigned last, const char *prefix)
{
	const struct vty_note *before = NULL;

	for (size_t i = 0; i < p->v->nnotes; i++) {
		const struct vty_note *n = &p->v->notes[i];

		if (p->done[i] || n->place != place || n->line > last)
			continue;
		print_note(p, n,
		    before && before->why && n->why && n->said && strcmp(before->why, n->why) == 0,
		    prefix);
		before = n;
		p->done[i] = true;
	}
}

static void print_setting(const struct printer *p, int key, const char *prefix)
{
	const struct vty_setting *s = &p->v->key[key];

	print_notes(p, key, -1U, prefix);
	if (!s->value && s->line) {
		fprintf(
		    p->out, "%s// The key is left out:\n%s//   line %u: ", prefix, prefix, s->line);
		print_in_comment(s->said, p->out);
		fputc('\n', p->out);
	}
	if (!s->value)
		return;
	fprintf(p->out, "%s%s = ", prefix, keys[key].name);
	if (keys[key].number)
		fputs(s->value, p->out);
	else
		quote_print(s->value, p->out);
	fputs(";\n", p->out);
}

/* The lines of a switch (enable tls, tls allow-auth), which has no key of the same name. */
static void print_switch(const struct printer *p, int key, const char *prefix)
{
	const struct vty_setting *s = &p->v->key[key];

	print_notes(p, key, -1U, prefix);
	if (s->line && !s->value) {
		fprintf(p->out, "%s// line %u: ", prefix, s->line);
		print_in_comment(s->said, p->out);
		fputc('\n', p->out);
	}
}

static void print_tls(const struct printer *p)
{
	const char *outer = p->v->tls_group ? "\t" : "\t//";
	const char *inner = p->v->tls_group ? "\t\t" : "\t//\t";
	bool any = false;

	for (int k = VTY_TLS; k < VTY_TLS_END; k++)
		any |= p->v->key[k].line != 0;
	for (size_t i = 0; i < p->v->nnotes; i++)
		any |= p->v->notes[i].place >= VTY_TLS && p->v->notes[i].place < VTY_TLS_END;
	if (!any)
		return;
	print_switch(p, VTY_TLS, "\t");
	if (!p->v->tls_group)
		fprintf(p->out, "\t// %s:\n",
		    p->v->key[VTY_TLS].value
			? "TLS is enabled, no client uses it, and the group would not be complete"
			: "TLS is not enabled; this is how it was set");
	fprintf(p->out, "%stls:\n%s{\n", outer, outer);
	print_switch(p, VTY_X509, inner);
	print_switch(p, VTY_ANONYMOUS, inner);
	if (p->v->auth)
		fprintf(p->out, "%sallow-auth = \"%s\";\n", inner, p->v->auth);
	for (int k = VTY_CAPATH; k < VTY_TLS_END; k++)
		print_setting(p, k, inner);
	fprintf(p->out, "%s};\n", outer);
}

/* Where nothing is published, the lines that say so are comments. */
static void print_publisher(const struct printer *p)
{
	if (!p->v->key[VTY_PUBLISHER].value) {
		print_setting(p, VTY_PUBLISHER, "");
		return;
	}
	fputs("// For osmo-pcap-publish, a program of its own: the server publishes nothing.\n"
	      "zeromq-publisher:\n{\n",
	    p->out);
	print_setting(p, VTY_PUBLISHER, "\t");
	fputs("};\n", p->out);
}

static void print_client(const struct printer *p, const struct vty_client *c, bool last)
{
	print_notes(p, VTY_CLIENTS, c->line, "\t");
	fputs(c->unreachable ? "\t//{ name = " : "\t{ name = ", p->out);
	quote_print(c->name, p->out);
	fputs("; address = ", p->out);
	quote_print(c->address, p->out);
	fputs(";", p->out);
	if (!c->store)
		fputs(" store = false;", p->out);
	if (c->tls)
		fputs(" tls = true;", p->out);
	fputs(last || c->unreachable ? " }\n" : " },\n", p->out);
}

static void print_clients(const struct printer *p)
{
	const struct vty *v = p->v;
	size_t last = v->nclients; /* no comma may follow the last one */

	while (last > 0 && v->clients[last - 1].unreachable)
		last--;
	fputs("clients = (\n", p->out);
	for (size_t i = 0; i < v->nclients; i++)
		print_client(p, &v->clients[i], i + 1 == last);
	print_notes(p, VTY_CLIENTS, -1U, "\t");
	fputs(");\n", p->out);
}

bool vty_print(const struct vty *v, const char *file, size_t errors, FILE *out)
{
	struct printer p = {v, out, calloc(v->nnotes + 1, sizeof(bool))};

	if (!p.done)
		return false;
	fputs("// Made by osmo-pcap-vty2cfg from ", out);
	print_in_comment(file, out);
	fputs("; check it with osmo-pcap-server -t -c FILE\n", out);
	if (errors)
		fprintf(out, "// INCOMPLETE: errors: %zu. Each is named below.\n", errors);
	print_notes(&p, VTY_HEAD, -1U, "");
	fputs("\nserver:\n{\n", out);
	for (int k = 0; k < VTY_SERVER_END; k++)
		print_setting(&p, k, "\t");
	print_tls(&p);
	fputs("};\n", out);
	print_publisher(&p);
	print_clients(&p);
	for (size_t i = 0; i < v->nnotes; i++)
		if (v->notes[i].place == VTY_REST) {
			fputc('\n', out);
			break;
		}
	print_notes(&p, VTY_REST, -1U, "");
	free(p.done);
	return true;
}
