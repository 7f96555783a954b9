/* send_net: the connection to the server, and the frames on it.
 *
 * Collects frames in a buffer of its own, writes them, notices when the server leaves, and
 * connects again when it was told to. The connection is made when the link header is there, not
 * before: a server drops who stays silent after connecting. Refuses to know what is inside a
 * frame, except which ones a new connection must begin with.
 *
 * Every function that returns bool gives false with `error` once it cannot go on; the connection
 * is then of no use. SIGINT and SIGTERM are expected to be blocked, to set *stop, and to be let
 * in by wait_mask: they arrive only while this file waits. After one, nothing is waited for longer
 * than SEND_STOP_S, and no new connection is made.
 *
 * Times are nanoseconds of CLOCK_MONOTONIC. Lengths are bytes. */
#ifndef SEND_NET_H
#define SEND_NET_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/addr.h"

/* Written when this much has come together, or sooner when no more input is there. */
#define SEND_FLUSH  (64u << 10)
#define SEND_BUFFER (SEND_FLUSH + 4 + 65535)

#define SEND_PORT_DEFAULT 54321
#define SEND_RETRY_S      2  /* between attempts to connect, as the real client */
#define SEND_FINISH_S     60 /* for the server to take more of what is left, at the end */
#define SEND_STOP_S       60 /* the same, after a signal */

#define SEND_START_S 30 /* for a handshake */

/* What carries the bytes. The plain one is at the end of send_net.c, TLS in send_tls. None of these
 * blocks: -1 with EAGAIN means call again when poll gives `wants` for `fd`, and with the same data
 * when it was write. */
struct send_transport {
	int fd;          /* owned; -1: not connected */
	short wants;     /* poll events, after EAGAIN */
	const char *why; /* after a failure: what errno cannot say; NULL: it says all */
	void *state;     /* the transport's own */

	/* The handshake; NULL: there is none. 0, or -1 with errno. */
	int (*start)(struct send_transport *t);
	/* Count of what was taken, or -1 with errno. */
	ssize_t (*write)(struct send_transport *t, const void *data, size_t len);
	/* 0: the server ended the connection. Count of application data, or -1 with errno. */
	ssize_t (*read)(struct send_transport *t, void *data, size_t len);
	/* Says that nothing more comes. 0, or -1 with errno. */
	int (*finish)(struct send_transport *t);
	void (*close)(struct send_transport *t);
};

struct send_net {
	/* Set by the caller before the first frame; the rest zero. */
	const char *host; /* borrowed; name or numeric address */
	uint16_t port;
	struct addr source; /* len 0: the kernel's choice */
	bool reconnect;
	/* Makes a transport on a connected socket, which it owns from then on; false, the socket
	 * closed, when there is no memory. NULL: plain. */
	bool (*open)(void *opener, struct send_transport *t, int fd);
	void *opener;
	const volatile sig_atomic_t *stop;
	sigset_t wait_mask;
	/* Called about ten times a second while there is traffic or waiting; may be NULL. */
	void (*tick)(void *context, int64_t now);
	/* One line about a lost or regained connection; may be NULL. */
	void (*notice)(void *context, const char *text);
	void *context;

	uint64_t bytes; /* handed to the kernel, frame headers included, encryption not */
	char error[512];

	/* The rest is its own. */
	struct send_transport transport;
	uint8_t buf[SEND_BUFFER]; /* whole frames, all for the header in force */
	size_t end;
	/* What a new connection begins with: the frame of the link header in force, then those of
	 * the interfaces that were declared later. */
	uint8_t *begin;
	size_t begin_len, begin_room;
	size_t begin_sent; /* of it, on this connection */
	size_t begin_seen; /* of it, in this pass of the input */
	int64_t looked;    /* when the connection was last looked at without need */
	int64_t ticked;
	char where[320]; /* the server, for messages */
	bool noticed;    /* that the connection is lost */
};

/* Takes a copy of everything. A link header that is in force already is not sent again. */
bool send_net_header(struct send_net *n, const void *data, size_t len);

/* A pcapng interface description that comes after the link header; part of it from now on. */
bool send_net_interface(struct send_net *n, const void *data, size_t len);

/* Everything else. len is at most 65535. */
bool send_net_data(struct send_net *n, const void *data, size_t len);

/* Hands everything to the kernel. */
bool send_net_flush(struct send_net *n);

/* Waits until fd (-1: none) is readable, the deadline (-1: none) has passed, or *stop is set. */
bool send_net_wait(struct send_net *n, int fd, int64_t deadline);

/* Flushes, says that nothing more comes, and waits for the server to close. True means that the
 * server has taken every byte. */
bool send_net_finish(struct send_net *n);

void send_net_close(struct send_net *n);

int64_t send_net_now(void);

#endif
