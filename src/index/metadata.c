/* metadata: see metadata.h. */
#include "index/metadata.h"

#include <inttypes.h>

#include "base/json.h"

static void print_key_text(FILE *to, const char *key, const char *text)
{
	fprintf(to, ",\"%s\":", key);
	json_text(to, text);
}

static void print_sha256(FILE *to, const uint8_t sum[METADATA_SHA256])
{
	fputs(",\"sha256\":\"", to);
	for (unsigned i = 0; i < METADATA_SHA256; i++)
		fprintf(to, "%02x", sum[i]);
	putc('"', to);
}

static void print_link_types(FILE *to, const struct facts *f)
{
	fputs(",\"link-types\":[", to);
	for (unsigned i = 0; i < f->link_types; i++)
		fprintf(to, "%s%u", i > 0 ? "," : "", f->link_type[i]);
	putc(']', to);
}

static void print_profile(FILE *to, const struct profile *p)
{
	fprintf(to, ",\"profile\":{\"seconds\":%" PRIu64 ",\"first\":%" PRId64 ",\"packets\":[",
	    p->seconds, p->first);
	for (size_t i = 0; i < p->n; i++)
		fprintf(to, "%s%" PRIu64, i > 0 ? "," : "", p->step[i].packets);
	fputs("],\"bytes\":[", to);
	for (size_t i = 0; i < p->n; i++)
		fprintf(to, "%s%" PRIu64, i > 0 ? "," : "", p->step[i].bytes);
	fputs("]}", to);
}

/* [stored, capture, packets, first, last, describes]; times are null when no packet has one. */
static void print_frames(FILE *to, const struct frames *f)
{
	fputs(",\"frames\":[", to);
	for (size_t i = 0; i < f->n; i++) {
		const struct frame_entry *e = &f->v[i];

		fprintf(to, "%s[%" PRIu32 ",%" PRIu32 ",%" PRIu64 ",", i > 0 ? "," : "", e->stored,
		    e->capture, e->packets);
		if (e->last < e->first)
			fputs("null,null", to);
		else
			fprintf(to, "%" PRId64 ",%" PRId64, e->first, e->last);
		fprintf(to, ",%d]", e->describes);
	}
	putc(']', to);
}

void metadata_print(const struct metadata *m, FILE *to)
{
	const struct facts *f = &m->summary->facts;

	fputs("{\"osmo-pcap-archive\":1", to);
	print_key_text(to, "client", m->client);
	print_key_text(to, "address", m->address);
	print_key_text(to, "name", m->name);
	print_key_text(to, "format", f->kind == FORMAT_PCAP ? "pcap" : "pcapng");
	fprintf(to,
	    ",\"ended\":%" PRId64 ",\"archived\":%" PRId64 ",\"bytes\":%" PRIu64
	    ",\"packets\":%" PRIu64,
	    m->ended, m->archived, f->bytes, f->packets);
	if (f->timed > 0)
		fprintf(to, ",\"first\":%" PRId64 ",\"last\":%" PRId64, f->first, f->last);
	print_sha256(to, m->sha256);
	print_link_types(to, f);
	if (f->damaged > 0)
		fprintf(to, ",\"damaged-packets\":%" PRIu64, f->damaged);
	if (f->broken) {
		fprintf(to, ",\"broken\":{\"offset\":%" PRIu64, f->whole);
		print_key_text(to, "reason", f->why);
		putc('}', to);
	}
	print_profile(to, &m->summary->profile);
	print_frames(to, m->frames);
	putc('}', to);
}
