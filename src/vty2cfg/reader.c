/* reader: see vty2cfg/reader.h. */
#include "vty2cfg/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

const char *vty_value(const struct vty_reader *r)
{
	return r->line.word[r->line.n - 1];
}

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

void vty_warn(struct vty_reader *r, int place, const char *text)
{
	problem_warning(r->problems, r->file, r->line.number, "%s", text);
	vty_settle(r, place);
	vty_note(r->v, place, r->line.number, NULL, text);
}

void vty_outdated(struct vty_reader *r, int place, unsigned line, const char *said, const char *how)
{
	char why[64];

	snprintf(why, sizeof(why), "%s by line %u:", how, r->line.number);
	vty_note(r->v, place, line, said, why);
}

void vty_set(struct vty_reader *r, int key, const char *value)
{
	struct vty_setting *s = &r->v->key[key];

	vty_settle(r, key);
	if (s->line)
		vty_outdated(r, key, s->line, s->said, "Overridden");
	free(s->value);
	free(s->said);
	*s = (struct vty_setting){
	    vty_copy(r->v, value), vty_copy(r->v, r->line.said), r->line.number};
}
