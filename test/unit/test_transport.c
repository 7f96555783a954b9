/* test_transport: the options of a connection, and what is read after a stop. */
#include "tap.h"
#include "support.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/io.h"
#include "tls/transport.h"

static int pair[2], signals;

/* A TCP connection to ourselves. */
static void connect_both(void)
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(sin);
	int listening = socket(AF_INET, SOCK_STREAM, 0);

	pair[0] = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(listening, (struct sockaddr *)&sin, sizeof(sin)) < 0 || listen(listening, 1) < 0 ||
	    getsockname(listening, (struct sockaddr *)&sin, &len) < 0 ||
	    connect(pair[0], (struct sockaddr *)&sin, sizeof(sin)) < 0)
		support_die("TCP");
	pair[1] = accept(listening, NULL, NULL);
	close(listening);
}

static int option(int level, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	getsockopt(pair[1], level, name, &value, &len);
	return value;
}

static void test_options(void)
{
	struct transport t;

	connect_both();
	transport_init(&t, pair[1], signals, 0);
	IS_INT(option(SOL_SOCKET, SO_OOBINLINE), 1, "urgent data stays in the stream");
	IS_INT(option(IPPROTO_TCP, TCP_NODELAY), 1, "records of TLS go at once");
	IS_INT(option(SOL_SOCKET, SO_KEEPALIVE), 0, "keepalive 0: nothing is probed");
	IS_INT(option(IPPROTO_TCP, TCP_USER_TIMEOUT), 0, "and nothing given up");
	transport_init(&t, pair[1], signals, 20);
	IS_INT(option(SOL_SOCKET, SO_KEEPALIVE), 1, "a silent peer is probed");
	IS_INT(option(IPPROTO_TCP, TCP_KEEPIDLE), 20, "after so many seconds");
	IS_INT(option(IPPROTO_TCP, TCP_KEEPINTVL), 30, "every 30 seconds");
	IS_INT(option(IPPROTO_TCP, TCP_KEEPCNT), 3, "three times");
	IS_INT(option(IPPROTO_TCP, TCP_USER_TIMEOUT), 110000,
	    "what is not acknowledged is waited for as long");
}

static void say(const char *text)
{
	int n = 0, before = 0;

	ioctl(pair[1], FIONREAD, &before);
	if (write(pair[0], text, strlen(text)) < 0)
		support_die("write");
	while (n < before + (int)strlen(text))
		ioctl(pair[1], FIONREAD, &n);
}

static void test_drain(void)
{
	struct transport t;
	char got[100];
	size_t n;

	connect_both();
	transport_init(&t, pair[1], signals, 0);
	transport_plain(&t);
	say("0123456789");
	OK(transport_read(&t, got, 4, TRANSPORT_FOREVER, &n) == TRANSPORT_DATA && n == 4,
	    "no more than there is room for");
	transport_drain(&t);
	IS_INT(t.queued, 6, "a stop counts what is queued");
	say("behind the stop");
	transport_drain(&t);
	IS_INT(t.queued, 6, "once: a second one adds nothing");
	OK(transport_read(&t, got, sizeof(got), TRANSPORT_FOREVER, &n) == TRANSPORT_DATA &&
		n == 6 && memcmp(got, "456789", 6) == 0,
	    "only that is read");
	transport_drain(&t);
	IS_INT(transport_read(&t, got, sizeof(got), TRANSPORT_FOREVER, &n), TRANSPORT_DRAINED,
	    "then it is over, whatever else comes");
}

static void test_wait(void)
{
	struct transport t;
	char got[100];
	size_t n;

	connect_both();
	transport_init(&t, pair[1], signals, 0);
	transport_plain(&t);
	IS_INT(transport_wait(&t, io_monotonic_ms() - 1), TRANSPORT_TIMEOUT,
	    "a deadline that is past");
	say("a");
	IS_INT(transport_first_byte(&t, TRANSPORT_FOREVER), TRANSPORT_DATA, "the first byte");
	OK(transport_read(&t, got, 1, TRANSPORT_FOREVER, &n) == TRANSPORT_DATA && got[0] == 'a',
	    "is left where it was");
	IS_INT(
	    transport_wait(&t, TRANSPORT_FOREVER), TRANSPORT_QUIET, "a second of silence is told");
	IS_INT(transport_wait(&t, io_monotonic_ms() + 1500), TRANSPORT_TIMEOUT, "once");
	say("b");
	eventfd_write(signals, 1);
	IS_INT(transport_wait(&t, TRANSPORT_FOREVER), TRANSPORT_SIGNAL, "signals come before data");
}

int main(void)
{
	signals = eventfd(0, 0);
	test_options();
	test_drain();
	test_wait();
	return tap_done();
}
