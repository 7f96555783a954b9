/* sink: see sink.h. */
#include "read/sink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/grow.h"
#include "base/io.h"
#include "capture/pcap.h"
#include "capture/pcapng.h"

#define PCAP_NANOSECONDS 0xa1b23c4du
#define PCAP_SNAPLEN_MAX 262144u /* more than programs write, and what libpcap takes */
#define OPTION_HEAD      4u
#define NAME             2u
#define RESOLUTION       9u
#define NS               1000000000

enum sink_status sink_flush(struct sink *s)
{
	size_t len = s->filled;

	s->filled = 0;
	return io_write_all(s->fd, s->buf, len) ? SINK_OK : SINK_FAILED;
}

static enum sink_status put(struct sink *s, const void *data, size_t len)
{
	const uint8_t *p = data;

	while (len > 0) {
		size_t n = SINK_ROOM - s->filled < len ? SINK_ROOM - s->filled : len;

		memcpy(s->buf + s->filled, p, n);
		s->filled += n;
		p += n;
		len -= n;
		if (s->filled == SINK_ROOM && sink_flush(s) != SINK_OK)
			return SINK_FAILED;
	}
	return SINK_OK;
}

/* ---- beginning ---- */

static enum sink_status put_section(struct sink *s)
{
	uint8_t b[PCAPNG_SECTION_MIN];

	bytes_store32(b, PCAPNG_SECTION, false);
	bytes_store32(b + 4, sizeof(b), false);
	bytes_store32(b + 8, PCAPNG_ORDER_MAGIC, false);
	bytes_store16(b + 12, 1, false);
	bytes_store16(b + 14, 0, false);
	bytes_store64(b + 16, UINT64_MAX, false); /* its length is not known */
	bytes_store32(b + 24, sizeof(b), false);
	return put(s, b, sizeof(b));
}

enum sink_status sink_begin(struct sink *s, int fd, bool pcap)
{
	*s = (struct sink){.fd = fd, .pcap = pcap, .buf = malloc(SINK_ROOM)};
	if (!s->buf)
		return SINK_FAILED;
	return pcap ? SINK_OK : put_section(s);
}

void sink_free(struct sink *s)
{
	interfaces_free(&s->interfaces);
	free(s->buf);
	*s = (struct sink){.fd = -1};
}

static enum sink_status put_pcap_header(struct sink *s, uint16_t link_type)
{
	uint8_t b[PCAP_HEADER] = {0};

	s->begun = true;
	s->link_type = link_type;
	bytes_store32(b, PCAP_NANOSECONDS, false);
	bytes_store16(b + 4, 2, false);
	bytes_store16(b + 6, 4, false);
	bytes_store32(b + PCAP_SNAPLEN, PCAP_SNAPLEN_MAX, false);
	bytes_store32(b + 20, link_type, false);
	return put(s, b, sizeof(b));
}

enum sink_status sink_end(struct sink *s)
{
	/* without packets there is no link type, but there has to be one: Ethernet */
	if (s->pcap && !s->begun && put_pcap_header(s, 1) != SINK_OK)
		return SINK_FAILED;
	return sink_flush(s);
}

/* ---- interfaces ---- */

static size_t put_option(uint8_t *out, uint16_t code, const void *value, size_t len)
{
	size_t padded = (size_t)pcapng_padded(len);

	bytes_store16(out, code, false);
	bytes_store16(out + 2, (uint16_t)len, false);
	memset(out + OPTION_HEAD, 0, padded);
	memcpy(out + OPTION_HEAD, value, len);
	return OPTION_HEAD + padded;
}

static enum sink_status put_interface(struct sink *s, const struct interface *i)
{
	static const uint8_t nanoseconds = 9;
	uint8_t head[512], tail[OPTION_HEAD + 4] = {0};
	size_t len = 16, total;

	len += put_option(head + len, NAME, i->who, strlen(i->who));
	len += put_option(head + len, RESOLUTION, &nanoseconds, 1);
	total = len + i->len + sizeof(tail);
	bytes_store32(head, PCAPNG_INTERFACE, false);
	bytes_store32(head + 4, (uint32_t)total, false);
	bytes_store16(head + 8, i->link_type, false);
	bytes_store16(head + 10, 0, false);
	bytes_store32(head + PCAPNG_AT_SNAPLEN, i->snaplen, false);
	bytes_store32(tail + OPTION_HEAD, (uint32_t)total, false);
	if (put(s, head, len) != SINK_OK || put(s, i->options, i->len) != SINK_OK)
		return SINK_FAILED;
	return put(s, tail, sizeof(tail));
}

enum sink_status sink_add_interface(struct sink *s, const struct interface *i, uint32_t *number)
{
	if (s->begun && i->link_type != s->link_type)
		return SINK_LINK_TYPES;
	switch (interfaces_add(&s->interfaces, i, number)) {
	case INTERFACES_KNOWN:
		return SINK_OK;
	case INTERFACES_TOO_MANY:
		return SINK_INTERFACES;
	case INTERFACES_NO_MEMORY:
		errno = ENOMEM;
		return SINK_FAILED;
	case INTERFACES_NEW:
		break;
	}
	if (!s->pcap)
		return put_interface(s, i);
	return s->begun ? SINK_OK : put_pcap_header(s, i->link_type);
}

