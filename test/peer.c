/* peer: a TCP peer that misbehaves on demand. Sends standard input to HOST:PORT.
 *   -s ADDR    connect from this address
 *   -c N       send in pieces of N bytes, each in a segment of its own
 *   -p MS      pause between pieces (default 0)
 *   -r         end with a reset instead of an orderly close
 *   -b N       a receive buffer of N bytes, and segments of 536: little of what the server says
 * goes away -d         deaf: read nothing of what the server says, until we are killed -n print
 * behind it how many bytes the server has said -h         hold: after sending keep the connection
 * open until the server ends it or we are killed -o         send the last byte of each piece as
 * urgent data -l FIFO    live: send what comes through the FIFO, as it comes, instead of standard
 * input. SIGUSR1: then close in an orderly way, or with a reset if -r. SIGTERM ends the peer as if
 * its host were gone as far as a process can do that. -f FILE    live: send this first -v live:
 * SIGUSR2 makes the host vanish: from then on nothing that the server sends is let in (a filter of
 * the socket drops it, so that nothing is acknowledged), and nothing is said, "vanished" is printed
 * Ends when the server has closed; prints "closed" or "reset" (or "refused": no connection). */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#include "bytebuf.h"

static int s;
static size_t piece;
static long pause_ms;
static bool reset, deaf, tells, holds, urgent;
static volatile sig_atomic_t hang_up;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "peer: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void set(int level, int option, int value)
{
	setsockopt(s, level, option, &value, sizeof(value));
}

static _Noreturn void ended(void)
{
	char buf[65536];
	unsigned long said = 0;
	ssize_t n;

	while ((n = read(s, buf, sizeof(buf))) > 0 || (n < 0 && errno == EINTR))
		said += n > 0 ? (unsigned long)n : 0; /* TLS answers */
	printf(tells ? "%s %lu\n" : "%s\n", n == 0 ? "closed" : "reset", said);
	exit(0);
}

/* False: the server does not want it. */
static bool put(const uint8_t *p, size_t len)
{
	while (len > 0) {
		ssize_t n = send(s, p, len, urgent ? MSG_OOB : 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

static void canned(void)
{
	const struct timespec wait = {pause_ms / 1000, pause_ms % 1000 * 1000000};
	struct bytebuf all = {0};
	size_t n;

	bytebuf_read(&all, stdin);
	for (size_t at = 0; at < all.len; at += n) {
		n = piece > 0 && piece < all.len - at ? piece : all.len - at;
		if (!put(all.at + at, n))
			return;
		if (pause_ms > 0)
			nanosleep(&wait, NULL);
	}
}

static void on_hang_up(int sig)
{
	(void)sig;
	hang_up = 1;
}

/* One instruction: keep 0 bytes of it. */
static void vanish(int sig)
{
	struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
	const struct sock_fprog filter = {1, &nothing};

	(void)sig;
	if (setsockopt(s, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) < 0 ||
	    write(1, "vanished\n", 9) != 9)
		_exit(1);
	for (;;)
		pause();
}

/* The FIFO is open for writing here too, so it never ends by itself. Hanging up waits until it is
 * empty. */
static void live(const char *fifo, const struct bytebuf *first)
{
	static uint8_t data[65536];
	const struct timespec now = {0};
	struct pollfd fds[2] = {{.fd = s, .events = POLLIN}, {.events = POLLIN}};
	sigset_t none;

	sigemptyset(&none);
	fds[1].fd = open(fifo, O_RDWR | O_NONBLOCK);
	if (fds[1].fd < 0)
		die(fifo);
	if (!put(first->at, first->len))
		ended();
	for (;;) {
		bool last = hang_up;
		ssize_t n;

		if (ppoll(fds, 2, last ? &now : NULL, &none) < 0)
			continue;
		if (fds[0].revents != 0)
			ended();
		if (fds[1].revents != 0 && (n = read(fds[1].fd, data, sizeof(data))) > 0) {
			if (!put(data, (size_t)n))
				ended();
		} else if (last) {
			return;
		}
	}
}

static socklen_t address(struct sockaddr_storage *to, const char *host, const char *port)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)to;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)to;
	uint16_t number = htons((uint16_t)strtoul(port, NULL, 10));
	bool six = strchr(host, ':') != NULL;

	memset(to, 0, sizeof(*to));
	errno = EINVAL;
	if (six ? inet_pton(AF_INET6, host, &v6->sin6_addr) != 1
		: inet_pton(AF_INET, host, &v4->sin_addr) != 1)
		die(host);
	to->ss_family = six ? AF_INET6 : AF_INET;
	if (six)
		v6->sin6_port = number;
	else
		v4->sin_port = number;
	return six ? sizeof(*v6) : sizeof(*v4);
}

