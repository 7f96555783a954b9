/* socket: see socket.h. */
#include "tls/socket.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/io.h"
#include "base/pages.h"

/* One recv() of this much instead of two for each TLS record. */
#define PULL (256 * 1024)

/* How long TLS waits to send its own records (KeyUpdate, alerts) to a peer that does not read. */
#define PUSH_MS 10000

static ssize_t pull(gnutls_transport_ptr_t context, void *data, size_t len)
{
	struct tls_socket *s = context;
	size_t n;

	if (s->at == s->have) {
		size_t got;

		if (!s->buffer)
			s->buffer = pages_new(PULL);
		if (!s->buffer) {
			gnutls_transport_set_errno(s->session, ENOMEM);
			return -1;
		}
		s->pull_status = transport_receive(s->transport, s->buffer, PULL, &got);
		if (s->pull_status == TRANSPORT_EOF)
			return 0;
		if (s->pull_status != TRANSPORT_DATA) {
			bool error = s->pull_status == TRANSPORT_ERROR;

			gnutls_transport_set_errno(s->session, error ? ECONNRESET : EAGAIN);
			return -1;
		}
		s->at = 0;
		s->have = got;
	}
	n = s->have - s->at < len ? s->have - s->at : len;
	memcpy(data, s->buffer + s->at, n);
	tls_records_follow(&s->records, s->buffer + s->at, n);
	s->at += n;
	s->taken += n;
	return (ssize_t)n;
}

/* The records of a flight, as few segments. */
static ssize_t push(gnutls_transport_ptr_t context, const giovec_t *part, int parts)
{
	struct tls_socket *s = context;
	ssize_t sum = 0;

	for (int i = 0; i < parts; i++) {
		int more = i + 1 < parts ? MSG_MORE : 0;
		ssize_t n = send(s->transport->fd, part[i].iov_base, part[i].iov_len,
		    MSG_DONTWAIT | MSG_NOSIGNAL | more);

		if (n < 0 && sum == 0) {
			gnutls_transport_set_errno(s->session, errno);
			snprintf(s->transport->reason, sizeof(s->transport->reason), "%s",
			    strerror(errno));
			return -1;
		}
		if (n > 0)
			sum += n;
		if (n < 0 || (size_t)n < part[i].iov_len)
			break;
	}
	return sum;
}

void tls_socket_use(struct tls_socket *s, gnutls_session_t session, struct transport *t)
{
	*s = (struct tls_socket){.session = session, .transport = t};
	gnutls_transport_set_ptr(session, s);
	gnutls_transport_set_pull_function(session, pull);
	gnutls_transport_set_vec_push_function(session, push);
}

enum transport_status tls_socket_wait(struct tls_socket *s, int64_t deadline)
{
	struct pollfd p[2] = {{.fd = s->transport->fd, .events = POLLOUT},
	    {.fd = s->transport->signals, .events = POLLIN}};
	int64_t left;
	int n;

	if (gnutls_record_get_direction(s->session) == 0)
		return tls_socket_has(s) ? TRANSPORT_DATA : transport_wait(s->transport, deadline);
	left = deadline - io_monotonic_ms();
	if (left > PUSH_MS)
		left = PUSH_MS;
	n = poll(p, 2, left < 0 ? 0 : (int)left);
	if (n == 0)
		return TRANSPORT_TIMEOUT;
	return n < 0 || p[1].revents ? TRANSPORT_SIGNAL : TRANSPORT_DATA;
}

void tls_socket_shrink(struct tls_socket *s)
{
	pages_free(s->buffer, PULL);
	s->buffer = NULL;
	s->at = s->have = 0;
}

void tls_socket_free(struct tls_socket *s)
{
	pages_free(s->buffer, PULL);
}
