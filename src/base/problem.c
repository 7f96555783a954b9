/* problem: see problem.h. */
#include "base/problem.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

static void add(
    struct problems *p, bool warning, const char *file, unsigned line, const char *fmt, va_list ap)
{
	struct problem *list = realloc(p->list, (p->n + 1) * sizeof(*list));
	struct problem *new;

	p->errors += !warning;
	if (!list)
		return; /* still counted, so nothing goes on as if all were well */
	p->list = list;
	new = &list[p->n];
	*new = (struct problem){.warning = warning, .line = line, .file = strdup(file ? file : "")};
	if (vasprintf(&new->text, fmt, ap) < 0)
		new->text = NULL;
	for (char *c = new->text; c &&*c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?'; /* from the configuration; a line stays a line */
	if (!new->file || !new->text) {
		free(new->file);
		free(new->text);
		return;
	}
	p->n++;
}

void problem_error(struct problems *p, const char *file, unsigned line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(p, false, file, line, fmt, ap);
	va_end(ap);
}

void problem_warning(struct problems *p, const char *file, unsigned line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(p, true, file, line, fmt, ap);
	va_end(ap);
}

void problems_free(struct problems *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->list[i].file);
		free(p->list[i].text);
	}
	free(p->list);
	*p = (struct problems){0};
}

static const char *kind(const struct problem *p)
{
	return p->warning ? "warning" : "error";
}

void problems_print(const struct problems *p, FILE *out)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct problem *e = &p->list[i];

		if (e->file[0] && e->line)
			fprintf(out, "%s:%u: ", e->file, e->line);
		else if (e->file[0])
			fprintf(out, "%s: ", e->file);
		fprintf(out, "%s: %s\n", kind(e), e->text);
	}
}

void problems_log(const struct problems *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct problem *e = &p->list[i];
		enum log_level level = e->warning ? LVL_WARNING : LVL_ERROR;

		if (e->line)
			log_line(level, "%s file=%s line=%u reason=%s", kind(e), LOG_QUOTE(e->file),
			    e->line, LOG_QUOTE(e->text));
		else
			log_line(level, "%s file=%s reason=%s", kind(e), LOG_QUOTE(e->file),
			    LOG_QUOTE(e->text));
	}
}
