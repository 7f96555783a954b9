/* metaread: see metaread.h. */
#include "index/metaread.h"

#include <string.h>

struct cursor {
	const char *at, *end;
};

static bool at_end(const struct cursor *c)
{
	return c->at == c->end;
}

/* Takes this text; false, and nothing is taken, when another one stands there. */
static bool literal(struct cursor *c, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(c->end - c->at) < len || memcmp(c->at, text, len) != 0)
		return false;
	c->at += len;
	return true;
}

static bool natural(struct cursor *c, uint64_t most, uint64_t *out)
{
	const char *begin = c->at;
	uint64_t n = 0;

	for (; !at_end(c) && *c->at >= '0' && *c->at <= '9'; c->at++) {
		unsigned digit = (unsigned)(*c->at - '0');

		if (digit > most || n > (most - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*out = n;
	return c->at > begin && (*begin != '0' || c->at == begin + 1);
}

static bool integer(struct cursor *c, int64_t *out)
{
	bool minus = literal(c, "-");
	uint64_t n;

	if (!natural(c, (uint64_t)INT64_MAX + minus, &n) || (minus && n == 0))
		return false;
	*out = minus ? -(int64_t)(n - 1) - 1 : (int64_t)n;
	return true;
}

/* Printable ASCII that the index holds as it is: what is written of it needs no escape but for two
 * characters, which no name has. */
static bool text(struct cursor *c, char *out, size_t size)
{
	size_t len = 0;

	if (!literal(c, "\""))
		return false;
	for (; !at_end(c) && *c->at != '"'; c->at++) {
		if (*c->at < ' ' || *c->at > '~' || *c->at == '\\' || len + 1 >= size)
			return false;
		out[len++] = *c->at;
	}
	out[len] = '\0';
	return literal(c, "\"");
}

static bool hex(struct cursor *c, uint8_t *out, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < 2 * n; i++, c->at++) {
		const char *digit = at_end(c) || !*c->at ? NULL : strchr(digits, *c->at);

		if (!digit)
			return false;
		out[i / 2] = (uint8_t)(out[i / 2] << 4 | (digit - digits));
	}
	return true;
}

/* ---- parts ---- */

static bool read_names(struct cursor *c, struct metaread *m)
{
	struct facts *f = &m->summary.facts;

	if (!literal(c, "{\"osmo-pcap-archive\":1,\"client\":") ||
	    !text(c, m->client, sizeof(m->client)) || !literal(c, ",\"address\":") ||
	    !text(c, m->address, sizeof(m->address)) || !literal(c, ",\"name\":") ||
	    !text(c, m->name, sizeof(m->name)))
		return false;
	if (literal(c, ",\"format\":\"pcap\""))
		f->kind = FORMAT_PCAP;
	else if (literal(c, ",\"format\":\"pcapng\""))
		f->kind = FORMAT_PCAPNG;
	else
		return false;
	return true;
}

static bool read_counts(struct cursor *c, struct metaread *m)
{
	struct facts *f = &m->summary.facts;

	if (!literal(c, ",\"ended\":") || !integer(c, &m->ended) || !literal(c, ",\"archived\":") ||
	    !integer(c, &m->archived) || !literal(c, ",\"bytes\":") ||
	    !natural(c, INT64_MAX, &f->bytes) || !literal(c, ",\"packets\":") ||
	    !natural(c, INT64_MAX, &f->packets))
		return false;
	if (!literal(c, ",\"first\":"))
		return true;
	f->timed = 1;
	return integer(c, &f->first) && literal(c, ",\"last\":") && integer(c, &f->last) &&
	       f->first <= f->last && f->packets > 0;
}

static bool read_link_types(struct cursor *c, struct facts *f)
{
	if (!literal(c, ",\"link-types\":["))
		return false;
	while (!literal(c, "]")) {
		uint64_t type;

		if (f->link_types == SUMMARY_LINK_TYPES ||
		    (f->link_types > 0 && !literal(c, ",")) || !natural(c, UINT16_MAX, &type))
			return false;
		f->link_type[f->link_types++] = (uint16_t)type;
	}
	return true;
}

static bool read_damage(struct cursor *c, struct facts *f)
{
	if (literal(c, ",\"damaged-packets\":") && !natural(c, f->packets, &f->damaged))
		return false;
	f->whole = f->bytes;
	if (!literal(c, ",\"broken\":{\"offset\":"))
		return true;
	f->broken = true;
	return natural(c, f->bytes, &f->whole) && literal(c, ",\"reason\":") &&
	       text(c, f->why, sizeof(f->why)) && literal(c, "}");
}

static bool read_profile(struct cursor *c, struct profile *p)
{
	size_t i = 0;

	if (!literal(c, ",\"profile\":{\"seconds\":") || !natural(c, INT64_MAX, &p->seconds) ||
	    !literal(c, ",\"first\":") || !integer(c, &p->first) || !literal(c, ",\"packets\":["))
		return false;
	for (; !literal(c, "]"); p->n++)
		if (p->n == PROFILE_STEPS || (p->n > 0 && !literal(c, ",")) ||
		    !natural(c, INT64_MAX, &p->step[p->n].packets))
			return false;
	if (!literal(c, ",\"bytes\":["))
		return false;
	for (; i < p->n; i++)
		if ((i > 0 && !literal(c, ",")) || !natural(c, INT64_MAX, &p->step[i].bytes))
			return false;
	return literal(c, "]}");
}

static bool read_times(struct cursor *c, struct frame_entry *e)
{
	if (literal(c, "null,null"))
		return true;
	return integer(c, &e->first) && literal(c, ",") && integer(c, &e->last) &&
	       e->first <= e->last;
}

static bool read_frame(struct cursor *c, struct frames *f)
{
	struct frame_entry *e = frames_add(f);
	uint64_t stored, capture, describes;

	if (!e || !literal(c, "[") || !natural(c, UINT32_MAX, &stored) || !literal(c, ",") ||
	    !natural(c, UINT32_MAX, &capture) || !literal(c, ",") ||
	    !natural(c, INT64_MAX, &e->packets) || !literal(c, ",") || !read_times(c, e) ||
	    !literal(c, ",") || !natural(c, 1, &describes))
		return false;
	e->stored = (uint32_t)stored;
	e->capture = (uint32_t)capture;
	e->describes = describes;
	return literal(c, "]");
}

static bool read_frames(struct cursor *c, struct frames *f)
{
	if (!literal(c, ",\"frames\":["))
		return false;
	while (!literal(c, "]"))
		if ((f->n > 0 && !literal(c, ",")) || !read_frame(c, f))
			return false;
	return true;
}

/* Steps begin at multiples of their length, a power of two, and at times that can be told. */
static bool profile_is_possible(const struct profile *p)
{
	int64_t most;

	if (p->n == 0)
		return p->seconds == 0 && p->first == 0;
	if (p->seconds == 0 || (p->seconds & (p->seconds - 1)))
		return false;
	most = INT64_MAX / (int64_t)p->seconds - PROFILE_STEPS;
	return p->first <= most && p->first >= -most;
}

/* What the parts must add up to. */
static bool agrees(const struct metaread *m)
{
	uint64_t packets = 0, bytes = 0;

	for (size_t i = 0; i < m->frames.n; i++) {
		packets += m->frames.v[i].packets;
		bytes += m->frames.v[i].capture;
	}
	return bytes == m->summary.facts.bytes && packets == m->summary.facts.packets;
}

bool metaread(struct metaread *m, const char *from, size_t len)
{
	struct cursor c = {.at = from, .end = from + len};
	struct facts *f = &m->summary.facts;
	bool ok;

	memset(m, 0, sizeof(*m));
	summary_init(&m->summary);
	ok = read_names(&c, m) && read_counts(&c, m) && literal(&c, ",\"sha256\":\"") &&
	     hex(&c, m->sha256, METADATA_SHA256) && literal(&c, "\"") && read_link_types(&c, f) &&
	     read_damage(&c, f) && read_profile(&c, &m->summary.profile) &&
	     read_frames(&c, &m->frames) && literal(&c, "}");
	while (ok && literal(&c, " "))
		;
	if (ok && at_end(&c) && agrees(m) && profile_is_possible(&m->summary.profile))
		return true;
	metaread_free(m);
	return false;
}

void metaread_free(struct metaread *m)
{
	frames_free(&m->frames);
}
