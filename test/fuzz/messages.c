/* messages: the small parsers: a child's report to the master, the master's order, a
 * configuration's text, names in certificates, file names, sizes, modes, periods, addresses, what
 * the keeper signs.
 *
 * The input: which one (a byte), then what it reads. What is accepted must keep what its header
 * promises; for names and addresses that the text it is written as is read as the same. */
#include "fuzz.h"

#include "base/addr.h"
#include "capture/capname.h"
#include "tls/certname.h"
#include "config/lexer.h"
#include "base/parse.h"
#include "server/child_report.h"
#include "capture/rotate.h"
#include "tls/signform.h"

/* Any length is tried; and the same bytes, filled up, as a message of the right one. */
static void report(const uint8_t *data, size_t len)
{
	uint8_t message[sizeof(struct report)] = {0};
	struct report r;
	struct capname name;

	MUST(len == sizeof(r) || !report_check(data, len, 3, &r), "a report of another size");
	memcpy(message, data, len < sizeof(message) ? len : sizeof(message));
	if (!report_check(message, sizeof(message), 3, &r))
		return;
	if (r.kind == REPORT_ESTABLISHED)
		MUST(r.candidate < 3 && r.id.serial_len <= CERTID_SERIAL_MAX, "established");
	else
		MUST(capname_parse(r.name, &name), "%s", r.name);
}

static void order(const uint8_t *data, size_t len)
{
	uint8_t message[sizeof(struct order)] = {0};
	struct order o;
	struct rotate r;

	MUST(len == sizeof(o) || !order_check(data, len, &o), "an order of another size");
	memcpy(message, data, len < sizeof(message) ? len : sizeof(message));
	if (!order_check(message, sizeof(message), &o) || o.kind != ORDER_SETTINGS)
		return;
	r = (struct rotate){(enum rotate_unit)o.live.rotate_unit, o.live.rotate_mod};
	MUST(rotate_sound(&r) && o.live.store <= 1 && o.live.mode <= 0777 && o.live.max_snaplen > 0,
	    "settings");
}

static void lexer(const char *text, size_t len)
{
	struct lexer c = lexer_over(text);
	struct lexer_token t;
	unsigned line = 1;

	for (lexer_next(&c, &t); t.kind != LEXER_END; lexer_next(&c, &t)) {
		MUST(t.line >= line, "lines go backwards");
		MUST(t.from >= text && c.at <= text + len, "a token outside the text");
		MUST(!t.text || (t.text >= t.from && t.text + t.len <= c.at), "and its part");
		if (t.kind == LEXER_STRING || t.kind == LEXER_COMMENT)
			MUST(*c.at == '\0', "what does not end is the last");
		line = t.line;
	}
}

/* The same bytes as three names of a certificate, and as what is asked for. */
static void certname(const uint8_t *data, size_t len, const char *text)
{
	static struct certnames c;

	memset(&c, 0, sizeof(c));
	for (size_t at = 0; c.n < 3 && at < len;) {
		struct certname *n = &c.name[c.n++];

		n->type = (enum certname_type)(data[at] & 3);
		n->len = data[at] >> 2;
		at++;
		if (n->len > len - at)
			n->len = len - at;
		memcpy(n->data, data + at, n->len);
		at += n->len;
	}
	c.has_alternative = len & 1;
	memset(c.fingerprint, 'a', sizeof(c.fingerprint) - 1);
	memcpy(c.fingerprint, "sha256:", 7);
	if (certnames_match(&c, text))
		MUST(certnames_sound(&c), "a name with a NUL was matched");
}

static void capname(const char *text)
{
	struct capname c;
	char again[CAPNAME_MAX];
	struct capname twice;

	if (!capname_parse(text, &c))
		return;
	capname_renumber(&c, c.number, again);
	/* but for the form of earlier versions, "-1" */
	MUST(strcmp(again, text) == 0 || text[strlen(c.stamp)] == '-', "%s is written %s", text,
	    again);
	MUST(capname_parse(again, &twice) && twice.number == c.number, "%s", again);
}

static void values(const char *text)
{
	struct rotate r, again;
	char out[ROTATE_TEXT_MAX];
	uint64_t size;
	unsigned mode;

	if (!rotate_parse(text, &r)) {
		struct rotate_period p = rotate_period(&r, 1794000000, gmtime_r);

		MUST(!rotate_parse(rotate_format(&r, out), &again), "%s", out);
		MUST(again.unit == r.unit && again.mod == r.mod, "%s: %s", text, out);
		MUST(p.end > 1794000000 && p.begin <= 1794000000, "%s: not in its period", text);
	}
	if (parse_mode(text, &mode))
		MUST(mode <= 0777, "%s", text);
	parse_size(text, &size);
	parse_name(text);
}

static void address(const char *text)
{
	struct addr a, again;
	struct addr_net net;
	char out[ADDR_TEXT_MAX];

	addr_net_parse(text, &net);
	if (!addr_parse(text, &a))
		return;
	MUST(addr_parse(addr_format(&a, out), &again), "%s", out);
	MUST(addr_equal(&a, &again), "%s is written %s", text, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text;

	if (len < 1 || len > 65536)
		return 0;
	text = strndup((const char *)data + 1, len - 1);
	MUST(text, "memory");
	switch (data[0] % 7) {
	case 0:
		report(data + 1, len - 1);
		order(data + 1, len - 1);
		break;
	case 1:
		lexer(text, strlen(text));
		break;
	case 2:
		certname(data + 1, len - 1, text);
		break;
	case 3:
		capname(text);
		break;
	case 4:
		values(text);
		break;
	case 5:
		address(text);
		break;
	default: /* TLS handshakes that the keeper is asked to sign */
		signform_ok(data + 1, len - 1);
	}
	free(text);
	return 0;
}
