/* sift: which packets of a stream stay, by the filter of its recording.
 *
 * Takes what capture/accept has accepted: moves together in place what stays of it, and remembers
 * for each interface of a section which program its packets are for. Refuses packets for which
 * there is no program: nothing is stored unfiltered. Blocks of pcapng that are no packets stay, but
 * for names and secrets, which say something of packets that do not. Pure: no I/O; memory for the
 * interfaces of a section alone. */
#ifndef FILTER_SIFT_H
#define FILTER_SIFT_H

#include "capture/accept.h"
#include "filter/table.h"

struct sift_interface {
	const struct filter_step *program; /* NULL: there is none */
	uint16_t link_type;
};

struct sift {
	const struct filter_table *table; /* NULL: there is no filter, and nothing is called */
	struct sift_interface *interface; /* of a section; of pcap the one there is */
	uint32_t n, room;
};

/* A section begins with this head, accepted as *a; or it goes on, under a table that has become
 * another. False with a reason: of pcap, there is no program; there is no memory. */
bool sift_begin(struct sift *f, const struct accept *a, const uint8_t *head, size_t len,
    char reason[ACCEPT_REASON_MAX]);

/* Takes out of accepted data what does not stay, and corrects *part. `before`: the state before it
 * was accepted. False with a reason: a packet has no program. */
bool sift_part(struct sift *f, const struct accept *before, uint8_t *p, struct accept_part *part,
    char reason[ACCEPT_REASON_MAX]);

/* Takes names and secrets out of accepted pcapng blocks, of any number of sections; big: the byte
 * order of the one that they begin in. Returns the length that is left; *first, if it is not NULL,
 * is a length of the beginning of them, and becomes what is left of that. */
size_t sift_secrets(uint8_t *p, size_t len, bool big, size_t *first);

void sift_free(struct sift *f);

/* ---- a packet ---- */

enum sift_verdict {
	SIFT_DROP,
	SIFT_KEEP,
	SIFT_REFUSE /* it has no program */
};

static inline enum sift_verdict sift_packet(const struct sift *f, uint32_t interface,
    const uint8_t *packet, uint32_t caplen, uint32_t original)
{
	const struct filter_step *program =
	    interface < f->n ? f->interface[interface].program : NULL;

	if (!program)
		return SIFT_REFUSE;
	return filter_run(program, packet, caplen, original) ? SIFT_KEEP : SIFT_DROP;
}

/* A plain record or block (capture/accept.h). */
static inline enum sift_verdict sift_plain_record(
    const struct sift *f, const struct accept *a, const uint8_t *p, size_t len)
{
	/* the other one of the two lengths */
	size_t original = 20u - a->format.pcap.caplen_at;

	return sift_packet(f, 0, p + PCAP_RECORD, (uint32_t)len - PCAP_RECORD,
	    bytes_load32(p + original, a->format.pcap.big));
}

static inline enum sift_verdict sift_plain_block(
    const struct sift *f, const struct accept *a, const uint8_t *p, size_t len)
{
	bool big = a->format.section.big;

	(void)len;
	return sift_packet(f, bytes_load32(p + 8, big), p + PCAPNG_AT_DATA,
	    bytes_load32(p + PCAPNG_AT_CAPLEN, big), bytes_load32(p + PCAPNG_AT_CAPLEN + 4, big));
}

#endif
