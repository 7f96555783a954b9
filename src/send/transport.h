/* send_transport: what carries the bytes of a connection, and the plain one, TCP as it is.
 *
 * TLS is in send_tls. Refuses to connect, to wait, and to know frames. Lengths are bytes. */
#ifndef SEND_TRANSPORT_H
#define SEND_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* None of the functions blocks: -1 with EAGAIN means call again when poll gives `wants` for `fd`,
 * and with the same data when it was write. */
struct send_transport {
	int fd;         /* owned; -1: not connected */
	short wants;    /* poll events, after EAGAIN */
	bool confirmed; /* the server has answered finish(), authenticated: see send_link.confirm */
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

/* Plain TCP on a connected socket, which it owns from then on. Always true. */
bool send_plain_open(struct send_transport *t, int fd);

#endif
