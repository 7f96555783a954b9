/* items: see items.h. A word with its options is parsed once, and made as often as it is wanted. */
#include "items.h"

#include <ctype.h>
#include <stdbool.h>

#include "base/bytes.h"

#define OPTIONS 16
#define PARTS   64

struct word {
	char *name, *value; /* NULL: without */
	char *key[OPTIONS], *option[OPTIONS];
	size_t n;
};

static bool big;
static uint32_t number;

static _Noreturn void refuse(const char *what, const char *word)
{
	fprintf(stderr, "stream: %s: %s\n", what, word);
	exit(1);
}

/* ---- words ---- */

/* "word=VALUE,key=VALUE,flag"; the text is cut up. */
static void parse(struct word *w, char *text)
{
	char *save, *equals;

	memset(w, 0, sizeof(*w));
	for (char *one = strtok_r(text, ",", &save); one; one = strtok_r(NULL, ",", &save)) {
		equals = strchr(one, '=');
		if (equals)
			*equals++ = '\0';
		if (!w->name) {
			w->name = one;
			w->value = equals;
			continue;
		}
		if (w->n == OPTIONS)
			refuse("too many options", one);
		w->key[w->n] = one;
		w->option[w->n++] = equals ? equals : (char *)"1";
	}
	if (!w->name)
		w->name = text;
}

static const char *option(const struct word *w, const char *key)
{
	for (size_t i = w->n; i-- > 0;)
		if (strcmp(w->key[i], key) == 0)
			return w->option[i];
	return NULL;
}

/* decimal, 0x… or octal */
static uint64_t number_of(const char *text, uint64_t otherwise)
{
	char *end;
	uint64_t n;

	if (!text)
		return otherwise;
	n = strtoull(text, &end, 0);
	if (end == text || *end != '\0')
		refuse("no number", text);
	return n;
}

static uint64_t num(const struct word *w, const char *key, uint64_t otherwise)
{
	return number_of(option(w, key), otherwise);
}

/* ---- bytes ---- */

static void u16(struct bytebuf *b, uint64_t v)
{
	bytes_store16(bytebuf_grow(b, 2), (uint16_t)v, big);
}

static void u32(struct bytebuf *b, uint64_t v)
{
	bytes_store32(bytebuf_grow(b, 4), (uint32_t)v, big);
}

static void text(struct bytebuf *b, const char *s)
{
	bytebuf_add(b, s, strlen(s));
}

static unsigned digit(char c)
{
	if (!isxdigit((unsigned char)c))
		refuse("no hexadecimal digit", (char[]){c, '\0'});
	return isdigit((unsigned char)c) ? (unsigned)(c - '0')
					 : (unsigned)(tolower((unsigned char)c) - 'a' + 10);
}

static void hex(struct bytebuf *b, const char *s)
{
	for (; *s; s += s[1] ? 2 : 1)
		*bytebuf_grow(b, 1) = (uint8_t)(digit(s[0]) << 4 | (s[1] ? digit(s[1]) : 0));
}

/* To a multiple of 4 behind `from`. */
static void pad(struct bytebuf *b, size_t from)
{
	bytebuf_fit(b, from + ((b->len - from + 3) & ~(size_t)3));
}

/* "2.4" */
static void version(struct bytebuf *b, const char *v)
{
	const char *dot = strchr(v, '.');

	u16(b, strtoul(v, NULL, 10));
	u16(b, dot ? strtoul(dot + 1, NULL, 10) : 0);
}

/* ---- packets ---- */

/* The next packet: Ethernet, local experimental type, its number, then a pattern. */
static void packet(struct bytebuf *b, size_t len)
{
	static const uint8_t ethernet[14] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5};
	size_t from = b->len, head = sizeof(ethernet) + 4, whole = len > head ? len : head;
	uint8_t *p = bytebuf_grow(b, whole);

	memcpy(p, ethernet, sizeof(ethernet));
	bytes_store32(p + sizeof(ethernet), ++number, true);
	for (size_t i = head; i < whole; i++)
		p[i] = (uint8_t)i;
	bytebuf_fit(b, from + len);
}

/* The packet of a block. */
static void data(struct bytebuf *b, const struct word *w)
{
	if (option(w, "data"))
		hex(b, option(w, "data"));
	else
		packet(b, number_of(w->value, 60));
}

static uint64_t seconds(const struct word *w)
{
	return num(w, "sec", 1700000000 + (uint64_t)number);
}

static uint64_t ticks(const struct word *w)
{
	return seconds(w) * num(w, "unit", 1000000) + num(w, "sub", number);
}

/* ---- parts ---- */

