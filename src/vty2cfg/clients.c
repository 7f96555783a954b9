/* clients: see vty2cfg/clients.h. */
#include "vty2cfg/clients.h"

#include <stdlib.h>
#include <string.h>

static struct vty_client *find_client(struct vty *v, const char *name)
{
	for (size_t i = 0; i < v->nclients; i++)
		if (strcmp(v->clients[i].name, name) == 0)
			return &v->clients[i];
	return NULL;
}

void vty_client_take(struct vty_reader *r, const struct vty_command *c)
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
		vty_outdated(r, c->key, at->line, at->said, "Overridden");
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

void vty_client_bare_tls(struct vty_reader *r, const struct vty_command *c)
{
	vty_complain(
	    r, c->key, "the original has no such command: put store or no-store before tls");
}

void vty_client_remove(struct vty_reader *r, const struct vty_command *c)
{
	struct vty *v = r->v;
	struct vty_client *at = find_client(v, vty_value(r));

	vty_settle(r, c->key);
	if (!at) {
		vty_note_line(r, c->key, "Removes a client that is not there:");
		return;
	}
	vty_outdated(r, c->key, at->line, at->said, "Removed");
	vty_note_line(r, c->key, "Removes a client, which is left out here:");
	vty_client_free(at);
	memmove(at, at + 1, (size_t)(v->clients + v->nclients - at - 1) * sizeof(*at));
	v->nclients--;
}
