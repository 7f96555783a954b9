/* send_link: one connection to the server at a time: waiting, writing, noticing its end.
 *
 * Refuses to make connections (send_connect) and to know frames (send_net).
 *
 * Functions that return bool give false with `error` once they cannot go on; the connection is then
 * closed, but where only waiting failed. SIGINT and SIGTERM are expected to be blocked, to set
 * *stop, and to be let in by wait_mask: they arrive only while this file waits. After one, nothing
 * is waited for longer than SEND_STOP_S.
 *
 * Times are nanoseconds of CLOCK_MONOTONIC. Lengths are bytes. */
#ifndef SEND_LINK_H
#define SEND_LINK_H

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "send/retry.h"
#include "send/transport.h"

#define SEND_SECOND   INT64_C(1000000000)
#define SEND_FINISH_S 60 /* for the server to take more of what is left, at the end */
#define SEND_STOP_S   60 /* the same, after a signal */

struct send_link {
	/* Set by the caller before the first frame; the rest zero. */
	const char *host; /* borrowed; name or numeric address */
	uint16_t port;
	struct addr source;      /* len 0: the kernel's choice */
	const char *source_zone; /* borrowed; of a link-local source; NULL: that of the server */
	bool reconnect;
	bool confirm; /* an end that the server has not confirmed is a failure */
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

	/* The rest is of send_link and send_connect. */
	struct send_transport transport;
	int64_t looked; /* when the connection was last looked at without need */
	int64_t ticked;
	char where[320];  /* the server, for messages */
	int64_t since;    /* when this connection, or the last one, was made; -1: none was */
	bool noticed;     /* the last notice is that there is no connection */
	bool unconfirmed; /* connected again, which is told when it has lasted */
	struct send_retry retry;
};

int64_t send_link_now(void);

/* Writes the error, behind the name of the server. False. */
__attribute__((format(printf, 2, 3))) bool send_link_failed(
    struct send_link *l, const char *fmt, ...);

static inline bool send_link_is_open(const struct send_link *l)
{
	return l->transport.close;
}

/* Tells that there is a connection again. */
void send_link_notice_connected(struct send_link *l);

/* Closes the connection, if there is one. */
void send_link_close(struct send_link *l);

/* The connection has ended, by errno `err` or, 0, by the server: error and close. False. */
bool send_link_lost(struct send_link *l, int err);

/* Calls back about the progress, if that is due. */
void send_link_tick(struct send_link *l, int64_t now);

/* The only place where signals come in. Count of ready descriptors; 0 after the deadline (-1: none)
 * or when *stop is set, which the caller must bound by a deadline of its own; -1 with errno. */
int send_link_wait(struct send_link *l, struct pollfd *fds, nfds_t count, int64_t deadline);

/* Reads what the server sent: it sends nothing but its end. False, closed, after that. */
bool send_link_still_open(struct send_link *l);

/* Whether the server is still there. Lets pending signals in, too. */
bool send_link_look(struct send_link *l, int64_t now);

/* Hands everything to the kernel. *done: how much of it the kernel has; also after a failure. */
bool send_link_write(struct send_link *l, const uint8_t *data, size_t len, size_t *done);

/* Says that nothing more comes, and waits for the server to close. True means that the server has
 * taken every byte. */
bool send_link_finish(struct send_link *l);

#endif