static void add_pcap(struct bytebuf *b, const struct word *w)
{
	const char *magic = option(w, "magic"), *v = option(w, "version");

	big = num(w, "be", 0) != 0;
	if (magic)
		hex(b, magic);
	else
		u32(b, option(w, "ns") ? 0xa1b23c4d : 0xa1b2c3d4);
	version(b, v ? v : "2.4");
	u32(b, 0);
	u32(b, 0);
	u32(b, num(w, "snaplen", 9000));
	u32(b, num(w, "linktype", 1));
}

static void add_rec(struct bytebuf *b, const struct word *w)
{
	struct bytebuf p = {0};

	packet(&p, number_of(w->value, 60));
	u32(b, seconds(w));
	u32(b, num(w, "sub", number));
	u32(b, num(w, "caplen", p.len));
	u32(b, num(w, "len", p.len));
	bytebuf_add(b, p.at, p.len);
	free(p.at);
}

static void body_shb(struct bytebuf *b, const struct word *w)
{
	const char *bom = option(w, "bom"), *v = option(w, "version");

	if (bom)
		hex(b, bom);
	else
		u32(b, 0x1a2b3c4d);
	version(b, v ? v : "1.0");
	u32(b, 0xffffffff);
	u32(b, 0xffffffff);
}

static void body_idb(struct bytebuf *b, const struct word *w)
{
	u16(b, num(w, "linktype", 1));
	u16(b, 0);
	u32(b, num(w, "snaplen", 9000));
}

/* Of an enhanced packet block; before it the interface in two bytes, and drops, makes an obsolete
 * one. */
static void timed_packet(struct bytebuf *b, const struct word *w, bool obsolete)
{
	struct bytebuf p = {0};
	uint64_t time;
	size_t from;

	data(&p, w);
	time = ticks(w);
	if (obsolete) {
		u16(b, num(w, "if", 0));
		u16(b, 0);
	} else {
		u32(b, num(w, "if", 0));
	}
	u32(b, time >> 32);
	u32(b, time);
	u32(b, num(w, "caplen", p.len));
	u32(b, num(w, "len", p.len));
	from = b->len;
	bytebuf_add(b, p.at, p.len);
	pad(b, from);
	free(p.at);
}

static void body_epb(struct bytebuf *b, const struct word *w)
{
	timed_packet(b, w, false);
}

static void body_opb(struct bytebuf *b, const struct word *w)
{
	timed_packet(b, w, true);
}

static void body_spb(struct bytebuf *b, const struct word *w)
{
	struct bytebuf p = {0};
	size_t from;

	data(&p, w);
	u32(b, num(w, "len", p.len));
	from = b->len;
	bytebuf_add(b, p.at, p.len);
	pad(b, from);
	free(p.at);
}

static void body_isb(struct bytebuf *b, const struct word *w)
{
	(void)w;
	u32(b, 0);
	u32(b, 0x60000);
	u32(b, 0);
}

static void body_nrb(struct bytebuf *b, const struct word *w)
{
	(void)w;
	u16(b, 1);
	u16(b, 9);
	bytebuf_add(b, "\x7f\0\0\1here\0\0\0", 12);
	u32(b, 0);
}

static void body_dsb(struct bytebuf *b, const struct word *w)
{
	(void)w;
	u32(b, 0x544c534b);
	u32(b, 4);
	text(b, "# x\n");
}

static void body_custom(struct bytebuf *b, const struct word *w)
{
	(void)w;
	u32(b, 32473);
	text(b, "anything");
}

static void body_any(struct bytebuf *b, const struct word *w)
{
	(void)w;
	text(b, "whatever");
}

/* "CODE/LEN/HEX" */
static void add_option(struct bytebuf *b, const char *o)
{
	char *end;
	size_t from;

	u16(b, strtoul(o, &end, 10));
	u16(b, strtoul(*end ? end + 1 : end, &end, 10));
	from = b->len;
	hex(b, *end ? end + 1 : end);
	pad(b, from);
}

static void add_block(struct bytebuf *b, const struct word *w, uint64_t type,
    void (*make)(struct bytebuf *, const struct word *))
{
	const char *size = option(w, "size");
	struct bytebuf body = {0}, block = {0};
	uint64_t total, n = num(w, "size", 0);

	if (type == 0x0a0d0d0a)
		big = num(w, "be", 0) != 0;
	make(&body, w); /* it counts a packet even where another body is wanted */
	if (option(w, "body")) {
		body.len = 0;
		hex(&body, option(w, "body"));
	}
	if (option(w, "opt"))
		add_option(&body, option(w, "opt"));
	if (size)
		bytebuf_fit(&body, n < 12 ? 0 : n - 12);
	total = num(w, "total", size ? n : 12 + body.len);
	u32(&block, type);
	u32(&block, total);
	bytebuf_add(&block, body.at, body.len);
	u32(&block, num(w, "trailer", total));
	if (size && n < 12)
		bytebuf_fit(&block, n);
	n = num(w, "cut", block.len);
	bytebuf_add(b, block.at, n < block.len ? n : block.len);
	free(body.at);
	free(block.at);
}

