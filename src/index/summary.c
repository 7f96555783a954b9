/* summary: see summary.h. */
#include "index/summary.h"

#include <stdio.h>
#include <string.h>

void summary_init(struct summary *s)
{
	s->facts = (struct facts){.first = INT64_MAX, .last = INT64_MIN};
	profile_init(&s->profile);
}

static void add_link_type(struct facts *f, uint16_t link_type)
{
	if (link_type == FORMAT_LINK_UNKNOWN)
		return;
	for (unsigned i = 0; i < f->link_types; i++)
		if (f->link_type[i] == link_type)
			return;
	if (f->link_types < SUMMARY_LINK_TYPES)
		f->link_type[f->link_types++] = link_type;
}

static void add_time(struct summary *s, int64_t time_ns, uint32_t caplen)
{
	struct facts *f = &s->facts;

	f->timed++;
	if (time_ns < f->first)
		f->first = time_ns;
	if (time_ns > f->last)
		f->last = time_ns;
	profile_add(&s->profile, time_ns, caplen);
}

void summary_add(struct summary *s, const struct reader *r, const struct reader_record *k)
{
	struct facts *f = &s->facts;

	if (k->kind == READER_HEADER)
		f->kind = r->format.kind;
	if (k->kind == READER_HEADER && f->kind == FORMAT_PCAP)
		add_link_type(f, r->format.pcap.link_type);
	if (k->kind != READER_PACKET)
		return;
	f->packets++;
	if (k->damaged) {
		f->damaged++;
		return;
	}
	if (f->kind == FORMAT_PCAPNG)
		add_link_type(f, k->link_type);
	if (k->timed)
		add_time(s, k->time_ns, k->caplen);
}

void summary_end(
    struct summary *s, enum reader_status end, const struct reader_record *k, uint64_t size)
{
	struct facts *f = &s->facts;

	f->bytes = size;
	f->whole = k->offset;
	f->broken = k->offset < size || end == READER_BAD;
	if (!f->broken)
		return;
	if (end == READER_TORN)
		snprintf(f->why, sizeof(f->why), "it ends inside a record");
	else
		snprintf(f->why, sizeof(f->why), "%s", k->why ? k->why : "it cannot be read on");
}

bool facts_check(struct facts *f)
{
	/* any byte may stand where a bool is */
	if (*(const uint8_t *)&f->broken > 1 || !memchr(f->why, '\0', sizeof(f->why)))
		return false;
	for (char *c = f->why; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return (f->kind == FORMAT_PCAP || f->kind == FORMAT_PCAPNG) &&
	       f->link_types <= SUMMARY_LINK_TYPES && f->timed <= f->packets &&
	       f->damaged <= f->packets && (f->timed == 0 || f->first <= f->last) &&
	       f->whole <= f->bytes && f->bytes <= INT64_MAX;
}
