/* transport: the bytes of one connection, whatever carries them.
 *
 * One read interface; transport_plain() is TCP as it is, transport_tls stands beside it. Blocking
 * with a deadline: the only place where a child waits for its peer. Signals come first, whatever
 * the peer sends. Refuses to write data: the protocol has no answers. */
#ifndef TLS_TRANSPORT_H
#define TLS_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum transport_status {
	TRANSPORT_DATA,    /* *got bytes were read, at least one */
	TRANSPORT_EOF,     /* the peer closed its side */
	TRANSPORT_DRAINED, /* all that was queued at transport_drain() has been read */
	TRANSPORT_TIMEOUT, /* the deadline passed */
	TRANSPORT_QUIET,   /* idle for 1 s with empty buffers; reported once per idle period */
	TRANSPORT_SIGNAL,  /* a signal is pending, or a spurious wake-up */
	TRANSPORT_INVALID, /* the peer broke the transport's own rules, or closed within a record of
			      it: `reason` tells */
	TRANSPORT_ERROR    /* the connection broke: `reason` tells */
};

#define TRANSPORT_FOREVER INT64_MAX

struct transport {
	int fd;      /* connected stream socket, not owned */
	int signals; /* signalfd, not owned; read by the session */
	enum transport_status (*read)(struct transport *, void *, size_t, int64_t, size_t *);
	void (*say_refused)(struct transport *, bool ours); /* NULL: there is no way to */
	void (*say_stored)(struct transport *);             /* the same */
	int64_t queued; /* after transport_drain(): bytes of the socket still to read; else -1 */
	bool quiet;     /* TRANSPORT_QUIET was reported, and nothing has come since */
	void *state;    /* of a transport that needs some */
	char reason[512];
};

/* Keepalive probes after `keepalive` seconds of silence, dead after about 90 more (0: off).
 * Urgent data becomes ordinary data. */
void transport_init(struct transport *t, int fd, int signals, unsigned keepalive);

/* Reads at most len bytes; deadline in milliseconds of io_monotonic_ms(). */
static inline enum transport_status transport_read(
    struct transport *t, void *buf, size_t len, int64_t deadline, size_t *got)
{
	return t->read(t, buf, len, deadline, got);
}

/* What comes next is acknowledged at once. A peer that writes a flight in small pieces (Nagle, RFC
 * 896) waits for that, and else for as long as we may delay it (RFC 1122, 4.2.3.2). */
void transport_hurry(struct transport *t);

/* From now on only what the kernel has queued at this moment is read. */
void transport_drain(struct transport *t);

/* Waits until the socket is readable: TRANSPORT_DATA (also for an end of file), TIMEOUT, QUIET,
 * SIGNAL or ERROR. For transports. */
enum transport_status transport_wait(struct transport *t, int64_t deadline);

/* recv() of what is there, with the accounting of transport_drain(): DATA, EOF, DRAINED, SIGNAL
 * or ERROR. For transports. */
enum transport_status transport_receive(struct transport *t, void *buf, size_t len, size_t *got);

/* Waits for the peer's first byte and leaves it in the socket; EOF when it closes without one. */
enum transport_status transport_first_byte(struct transport *t, int64_t deadline);

/* The peer shall learn that what it sends is refused (ours: because this end failed): by what the
 * transport has for that, and by a reset once the socket is closed, instead of an end that looks as
 * if all had been taken. Nothing is read any more. */
void transport_refuse(struct transport *t, bool ours);

/* The peer, which has ended its stream as the transport's rules want it, shall learn that all of it
 * is stored, if the transport has a word for that. Waits for nothing. */
void transport_confirm(struct transport *t);

/* TCP as it is. */
void transport_plain(struct transport *t);

#endif