static const struct {
	const char *name;
	uint32_t type;
	void (*body)(struct bytebuf *, const struct word *);
} blocks[] = {
    {"shb", 0x0a0d0d0a, body_shb},
    {"idb", 1, body_idb},
    {"opb", 2, body_opb},
    {"spb", 3, body_spb},
    {"nrb", 4, body_nrb},
    {"isb", 5, body_isb},
    {"epb", 6, body_epb},
    {"dsb", 10, body_dsb},
    {"custom", 0xbad, body_custom},
};

static bool is(const struct word *w, const char *name)
{
	return strcmp(w->name, name) == 0;
}

static void add_part(struct bytebuf *b, const struct word *w)
{
	size_t from = b->len;

	if (is(w, "pcap")) {
		add_pcap(b, w);
	} else if (is(w, "rec")) {
		add_rec(b, w);
	} else if (is(w, "block")) {
		add_block(b, w, number_of(w->value, 0), body_any);
		return; /* size is the block's */
	} else if (is(w, "zero")) {
		bytebuf_fit(b, b->len + number_of(w->value, 0));
	} else if (is(w, "hex")) {
		hex(b, w->value ? w->value : "");
	} else if (is(w, "text")) {
		for (const char *s = w->value ? w->value : ""; *s; s++)
			*bytebuf_grow(b, 1) = (uint8_t)(*s == '_' ? ' ' : *s);
	} else {
		for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
			if (is(w, blocks[i].name)) {
				add_block(b, w, blocks[i].type, blocks[i].body);
				return;
			}
		refuse("no such part", w->name);
	}
	if (option(w, "size"))
		bytebuf_fit(b, from + num(w, "size", 0));
}

/* ---- items ---- */

/* Whether the text begins with one of these words. */
static bool begins(const char *s, const char *const *words)
{
	for (; *words; words++) {
		size_t n = strlen(*words);

		if (strncmp(s, *words, n) == 0 && !isalnum((unsigned char)s[n]) && s[n] != '_')
			return true;
	}
	return false;
}

static void add_frame(
    struct bytebuf *out, const struct word *frame, const struct word *part, size_t n)
{
	struct bytebuf payload = {0};
	uint64_t send;

	for (size_t i = 0; i < n; i++)
		for (uint64_t k = num(&part[i], "n", 1); k > 0; k--)
			add_part(&payload, &part[i]);
	if (!is(frame, "raw")) {
		uint8_t *p = bytebuf_grow(out, 4);

		p[0] = (uint8_t)num(frame, "type", is(frame, "data"));
		p[1] = (uint8_t)num(frame, "spare", 0);
		bytes_store16(p + 2, (uint16_t)num(frame, "len", payload.len), true);
	}
	send = num(frame, "send", payload.len);
	bytebuf_add(out, payload.at, send < payload.len ? send : payload.len);
	free(payload.at);
}

static char *copy_of(const char *s)
{
	struct bytebuf b = {0};

	bytebuf_add(&b, s, strlen(s) + 1);
	return (char *)b.at;
}

void items_begin(void)
{
	big = false;
	number = 0;
}

void items_add(struct bytebuf *out, const char *item)
{
	static const char *const frames[] = {"head", "data", "raw", NULL}, *const heads[] = {
									       "pcap", "shb", NULL};
	static struct word frame, part[PARTS];
	char *copy = copy_of(item), *parts = copy, *colon = strchr(copy, ':'), *save,
	     fallback[] = "data";
	size_t n = 0;

	if (strncmp(item, "number=", 7) == 0) {
		number = (uint32_t)number_of(item + 7, 0);
		free(copy);
		return;
	}
	if (colon && begins(copy, frames)) {
		*colon = '\0';
		parts = colon + 1;
		parse(&frame, copy);
	} else {
		if (begins(copy, heads))
			memcpy(fallback, "head", 4);
		parse(&frame, fallback);
	}
	for (char *one = strtok_r(parts, "+", &save); one; one = strtok_r(NULL, "+", &save)) {
		if (n == PARTS)
			refuse("too many parts", one);
		parse(&part[n++], one);
	}
	for (uint64_t times = num(&frame, "times", 1); times > 0; times--)
		add_frame(out, &frame, part, n);
	free(copy);
}
