/* problem: see problem.h. */
#include "base/problem.h"

#include <string.h>

#include "base/cstr.h"
#include "base/log.h"

static void add(
    struct problems *p, bool warning, const char *file, unsigned line, const char *fmt, va_list ap)
{
	struct problem *list;
	char *name, *text;

	p->errors += !warning; /* first: an error counts even if there is no memory for its text */
	if (!p->region && !(p->region = region_new()))
		return;
	list = region_grow(p->region, p->list, p->n, sizeof(*list));
	if (!list)
		return;
	p->list = list;
	name = region_text(p->region, file ? file : "", file ? strlen(file) : 0);
	text = region_vprint(p->region, fmt, ap);
	if (!name || !text)
		return;
	cstr_printable(text, strlen(text)); /* it may quote the configuration */
	list[p->n++] =
	    (struct problem){.warning = warning, .line = line, .file = name, .text = text};
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
	region_free(p->region);
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

bool problems_tell(struct problems *p, FILE *out)
{
	bool ok = p->errors == 0;

	problems_print(p, out);
	problems_free(p);
	return ok;
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
