/* send_cut: see send_cut.h. */
#include "send/cut.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"

#define PCAP_HEADER    24u
#define PCAP_RECORD    16u
#define PCAP_SNAPLEN   16u /* offset in the file header */
#define PCAP_CAPLEN    8u  /* offset in a record header */
#define BLOCK_SHB      0x0A0D0D0Au
#define BLOCK_IDB      1u
#define BLOCK_PACKET   2u /* obsolete; lengths and data where the enhanced one has them */
#define BLOCK_SIMPLE   3u
#define BLOCK_ENHANCED 6u
#define BLOCK_MIN      12u /* type, length, length again */
#define IDB_MIN        20u
#define IDB_SNAPLEN    12u
#define PACKET_MIN     32u /* enhanced and obsolete, without data and options */
#define PACKET_CAPLEN  20u
#define PACKET_DATA    28u
#define SIMPLE_MIN     16u
#define SIMPLE_ORIGLEN 8u
#define SIMPLE_DATA    12u

static uint64_t padded(uint64_t len)
{
	return (len + 3) & ~(uint64_t)3;
}

void send_cut_init(struct send_cut *c, uint32_t limit)
{
	*c = (struct send_cut){.limit = limit};
}

/* Returns the value that stands there afterwards. */
static uint32_t lower_snaplen(const struct send_cut *c, uint8_t *field)
{
	uint32_t snaplen = bytes_load32(field, c->big);

	if (snaplen != 0 && snaplen <= c->limit)
		return snaplen;
	bytes_store32(field, c->limit, c->big);
	return c->limit;
}

static bool interface_block(struct send_cut *c, uint8_t *data, size_t len)
{
	/* One left out would renumber those behind it, so too long is not merely skipped. */
	if (len < IDB_MIN || len > SEND_PAYLOAD_MAX) {
		snprintf(c->why, sizeof(c->why), "interface description of %zu bytes", len);
		return false;
	}
	if (c->interfaces++ == 0) {
		c->first_was = bytes_load32(data + IDB_SNAPLEN, c->big);
		c->first_is = lower_snaplen(c, data + IDB_SNAPLEN);
	} else {
		lower_snaplen(c, data + IDB_SNAPLEN);
	}
	return true;
}

/* Each block's length field is checked here again, although the source has: this walks by it. */
static bool section(struct send_cut *c, uint8_t *data, size_t len)
{
	c->pcapng = true;
	c->big = len > PCAP_CAPLEN && data[8] == 0x1A;
	c->interfaces = 0;
	for (size_t at = 0; at < len;) {
		size_t left = len - at;
		uint32_t total = left < BLOCK_MIN ? 0 : bytes_load32(data + at + 4, c->big);

		if (total < BLOCK_MIN || total > left) {
			snprintf(c->why, sizeof(c->why), "blocks do not add up to the link header");
			return false;
		}
		if (at > 0 && bytes_load32(data + at, c->big) != BLOCK_IDB) {
			snprintf(c->why, sizeof(c->why), "foreign block in the link header");
			return false;
		}
		if (at > 0 && !interface_block(c, data + at, total))
			return false;
		at += total;
	}
	return true;
}

bool send_cut_header(struct send_cut *c, uint8_t *data, size_t len)
{
	if (len > SEND_PAYLOAD_MAX) {
		snprintf(
		    c->why, sizeof(c->why), "link header of %zu bytes does not fit a frame", len);
		return false;
	}
	if (len >= BLOCK_MIN && bytes_load32(data, true) == BLOCK_SHB)
		return section(c, data, len);
	if (len != PCAP_HEADER) {
		snprintf(c->why, sizeof(c->why), "neither a pcap nor a pcapng header");
		return false;
	}
	c->pcapng = false;
	c->big = data[0] == 0xa1;
	lower_snaplen(c, data + PCAP_SNAPLEN);
	return true;
}

static enum send_fit pcap_record(struct send_cut *c, uint8_t *data, size_t *len)
{
	uint32_t caplen, keep = c->limit;

	if (*len < PCAP_RECORD ||
	    (caplen = bytes_load32(data + PCAP_CAPLEN, c->big)) != *len - PCAP_RECORD) {
		snprintf(c->why, sizeof(c->why),
		    "record of %zu bytes contradicts its captured length", *len);
		return SEND_MALFORMED;
	}
	if (keep > SEND_PAYLOAD_MAX - PCAP_RECORD)
		keep = SEND_PAYLOAD_MAX - PCAP_RECORD;
	if (caplen <= keep)
		return SEND_FITS;
	bytes_store32(data + PCAP_CAPLEN, keep, c->big);
	*len = PCAP_RECORD + keep;
	c->cut++;
	return SEND_FITS;
}

