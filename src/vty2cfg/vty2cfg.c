/* vty2cfg: see vty2cfg/vty2cfg.h. */
#include "vty2cfg/vty2cfg.h"

#include <stdlib.h>
#include <string.h>

char *vty_copy(struct vty *v, const char *text)
{
	char *out = text ? strdup(text) : NULL;

	v->no_memory |= text && !out;
	return out;
}

void vty_note(struct vty *v, int place, unsigned line, const char *said, const char *why)
{
	struct vty_note *list = realloc(v->notes, (v->nnotes + 1) * sizeof(*list));

	if (!list) {
		v->no_memory = true;
		return;
	}
	v->notes = list;
	list[v->nnotes++] = (struct vty_note){place, line, vty_copy(v, said), vty_copy(v, why)};
}

void vty_client_free(struct vty_client *c)
{
	free(c->name);
	free(c->address);
	free(c->said);
}

void vty_free(struct vty *v)
{
	for (size_t i = 0; i < VTY_KEYS; i++) {
		free(v->key[i].value);
		free(v->key[i].said);
	}
	for (size_t i = 0; i < v->nclients; i++)
		vty_client_free(&v->clients[i]);
	for (size_t i = 0; i < v->nnotes; i++) {
		free(v->notes[i].said);
		free(v->notes[i].why);
	}
	free(v->clients);
	free(v->notes);
	*v = (struct vty){0};
}
