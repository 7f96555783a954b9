/* pcapng: see pcapng.h. */
#include "capture/pcapng.h"

#define OPT_END      0u
#define OPT_NAME     2u
#define OPT_TSRESOL  9u
#define OPT_TSOFFSET 14u

#define DEFAULT_RESOLUTION 6u
#define INTERFACE_FIXED    8u
#define PACKET_FIXED       20u
#define NS                 1000000000u

/* ---- blocks ---- */

static bool section_order(const uint8_t *magic, bool *big)
{
	*big = bytes_load32(magic, true) == PCAPNG_ORDER_MAGIC;
	return *big || bytes_load32(magic, false) == PCAPNG_ORDER_MAGIC;
}

enum pcapng_status pcapng_read_block(struct pcapng_block *b, const uint8_t *p, size_t len, bool big)
{
	*b = (struct pcapng_block){.big = big, .total = PCAPNG_BLOCK_MIN};
	if (len < 8)
		return PCAPNG_MORE;
	b->type = bytes_load32(p, big);
	if (b->type == PCAPNG_SECTION) {
		if (len < PCAPNG_BLOCK_MIN)
			return PCAPNG_MORE;
		if (!section_order(p + 8, &b->big))
			return PCAPNG_MAGIC;
	}
	b->total = bytes_load32(p + 4, b->big);
	if (b->total < PCAPNG_BLOCK_MIN || b->total % 4 != 0)
		return PCAPNG_LENGTH;
	if (b->total > len)
		return PCAPNG_MORE;
	b->trailer = bytes_load32(p + b->total - 4, b->big);
	if (b->trailer != b->total)
		return PCAPNG_TRAILER;
	b->body = p + 8;
	b->body_len = b->total - PCAPNG_BLOCK_MIN;
	return PCAPNG_OK;
}

/* ---- options ---- */

bool pcapng_next_option(struct bytes *options, struct pcapng_option *o)
{
	o->code = bytes_u16(options);
	o->len = bytes_u16(options);
	o->value = bytes_take(options, (size_t)pcapng_padded(o->len));
	return o->value && o->code != OPT_END;
}

static struct bytes interface_options(const struct pcapng_block *b)
{
	return bytes_over(b->body + INTERFACE_FIXED, b->body_len - INTERFACE_FIXED, b->big);
}

/* ---- sections and interfaces ---- */

bool pcapng_read_section(struct pcapng *s, const struct pcapng_block *b)
{
	if (b->total < PCAPNG_SECTION_MIN)
		return false;
	s->big = b->big;
	s->major = bytes_load16(b->body + 4, b->big);
	s->minor = bytes_load16(b->body + 6, b->big);
	s->interfaces = 0;
	s->first = (struct pcapng_interface){0};
	return true;
}

bool pcapng_read_interface(struct pcapng_interface *i, const struct pcapng_block *b)
{
	struct pcapng_option o;
	struct bytes options;

	if (b->body_len < INTERFACE_FIXED)
		return false;
	*i = (struct pcapng_interface){
	    .link_type = bytes_load16(b->body, b->big),
	    .snaplen = bytes_load32(b->body + 4, b->big),
	    .clock = {.resolution = DEFAULT_RESOLUTION},
	};
	options = interface_options(b);
	while (pcapng_next_option(&options, &o)) {
		if (o.code == OPT_TSRESOL && o.len >= 1)
			i->clock.resolution = o.value[0];
		else if (o.code == OPT_TSOFFSET && o.len >= 8)
			i->clock.offset = (int64_t)bytes_load64(o.value, b->big);
	}
	return true;
}

const uint8_t *pcapng_interface_name(const struct pcapng_block *b, size_t *len)
{
	struct pcapng_option o;
	struct bytes options;

	if (b->body_len < INTERFACE_FIXED)
		return NULL;
	options = interface_options(b);
	while (pcapng_next_option(&options, &o)) {
		if (o.code != OPT_NAME)
			continue;
		*len = o.len;
		return o.value;
	}
	return NULL;
}

void pcapng_add_interface(struct pcapng *s, const struct pcapng_interface *i)
{
	if (s->interfaces == 0)
		s->first = *i;
	if (s->table && s->interfaces < s->room)
		s->table[s->interfaces] = *i;
	s->interfaces++;
}

const struct pcapng_interface *pcapng_find_interface(const struct pcapng *s, uint32_t number)
{
	if (number >= s->interfaces)
		return NULL;
	if (number == 0)
		return &s->first;
	return s->table && number < s->room ? &s->table[number] : NULL;
}