/* Ends a block that now has `body` bytes before its second length field. */
static void close_block(const struct send_cut *c, uint8_t *data, size_t body, size_t *len)
{
	*len = body + 4;
	bytes_store32(data + 4, (uint32_t)*len, c->big);
	bytes_store32(data + body, (uint32_t)*len, c->big);
}

static bool known_interface(struct send_cut *c, uint32_t id)
{
	if (id < c->interfaces)
		return true;
	snprintf(c->why, sizeof(c->why),
	    "packet of interface %" PRIu32 ", but its section has declared %" PRIu32, id,
	    c->interfaces);
	return false;
}

static enum send_fit packet_block(struct send_cut *c, uint8_t *data, size_t *len, bool obsolete)
{
	uint32_t caplen, keep;
	size_t options, room;

	if (*len < PACKET_MIN ||
	    padded(caplen = bytes_load32(data + PACKET_CAPLEN, c->big)) > *len - PACKET_MIN) {
		snprintf(c->why, sizeof(c->why),
		    "packet block of %zu bytes is too short for its packet", *len);
		return SEND_MALFORMED;
	}
	if (!known_interface(
		c, obsolete ? bytes_load16(data + 8, c->big) : bytes_load32(data + 8, c->big)))
		return SEND_MALFORMED;
	options = *len - PACKET_MIN - (size_t)padded(caplen);
	if (options > SEND_PAYLOAD_MAX - PACKET_MIN) {
		c->skipped++;
		return SEND_SKIP;
	}
	room = (SEND_PAYLOAD_MAX - PACKET_MIN - options) & ~(size_t)3;
	keep = caplen < c->limit ? caplen : c->limit;
	if (keep > room)
		keep = (uint32_t)room;
	if (keep == caplen)
		return SEND_FITS;
	bytes_store32(data + PACKET_CAPLEN, keep, c->big);
	memset(data + PACKET_DATA + keep, 0, (size_t)padded(keep) - keep);
	memmove(data + PACKET_DATA + padded(keep), data + PACKET_DATA + (size_t)padded(caplen),
	    options);
	close_block(c, data, PACKET_DATA + (size_t)padded(keep) + options, len);
	c->cut++;
	return SEND_FITS;
}

static uint32_t simple_caplen(uint32_t original, uint32_t snaplen)
{
	return snaplen != 0 && snaplen < original ? snaplen : original;
}

static enum send_fit simple_block(struct send_cut *c, uint8_t *data, size_t *len)
{
	uint32_t original, caplen, keep;

	if (!known_interface(c, 0))
		return SEND_MALFORMED;
	original = *len < SIMPLE_MIN ? 0 : bytes_load32(data + SIMPLE_ORIGLEN, c->big);
	caplen = simple_caplen(original, c->first_was);
	keep = simple_caplen(original, c->first_is);
	if (*len < SIMPLE_MIN || padded(caplen) > *len - SIMPLE_MIN) {
		snprintf(c->why, sizeof(c->why),
		    "simple packet block of %zu bytes is too short for its packet", *len);
		return SEND_MALFORMED;
	}
	/* Cutting below what readers derive would make it malformed. */
	if (SIMPLE_MIN + padded(keep) > SEND_PAYLOAD_MAX) {
		c->skipped++;
		return SEND_SKIP;
	}
	if (keep == caplen && *len <= SEND_PAYLOAD_MAX)
		return SEND_FITS;
	memset(data + SIMPLE_DATA + keep, 0, (size_t)padded(keep) - keep);
	close_block(c, data, SIMPLE_DATA + (size_t)padded(keep), len);
	c->cut++;
	return SEND_FITS;
}

enum send_fit send_cut_record(struct send_cut *c, uint8_t *data, size_t *len)
{
	if (!c->pcapng)
		return pcap_record(c, data, len);
	if (*len < BLOCK_MIN) {
		snprintf(c->why, sizeof(c->why), "block of %zu bytes", *len);
		return SEND_MALFORMED;
	}
	switch (bytes_load32(data, c->big)) {
	case BLOCK_ENHANCED:
		return packet_block(c, data, len, false);
	case BLOCK_PACKET:
		return packet_block(c, data, len, true);
	case BLOCK_SIMPLE:
		return simple_block(c, data, len);
	case BLOCK_IDB:
		if (!interface_block(c, data, *len))
			return SEND_MALFORMED;
		break;
	default:
		break;
	}
	if (*len <= SEND_PAYLOAD_MAX)
		return SEND_FITS;
	c->skipped++;
	return SEND_SKIP;
}
