/* sift: see sift.h. */
#include "filter/sift.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/linktype.h"

static bool refuse(const struct sift *f, uint32_t interface, char *reason)
{
	uint32_t link_type = interface < f->n ? f->interface[interface].link_type : 0;
	const char *name = linktype_name(link_type);
	char number[16] = "";

	if (!name)
		snprintf(number, sizeof(number), "%u", link_type);
	snprintf(reason, ACCEPT_REASON_MAX,
	    "the filter means nothing for packets of link type %s, which are not stored without",
	    name ? name : number);
	return false;
}

/* ---- interfaces ---- */

static bool add(struct sift *f, uint16_t link_type, bool big, char *reason)
{
	if (f->n == f->room) {
		uint32_t room = f->room ? 2 * f->room : 4;
		struct sift_interface *grown = reallocarray(f->interface, room, sizeof(*grown));

		if (!grown) {
			snprintf(reason, ACCEPT_REASON_MAX, "no memory to filter more interfaces");
			return false;
		}
		f->interface = grown;
		f->room = room;
	}
	f->interface[f->n++] = (struct sift_interface){
	    .program = filter_table_find(f->table, link_type, big), .link_type = link_type};
	return true;
}

static bool add_interface(
    struct sift *f, const struct pcapng_block *b, struct pcapng_interface *i, char *reason)
{
	return pcapng_read_interface(i, b) && add(f, i->link_type, b->big, reason);
}

bool sift_begin(struct sift *f, const struct accept *a, const uint8_t *head, size_t len,
    char reason[ACCEPT_REASON_MAX])
{
	bool big = a->format.section.big;
	struct pcapng_interface i;
	struct pcapng_block b;

	f->n = 0;
	if (a->format.kind == FORMAT_PCAP)
		return add(f, a->format.pcap.link_type, a->format.pcap.big, reason) &&
		       (f->interface[0].program || refuse(f, 0, reason));
	for (size_t at = 0;
	     at < len && pcapng_read_block(&b, head + at, len - at, big) == PCAPNG_OK;
	     at += b.total)
		if (b.type == PCAPNG_INTERFACE && !add_interface(f, &b, &i, reason))
			return false;
	return true;
}

void sift_free(struct sift *f)
{
	free(f->interface);
	f->interface = NULL;
	f->n = f->room = 0;
}

/* ---- data ---- */

/* What is left of a part, as it grows. */
struct left {
	struct accept_part part;
	const struct accept *accept; /* before it */
};

static void keep_packet(struct left *l, uint32_t caplen, bool simple)
{
	bool too_long = caplen > l->accept->max_snaplen;

	l->part.packets++;
	l->part.too_long += too_long;
	l->part.long_simple += too_long && simple;
	if (caplen > l->part.longest)
		l->part.longest = caplen;
}

static void keep(struct left *l, uint8_t *p, const uint8_t *from, size_t len)
{
	memmove(p + l->part.len, from, len);
	l->part.len += len;
}

static bool sift_pcap(struct sift *f, struct left *l, uint8_t *p, size_t len, char *reason)
{
	const struct pcap *h = &l->accept->format.pcap;

	for (size_t at = 0; at < len;) {
		struct pcap_record k = pcap_read_record(h, p + at);
		size_t total = PCAP_RECORD + (size_t)k.caplen;

		switch (sift_packet(f, 0, p + at + PCAP_RECORD, k.caplen, k.original)) {
		case SIFT_REFUSE:
			return refuse(f, 0, reason);
		case SIFT_KEEP:
			keep_packet(l, k.caplen, false);
			keep(l, p, p + at, total);
			break;
		case SIFT_DROP:
			break;
		}
		at += total;
	}
	return true;
}

static bool is_secret(uint32_t type)
{
	return type == PCAPNG_NAMES || type == PCAPNG_SECRETS;
}

/* *stays: whether the block does. */
static bool sift_block(struct sift *f, struct left *l, struct pcapng *s,
    const struct pcapng_block *b, bool *stays, char *reason)
{
	struct pcapng_interface i;
	struct pcapng_packet k;

	*stays = !is_secret(b->type);
	if (b->type == PCAPNG_INTERFACE) {
		if (!add_interface(f, b, &i, reason))
			return false;
		pcapng_add_interface(s, &i);
		l->part.needed += b->total;
	} else if (pcapng_is_packet_type(b->type) &&
		   pcapng_read_packet(&k, s, b) == PCAPNG_PACKET_OK) {
		enum sift_verdict v = sift_packet(f, k.interface, k.data, k.caplen, k.original);

		if (v == SIFT_REFUSE)
			return refuse(f, k.interface, reason);
		*stays = v == SIFT_KEEP;
		if (*stays)
			keep_packet(l, k.caplen, b->type == PCAPNG_SIMPLE);
	}
	return true;
}

static bool sift_blocks(struct sift *f, struct left *l, uint8_t *p, size_t len, char *reason)
{
	struct pcapng s = l->accept->format.section; /* interfaces are described on the way */
	struct pcapng_block b;

	for (size_t at = 0; at < len && pcapng_read_block(&b, p + at, len - at, s.big) == PCAPNG_OK;
	     at += b.total) {
		bool stays;

		if (!sift_block(f, l, &s, &b, &stays, reason))
			return false;
		if (stays)
			keep(l, p, p + at, b.total);
	}
	return true;
}

bool sift_part(struct sift *f, const struct accept *before, uint8_t *p, struct accept_part *part,
    char reason[ACCEPT_REASON_MAX])
{
	struct left l = {.accept = before};
	bool ok = before->format.kind == FORMAT_PCAP ? sift_pcap(f, &l, p, part->len, reason)
						     : sift_blocks(f, &l, p, part->len, reason);

	if (ok)
		*part = l.part;
	return ok;
}

size_t sift_secrets(uint8_t *p, size_t len, bool big, size_t *first)
{
	size_t out = 0, left = first ? *first : 0, at = 0;
	struct pcapng_block b;

	for (; at < len && pcapng_read_block(&b, p + at, len - at, big) == PCAPNG_OK;
	     at += b.total) {
		big = b.big;
		if (is_secret(b.type)) {
			left -= first && at < *first ? b.total : 0;
			continue;
		}
		memmove(p + out, p + at, b.total);
		out += b.total;
	}
	if (first)
		*first = left;
	return out;
}