/* ---- blocks and packets ---- */

static enum sink_status put_length(struct sink *s, uint32_t total)
{
	uint8_t b[4];

	bytes_store32(b, total, false);
	return put(s, b, sizeof(b));
}

enum sink_status sink_block(struct sink *s, uint32_t type, const uint8_t *body, uint32_t len)
{
	uint8_t head[8];
	uint32_t total = PCAPNG_BLOCK_MIN + len;

	if (s->pcap)
		return SINK_OK;
	bytes_store32(head, type, false);
	bytes_store32(head + 4, total, false);
	if (put(s, head, sizeof(head)) != SINK_OK || put(s, body, len) != SINK_OK)
		return SINK_FAILED;
	return put_length(s, total);
}

static void store_record(uint8_t *b, uint64_t time, uint32_t caplen, uint32_t original)
{
	bytes_store32(b, (uint32_t)(time / NS), false);
	bytes_store32(b + 4, (uint32_t)(time % NS), false);
	bytes_store32(b + 8, caplen, false);
	bytes_store32(b + 12, original, false);
}

static void store_enhanced(uint8_t *b, uint32_t interface, uint64_t time, uint32_t caplen,
    uint32_t original, uint32_t total)
{
	bytes_store32(b, PCAPNG_ENHANCED, false);
	bytes_store32(b + 4, total, false);
	bytes_store32(b + 8, interface, false);
	bytes_store32(b + 12, (uint32_t)(time >> 32), false);
	bytes_store32(b + 16, (uint32_t)time, false);
	bytes_store32(b + PCAPNG_AT_CAPLEN, caplen, false);
	bytes_store32(b + 24, original, false);
}

/* No format has a time before 1970; and pcap none behind 2106, whose seconds have 32 bits. */
static uint64_t time_of(const struct sink *s, int64_t time_ns)
{
	const uint64_t last = UINT32_MAX * (uint64_t)NS + NS - 1;
	uint64_t time = time_ns > 0 ? (uint64_t)time_ns : 0;

	return s->pcap && time > last ? last : time;
}

enum sink_status sink_packet(struct sink *s, uint32_t interface, int64_t time_ns, uint32_t caplen,
    uint32_t original, uint32_t len)
{
	uint8_t b[PCAPNG_AT_DATA > PCAP_RECORD ? PCAPNG_AT_DATA : PCAP_RECORD];
	uint64_t time = time_of(s, time_ns);

	s->packets++;
	s->bytes += caplen;
	s->left = s->pcap ? caplen : len;
	s->skip = len - s->left;
	s->total = s->pcap ? 0 : PCAPNG_PACKET_MIN + len;
	if (s->pcap) {
		store_record(b, time, caplen, original);
		return put(s, b, PCAP_RECORD);
	}
	store_enhanced(b, interface, time, caplen, original, s->total);
	return put(s, b, PCAPNG_AT_DATA);
}

enum sink_status sink_whole_packet(struct sink *s, uint32_t interface, int64_t time_ns,
    uint32_t caplen, uint32_t original, const uint8_t *p, uint32_t len)
{
	size_t need = s->pcap ? PCAP_RECORD + (size_t)caplen : PCAPNG_PACKET_MIN + (size_t)len;
	enum sink_status st = SINK_OK;
	uint8_t *b;

	if (need > SINK_ROOM) {
		st = sink_packet(s, interface, time_ns, caplen, original, len);
		return st == SINK_OK ? sink_bytes(s, p, len) : st;
	}
	if (need > SINK_ROOM - s->filled)
		st = sink_flush(s);
	if (st != SINK_OK)
		return st;
	b = s->buf + s->filled;
	s->filled += need;
	s->packets++;
	s->bytes += caplen;
	if (s->pcap) {
		store_record(b, time_of(s, time_ns), caplen, original);
		memcpy(b + PCAP_RECORD, p, caplen);
		return SINK_OK;
	}
	store_enhanced(
	    b, interface, time_of(s, time_ns), caplen, original, PCAPNG_PACKET_MIN + len);
	memcpy(b + PCAPNG_AT_DATA, p, len);
	bytes_store32(b + PCAPNG_AT_DATA + len, PCAPNG_PACKET_MIN + len, false);
	return SINK_OK;
}

enum sink_status sink_bytes(struct sink *s, const uint8_t *p, size_t len)
{
	size_t n = len < s->left ? len : s->left;
	enum sink_status st = put(s, p, n);

	s->left -= (uint32_t)n;
	s->skip -= (uint32_t)(len - n);
	if (st == SINK_OK && s->left == 0 && s->skip == 0 && s->total > 0)
		st = put_length(s, s->total);
	return st;
}

enum sink_status sink_fill(struct sink *s)
{
	static const uint8_t zero[4096];
	enum sink_status st = SINK_OK;

	while (st == SINK_OK && s->left + s->skip > 0) {
		size_t n = (size_t)s->left + s->skip;

		st = sink_bytes(s, zero, n < sizeof(zero) ? n : sizeof(zero));
	}
	return st;
}
