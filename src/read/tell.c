/* tell: see tell.h. */
#include "read/tell.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cstr.h"

static void print(struct tell *t, const char *fmt, va_list ap)
{
	char text[5000];

	if (t->muted)
		return;
	vsnprintf(text, sizeof(text), fmt, ap);
	cstr_printable(text, strlen(text));
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
