/* sink: the capture that is written: one section of pcapng, or pcap.
 *
 * In pcapng each client, link type, snapshot length and description is an interface of its own,
 * named after the client; times are nanoseconds. In pcap there is room for one link type. Bytes of
 * packets come in pieces, so that none has to be in memory whole. Refuses to sort packets. Lengths
 * are bytes, times nanoseconds since 1970, errors errno. */
#ifndef READ_SINK_H
#define READ_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "read/interfaces.h"

#define SINK_ROOM (256u << 10)

struct sink {
	int fd;
	bool pcap;
	uint64_t packets, bytes; /* that were put in; bytes of packets */

	/* The rest is its own. */
	uint8_t *buf;
	size_t filled;
	struct interfaces interfaces;
	bool begun;         /* of pcap: its header is written */
	uint16_t link_type; /* of pcap */
	uint32_t left;      /* bytes of the packet that are not in yet */
	uint32_t skip;      /* behind them, that do not go in */
	uint32_t total;     /* of the block; 0: of pcap */
};

enum sink_status {
	SINK_OK,
	SINK_FAILED,     /* writing, or memory: errno */
	SINK_LINK_TYPES, /* pcap: a second link type */
	SINK_INTERFACES  /* more interfaces of this client than there may be: it is not in */
};

/* fd stays the caller's. */
enum sink_status sink_begin(struct sink *s, int fd, bool pcap);
void sink_free(struct sink *s);

/* Its number. What it points to is copied. */
enum sink_status sink_add_interface(struct sink *s, const struct interface *i, uint32_t *number);

/* A block that packets behind it may need; left out in pcap. */
enum sink_status sink_block(struct sink *s, uint32_t type, const uint8_t *body, uint32_t len);

/* A packet of `len` bytes: caplen of the packet, padding, options; they come next. */
enum sink_status sink_packet(struct sink *s, uint32_t interface, int64_t time_ns, uint32_t caplen,
    uint32_t original, uint32_t len);
enum sink_status sink_bytes(struct sink *s, const uint8_t *p, size_t len);

/* The same of a packet that is there as a whole. */
enum sink_status sink_whole_packet(struct sink *s, uint32_t interface, int64_t time_ns,
    uint32_t caplen, uint32_t original, const uint8_t *p, uint32_t len);

/* What is missing of a packet becomes zeros: the capture stays one. */
enum sink_status sink_fill(struct sink *s);

/* What is in the buffer is written. */
enum sink_status sink_flush(struct sink *s);

/* The same at the end: pcap without a packet has its header at least. */
enum sink_status sink_end(struct sink *s);

#endif