/* ---- times ---- */

static uint64_t power_of_10(unsigned n)
{
	uint64_t p = 1;

	for (; n > 0; n--)
		p *= 10;
	return p;
}

/* 10^19 is the largest power of ten in 64 bits. */
static uint64_t decimal(uint64_t ticks, unsigned power, uint64_t *ns)
{
	uint64_t unit, rest;

	if (power > 19) { /* less than two seconds fit; below 10^-28 it is no nanosecond */
		rest = power <= 28 ? ticks / power_of_10(power - 9) : 0;
		*ns = rest % NS;
		return rest / NS;
	}
	unit = power_of_10(power);
	rest = ticks % unit;
	*ns = power <= 9 ? rest * power_of_10(9 - power) : rest / power_of_10(power - 9);
	return ticks / unit;
}

static uint64_t binary(uint64_t ticks, unsigned power, uint64_t *ns)
{
	uint64_t rest = power < 64 ? ticks & ((UINT64_C(1) << power) - 1) : ticks;
	uint64_t low = (rest & 0xffffffffu) * NS, high = (rest >> 32) * NS + (low >> 32);

	if (power < 32) /* the rest has no upper half */
		*ns = low >> power;
	else
		*ns = power - 32 < 64 ? high >> (power - 32) : 0;
	return power < 64 ? ticks >> power : 0;
}

int64_t pcapng_time_ns(const struct pcapng_clock *c, uint64_t ticks)
{
	const uint64_t most = INT64_MAX / NS;
	uint64_t ns, seconds = c->resolution & 0x80 ? binary(ticks, c->resolution & 0x7f, &ns)
						    : decimal(ticks, c->resolution, &ns);
	uint64_t back = 0 - (uint64_t)c->offset;

	if (c->offset < 0 && seconds < back) {
		back -= seconds;
		return back > most ? INT64_MIN : (int64_t)ns - (int64_t)(back * NS);
	}
	if (c->offset >= 0 && seconds > most)
		return INT64_MAX;
	seconds += (uint64_t)c->offset;
	if (seconds > most || (seconds == most && ns > INT64_MAX % NS))
		return INT64_MAX;
	return (int64_t)(seconds * NS + ns);
}

/* ---- packets ---- */

static enum pcapng_packet_status simple_packet(
    struct pcapng_packet *k, const struct pcapng *s, const struct pcapng_block *b)
{
	if (b->total < PCAPNG_SIMPLE_MIN)
		return PCAPNG_PACKET_SHORT;
	if (s->interfaces == 0)
		return PCAPNG_PACKET_INTERFACE;
	k->original = bytes_load32(b->body, b->big);
	k->caplen = k->original;
	if (s->first.snaplen != 0 && s->first.snaplen < k->original)
		k->caplen = s->first.snaplen;
	if (k->caplen > b->total - PCAPNG_SIMPLE_MIN)
		return PCAPNG_PACKET_CAPLEN;
	k->data = b->body + 4;
	return PCAPNG_PACKET_OK;
}

enum pcapng_packet_status pcapng_read_packet(
    struct pcapng_packet *k, const struct pcapng *s, const struct pcapng_block *b)
{
	size_t used;

	*k = (struct pcapng_packet){0};
	if (b->type == PCAPNG_SIMPLE)
		return simple_packet(k, s, b);
	if (b->total < PCAPNG_PACKET_MIN)
		return PCAPNG_PACKET_SHORT;
	/* the obsolete block has 16 bits, and then a count of drops */
	k->interface = b->type == PCAPNG_OBSOLETE ? bytes_load16(b->body, b->big)
						  : bytes_load32(b->body, b->big);
	k->caplen = bytes_load32(b->body + 12, b->big);
	if (k->interface >= s->interfaces)
		return PCAPNG_PACKET_INTERFACE;
	if (k->caplen > b->total - PCAPNG_PACKET_MIN)
		return PCAPNG_PACKET_CAPLEN;
	k->stamped = true;
	k->ticks =
	    (uint64_t)bytes_load32(b->body + 4, b->big) << 32 | bytes_load32(b->body + 8, b->big);
	k->original = bytes_load32(b->body + 16, b->big);
	k->data = b->body + PACKET_FIXED;
	used = PACKET_FIXED + (size_t)pcapng_padded(k->caplen);
	k->options = b->body + used;
	k->options_len = b->body_len - used;
	return PCAPNG_PACKET_OK;
}
