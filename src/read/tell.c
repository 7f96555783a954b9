/* tell: see tell.h. */
#include "read/tell.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cstr.h"

/* FNV-1a. */
static uint64_t hash(const char *text)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return h;
}

static bool has(const uint64_t *line, unsigned n, uint64_t h)
{
	for (unsigned i = 0; i < n; i++)
		if (line[i] == h)
			return true;
	return false;
}

static bool is_news(struct tell *t, const char *text)
{
	uint64_t h = hash(text);

	if (t->lines == TELL_LINES || has(t->line, t->lines, h))
		return false;
	t->line[t->lines++] = h;
	return !has(t->before, t->lines_before, h);
}

void tell_round(struct tell *t)
{
	memcpy(t->before, t->line, sizeof(t->before));
	t->lines_before = t->lines;
	t->lines = 0;
	t->rounds = true;
}

void tell_rounds_end(struct tell *t)
{
	t->rounds = false;
}

static void print(struct tell *t, const char *fmt, va_list ap)
{
	char text[5000];

	if (t->silent)
		return;
	vsnprintf(text, sizeof(text), fmt, ap);
	cstr_printable(text, strlen(text));
	if (!is_news(t, text) && t->rounds)
		return;
	if (t->clear)
		t->clear(t->of);
	fprintf(stderr, "osmo-pcap-read: %s\n", text);
}

void tell_note(struct tell *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print(t, fmt, ap);
	va_end(ap);
}

void tell_error(struct tell *t, const char *fmt, ...)
{
	va_list ap;

	t->failed = true;
	va_start(ap, fmt);
	print(t, fmt, ap);
	va_end(ap);
}

void tell_damage(
    struct tell *t, const char *path, uint64_t offset, uint32_t packets, const char *why)
{
	if (packets > 0)
		tell_error(t, "%s: at byte %" PRIu64 ": %s; %" PRIu32 " packet%s left out", path,
		    offset, why, packets, packets > 1 ? "s are" : " is");
	else
		tell_error(t, "%s: at byte %" PRIu64 ": %s", path, offset, why);
}
