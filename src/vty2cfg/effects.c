/* effects: see vty2cfg/effects.h. */
#include "vty2cfg/effects.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/parse.h"
#include "capture/rotate.h"

void vty_take(struct vty_reader *r, const struct vty_command *c)
{
	vty_set(r, c->key, vty_value(r));
}

void vty_leave_out(struct vty_reader *r, const struct vty_command *c)
{
	vty_set(r, c->key, NULL);
}

void vty_fixed(struct vty_reader *r, const struct vty_command *c)
{
	vty_set(r, c->key, c->text);
}

void vty_no_counterpart(struct vty_reader *r, const struct vty_command *c)
{
	vty_note_line(r, c->key, c->text);
}

/* A value that the server refuses is kept: the server must not start with another one instead. */
void vty_take_ip(struct vty_reader *r, const struct vty_command *c)
{
	struct addr_zoned a;
	const char *why = addr_zoned_parse(vty_value(r), &a);

	vty_set(r, c->key, vty_value(r));
	if (why)
		vty_complain(r, c->key, "%s: %s", vty_value(r), why);
}

static void take_number(struct vty_reader *r, const struct vty_command *c, uint64_t max)
{
	uint64_t n;
	char text[24];

	if (!parse_number(vty_value(r), 1, max, &n)) {
		vty_complain(r, c->key, "%s is not a number from 1 to %" PRIu64, vty_value(r), max);
		return;
	}
	snprintf(text, sizeof(text), "%" PRIu64, n);
	vty_set(r, c->key, text);
}

void vty_take_port(struct vty_reader *r, const struct vty_command *c)
{
	take_number(r, c, 65535);
}

void vty_take_snaplen(struct vty_reader *r, const struct vty_command *c)
{
	take_number(r, c, 262144);
}

/* "*" is every address of IPv4 there. */
void vty_take_publisher(struct vty_reader *r, const struct vty_command *c)
{
	const char *address = strcmp(r->line.word[1], "*") == 0 ? "0.0.0.0" : r->line.word[1];
	struct addr a;
	uint64_t port;
	char text[64];

	if (!addr_parse(address, &a) || a.len != 4) {
		vty_complain(r, c->key, "%s is neither an IPv4 address nor *", r->line.word[1]);
		return;
	}
	if (!parse_number(vty_value(r), 1, 65535, &port)) {
		vty_complain(r, c->key, "%s is not a number from 1 to 65535", vty_value(r));
		return;
	}
	snprintf(text, sizeof(text), "tcp://%s:%" PRIu64, address, port);
	vty_set(r, c->key, text);
}

void vty_take_mode(struct vty_reader *r, const struct vty_command *c)
{
	unsigned mode;
	char text[8];

	if (!parse_mode(vty_value(r), &mode)) {
		vty_set(r, c->key, vty_value(r));
		vty_complain(r, c->key, "%s is not an octal mode from 0 to 0777", vty_value(r));
		return;
	}
	snprintf(text, sizeof(text), "%04o", mode);
	vty_set(r, c->key, text);
}

void vty_take_size(struct vty_reader *r, const struct vty_command *c)
{
	const char *text = vty_value(r);
	uint64_t size;

	vty_set(r, c->key, text);
	if (!parse_size(text, &size))
		vty_complain(r, c->key, "%s is not a number of bytes", text);
	else if (size == 0)
		vty_warn(r, c->key,
		    "max-file-size 0: the original starts a file for each packet, here 0 is no "
		    "limit");
	else if (text[strspn(text, "0123456789")])
		vty_warn(r, c->key,
		    "max-file-size with a unit: the original reads the digits only; taken as "
		    "meant");
}

void vty_take_rotate(struct vty_reader *r, const struct vty_command *c)
{
	/* each before the next larger one; what follows a year is never */
	static const char *const units[] = {
	    "second", "minute", "hour", "day", "month", "year", "never"};
	const struct vty_line *l = &r->line;
	struct rotate rotate;
	char text[ROTATE_TEXT_MAX + 24];
	uint64_t mod = 1;
	size_t u = 0;

	while (u < 6 && strcmp(l->word[1], units[u]) != 0)
		u++;
	if (u == 6 || (l->n == 4 && !parse_number(l->word[3], 1, UINT32_MAX, &mod))) {
		vty_complain(r, c->key,
		    "expected rotate-localtime UNIT or UNIT mod N, UNIT one of second "
		    "minute hour day month year");
		return;
	}
	if (l->n == 2)
		snprintf(text, sizeof(text), "%s", units[u]);
	else
		snprintf(text, sizeof(text), "%s mod %" PRIu64, units[u], mod);
	if (!rotate_parse(text, &rotate)) {
		vty_set(r, c->key, text);
		return;
	}
	vty_set(r, c->key, units[u + 1]);
	snprintf(text, sizeof(text), "The same as \"%s\":", units[u + 1]);
	vty_note_line(r, c->key, text);
}
