/* send_transport: see transport.h. */
#include "send/transport.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

static ssize_t plain_write(struct send_transport *t, const void *data, size_t len)
{
	t->wants = POLLOUT;
	return send(t->fd, data, len, MSG_NOSIGNAL);
}

static ssize_t plain_read(struct send_transport *t, void *data, size_t len)
{
	t->wants = POLLIN;
	return recv(t->fd, data, len, 0);
}

static int plain_finish(struct send_transport *t)
{
	return shutdown(t->fd, SHUT_WR);
}

static void plain_close(struct send_transport *t)
{
	close(t->fd);
}

bool send_plain_open(struct send_transport *t, int fd)
{
	*t = (struct send_transport){.fd = fd,
	    .write = plain_write,
	    .read = plain_read,
	    .finish = plain_finish,
	    .close = plain_close};
	return true;
}
