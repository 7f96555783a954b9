/* send_live: captures from a network interface, as records of a classic pcap file.
 *
 * The only file that knows libpcap. Hands out the same records as send_source: first a file
 * header in host byte order, then one record per packet as soon as the kernel has it. Not
 * promiscuous. Refuses to wait: it returns SEND_PAUSE, and the caller polls `fd`.
 *
 * Lengths are bytes. Errors come back as text that names the interface. */
#ifndef SEND_LIVE_H
#define SEND_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "send/source.h"

struct send_live {
	int fd;             /* for poll while SEND_PAUSE; owned by libpcap */
	int64_t timeout_ns; /* longest sensible wait for fd, -1 for no bound */
	char error[768];

	/* The rest is its own. */
	const char *interface; /* borrowed */
	struct pcap *pcap;
	bool begun;
	uint8_t *buf;
	uint64_t offset;
};

/* Starts to capture. words: filter expression, up to a NULL, joined by blanks; none at all means
 * every packet. False with `error`; to be closed either way. */
bool send_live_open(
    struct send_live *l, const char *interface, uint32_t snaplen, char *const *words);

/* Never SEND_END: an interface has no last packet. */
enum send_got send_live_next(struct send_live *l, struct send_record *r);

/* Packets that the kernel dropped because they were not fetched in time; false when unknown. */
bool send_live_dropped(struct send_live *l, uint64_t *dropped);

void send_live_close(struct send_live *l);

#endif
