/* parse: see vty2cfg/parse.h. */
#include "vty2cfg/parse.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "vty2cfg/commands.h"

/* The position among the nodes. */
struct nodes {
	struct vty_reader r;
	bool in_server;  /* commands of the server are understood */
	bool had_server; /* there was a server node */
	size_t server_indent;
	size_t indent;   /* of the line whose children may follow; SIZE_MAX: none may */
	const char *why; /* the note of its children; NULL: they are commands of the server */
};

static bool is(const struct vty_line *l, const char *word)
{
	return l->n == 1 && strcmp(l->word[0], word) == 0;
}

static void unknown(
    struct vty_reader *r, const struct vty_command *in_server, const struct vty_command *near)
{
	const struct vty_line *l = &r->line;

	if (is(l, "client") || (l->n > 0 && strcmp(l->word[0], "pcap-store-connection") == 0))
		vty_complain(r, VTY_REST, "this belongs into a configuration of osmo-pcap-client");
	else if (in_server)
		vty_complain(r, VTY_REST, "a command of the node server that stands outside of it");
	else if (near)
		vty_complain(r, near->key, "not understood; expected %s", near->pattern);
	else
		vty_complain(r, VTY_REST, "not understood");
}

static void command(struct nodes *n)
{
	struct vty_reader *r = &n->r;
	const struct vty_line *l = &r->line;
	bool child = l->indent > n->indent;
	const struct vty_command *c, *other, *near;

	if (is(l, "end") || is(l, "exit")) {
		n->in_server = false;
		n->indent = SIZE_MAX;
		return;
	}
	if (child && n->why) {
		vty_note_line(r, VTY_REST, n->why);
		return;
	}
	if (is(l, "server")) {
		n->in_server = n->had_server = true;
		n->indent = n->server_indent = l->indent;
		n->why = NULL;
		vty_settle(r, VTY_IP);
		return;
	}
	c = vty_server_command(l, &near);
	if (c && n->in_server) {
		c->apply(r, c);
		return;
	}
	other = vty_other_command(l);
	if (other) {
		n->in_server = n->in_server && l->indent > n->server_indent;
		other->apply(r, other);
	} else {
		unknown(r, c, n->in_server ? near : NULL);
	}
	n->indent = l->indent;
	n->why = other ? other->text : "Not understood, like the line before:";
}

static void comment(struct vty_reader *r, const char *text)
{
	text += strspn(text, "!# \t");
	if (*text)
		vty_note(r->v, VTY_PENDING, r->line.number, text, NULL);
}

static bool blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Splits `cut` into words. */
static void split(struct vty_line *l)
{
	for (char *s = l->cut; *s;) {
		while (blank(*s))
			*s++ = '\0';
		if (!*s)
			return;
		if (l->n < VTY_WORDS)
			l->word[l->n] = s;
		l->n++;
		while (*s && !blank(*s))
			s++;
	}
}

/* Fills r->line; false when the line is blank. */
static bool cut_line(struct vty_reader *r, const char *text, size_t len)
{
	struct vty_line *l = &r->line;

	*l = (struct vty_line){.number = l->number + 1};
	while (len > 0 && blank(text[len - 1]))
		len--;
	while (l->indent < len && blank(text[l->indent]))
		l->indent++;
	if (l->indent == len)
		return false;
	l->said = strndup(text + l->indent, len - l->indent);
	l->cut = l->said ? vty_copy(r->v, l->said) : NULL;
	if (l->said && l->cut)
		return true;
	r->v->no_memory = true;
	free(l->said);
	return false;
}

static void read_line(struct nodes *n, const char *text, size_t len)
{
	struct vty_reader *r = &n->r;

	if (!cut_line(r, text, len))
		return;
	if (memchr(text, '\0', len)) {
		vty_complain(r, VTY_REST, "not understood: it contains a NUL byte");
	} else if (r->line.said[0] == '!' || r->line.said[0] == '#') {
		comment(r, r->line.said);
	} else {
		split(&r->line);
		command(n);
	}
	free(r->line.said);
	free(r->line.cut);
}

void vty_parse(struct vty *v, const char *text, size_t len, const char *file, struct problems *p)
{
	struct nodes nodes = {.r = {.v = v, .problems = p, .file = file}, .indent = SIZE_MAX};

	*v = (struct vty){0};
	while (len > 0) {
		const char *end = memchr(text, '\n', len);
		size_t n = end ? (size_t)(end - text) : len;

		read_line(&nodes, text, n);
		text += n;
		len -= n;
		if (len > 0) {
			text++;
			len--;
		}
	}
	vty_settle(&nodes.r, VTY_REST);
	if (!nodes.had_server)
		problem_error(p, file, 0,
		    "there is no line `server`: is this a configuration of "
		    "osmo-pcap-server?");
}
