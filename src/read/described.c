/* described: see described.h. */
#include "read/described.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "capture/pcapng.h"
#include "read/order.h"

void described_begin_section(struct described *d)
{
	for (size_t i = 0; i < d->n; i++)
		free(d->v[i].options);
	d->n = 0;
}

void described_free(struct described *d)
{
	described_begin_section(d);
	free(d->v);
	*d = (struct described){0};
}

static struct described_interface *add(struct described *d)
{
	struct described_interface *v = grow(d->v, d->n, &d->room, sizeof(*v));

	if (!v)
		return NULL;
	d->v = v;
	d->v[d->n] = (struct described_interface){0};
	return &d->v[d->n++];
}

enum described_status described_note(
    struct described *d, const struct reader *r, const struct reader_record *k)
{
	struct described_interface *added;
	uint8_t options[PIECE_OPTIONS_MAX];
	struct pcapng_interface i;
	struct pcapng_block b;

	if (d->n == READER_INTERFACES) /* the reader knows no more either */
		return DESCRIBED;
	added = add(d);
	if (!added)
		return DESCRIBED_NO_MEMORY;
	if (pcapng_read_block(&b, k->data, k->len, r->format.section.big) != PCAPNG_OK ||
	    !pcapng_read_interface(&i, &b))
		return DESCRIBED;
	added->snaplen = i.snaplen;
	if (d->n > DESCRIBED_OPTIONS)
		return DESCRIBED;
	added->len = order_interface_options(&b, options, sizeof(options));
	added->options = malloc(added->len + 1);
	if (!added->options)
		return DESCRIBED_NO_MEMORY;
	memcpy(added->options, options, added->len);
	return DESCRIBED;
}

enum described_status described_number(struct described *d, const struct reader *r,
    const struct reader_record *k, struct teller *teller, uint32_t *number)
{
	struct piece p = {.kind = PIECE_INTERFACE, .link_type = k->link_type};
	struct described_interface *i;

	if (r->format.kind == FORMAT_PCAP && d->n == 0) {
		i = add(d);
		if (!i)
			return DESCRIBED_NO_MEMORY;
		i->snaplen = r->format.pcap.snaplen;
	}
	i = &d->v[k->interface];
	if (!i->told && d->told == PIECE_INTERFACES_MAX)
		return DESCRIBED_TOO_OFTEN;
	if (!i->told) {
		i->told = true;
		i->number = p.number = d->told++;
		p.snaplen = i->snaplen;
		teller_tell(teller, &p, i->options, i->len);
	}
	*number = i->number;
	return DESCRIBED;
}