/* USR1 waits until live() looks for it. */
static void take_signals(bool may_vanish)
{
	struct sigaction hang = {.sa_handler = on_hang_up}, gone = {.sa_handler = vanish};
	sigset_t usr1;

	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sigprocmask(SIG_BLOCK, &usr1, NULL);
	sigaction(SIGUSR1, &hang, NULL);
	if (may_vanish)
		sigaction(SIGUSR2, &gone, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void dial(const char *from, int buffer, const char *host, const char *port)
{
	struct sockaddr_storage to, self;
	socklen_t len = address(&to, host, port);

	s = socket(to.ss_family, SOCK_STREAM, 0);
	if (s < 0)
		die("socket");
	set(IPPROTO_TCP, TCP_NODELAY, 1);
	if (buffer > 0) {
		set(IPPROTO_TCP, TCP_MAXSEG, 536);
		set(SOL_SOCKET, SO_RCVBUF, buffer);
	}
	if (from && bind(s, (struct sockaddr *)&self, address(&self, from, "0")) < 0)
		die(from);
	if (connect(s, (struct sockaddr *)&to, len) < 0) {
		puts("refused");
		exit(0);
	}
}

static _Noreturn void end(void)
{
	const struct linger at_once = {1, 0};

	if (reset) {
		setsockopt(s, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
		close(s);
		exit(0);
	}
	if (!holds && !deaf)
		shutdown(s, SHUT_WR);
	while (deaf)
		pause();
	ended();
}

int main(int argc, char **argv)
{
	const char *from = NULL, *fifo = NULL, *file = NULL, *patience = getenv("PATIENCE");
	struct bytebuf first = {0};
	bool may_vanish = false;
	int c, buffer = 0;

	while ((c = getopt(argc, argv, "s:c:p:b:dnrhol:f:v")) != -1) {
		switch (c) {
		case 's':
			from = optarg;
			break;
		case 'c':
			piece = strtoul(optarg, NULL, 10);
			break;
		case 'p':
			pause_ms = atol(optarg);
			break;
		case 'b':
			buffer = atoi(optarg);
			break;
		case 'l':
			fifo = optarg;
			break;
		case 'f':
			file = optarg;
			break;
		default:
			deaf = deaf || c == 'd';
			tells = tells || c == 'n';
			reset = reset || c == 'r';
			holds = holds || c == 'h';
			urgent = urgent || c == 'o';
			may_vanish = may_vanish || c == 'v';
		}
		if (c == '?')
			return 2;
	}
	if (argc - optind != 2) {
		fputs("usage: peer [-s ADDR] [-c N] [-p MS] [-b N] [-dnrho] [-l FIFO [-f FILE] "
		      "[-v]] HOST PORT\n",
		    stderr);
		return 2;
	}
	if (file) {
		FILE *f = fopen(file, "rb");

		if (!f)
			die(file);
		bytebuf_read(&first, f);
		fclose(f);
	}
	alarm(2 * (patience ? (unsigned)strtoul(patience, NULL, 10)
			    : 30)); /* longer than any test waits */
	take_signals(may_vanish);
	dial(from, buffer, argv[optind], argv[optind + 1]);
	if (fifo)
		live(fifo, &first);
	else
		canned();
	end();
}
