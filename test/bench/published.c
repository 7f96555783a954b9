/* published: how long a packet takes from the connection to the server to a subscriber of ZeroMQ.
 *
 * usage: published PORT ENDPOINT RATE SECONDS
 *
 * Sends RATE packets of 100 bytes a second from 127.1.0.1 to the server at PORT, each with the time
 * at which it is sent, and receives them at ENDPOINT. Prints milliseconds: the median, the 99th
 * percentile and the longest; then how many of the packets did not come. */
#include <netinet/tcp.h>
#include <pthread.h>
#include <zmq.h>

#include "bench.h"

#define PACKET 100
#define HEADER 16
#define MANY   10000000

static double *took;
static size_t sent, come;
static int fd;
static unsigned rate, duration;

static void write_all(const void *p, size_t len)
{
	if (send(fd, p, len, MSG_NOSIGNAL) != (ssize_t)len)
		die("sending");
}

static void open_connection(const char *port)
{
	static const uint32_t head[] = {0xa1b2c3d4, 2 | 4 << 16, 0, 0, 9000, 1};
	uint8_t frame[4 + sizeof(head)] = {0, 0, 0, sizeof(head)};
	int on = 1;

	fd = connect_from(0x7f010001, (uint16_t)atoi(port));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	memcpy(frame + 4, head, sizeof(head));
	write_all(frame, sizeof(frame));
}

static void send_packet(void)
{
	uint8_t frame[4 + HEADER + PACKET] = {1, 0, 0, HEADER + PACKET};
	const uint32_t record[] = {1795860900, 0, PACKET, PACKET};
	double at = seconds();

	memcpy(frame + 4, record, sizeof(record));
	memcpy(frame + 4 + HEADER, &at, sizeof(at));
	write_all(frame, sizeof(frame));
}

/* The first until one has come, then those that count. */
static void *send_all(void *unused)
{
	struct timespec next, pause = {.tv_nsec = 10000000};

	while (__atomic_load_n(&come, __ATOMIC_ACQUIRE) == 0) {
		send_packet();
		nanosleep(&pause, NULL);
	}
	sleep(1);
	__atomic_store_n(&sent, 1, __ATOMIC_RELEASE);
	clock_gettime(CLOCK_MONOTONIC, &next);
	for (size_t i = 0; i < (size_t)rate * duration; i++) {
		next.tv_nsec += 1000000000 / (long)rate;
		if (next.tv_nsec >= 1000000000) {
			next.tv_nsec -= 1000000000;
			next.tv_sec++;
		}
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
		send_packet();
	}
	return unused;
}

/* False: nothing has come for so long that nothing will. */
static int receive(void *socket, uint8_t *record)
{
	char topic[256], head[256];

	if (zmq_recv(socket, topic, sizeof(topic), 0) < 0)
		return 0;
	zmq_recv(socket, head, sizeof(head), 0);
	return zmq_recv(socket, record, HEADER + PACKET, 0) == HEADER + PACKET;
}

int main(int argc, char **argv)
{
	int all = MANY, wait = 3000;
	size_t n = 0, want;
	uint8_t record[HEADER + PACKET];
	void *socket = zmq_socket(zmq_ctx_new(), ZMQ_SUB);
	pthread_t thread;

	if (argc != 5)
		return 2;
	rate = (unsigned)atoi(argv[3]);
	duration = (unsigned)atoi(argv[4]);
	want = (size_t)rate * duration;
	took = calloc(want + 1, sizeof(*took));
	zmq_setsockopt(socket, ZMQ_RCVHWM, &all, sizeof(all));
	zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "data.v1.", 8);
	if (!took || zmq_connect(socket, argv[2]) < 0)
		die(argv[2]);
	open_connection(argv[1]);
	if (pthread_create(&thread, NULL, send_all, NULL) != 0)
		die("a thread");
	if (!receive(socket, record))
		die("the first packet");
	__atomic_store_n(&come, 1, __ATOMIC_RELEASE);
	zmq_setsockopt(socket, ZMQ_RCVTIMEO, &wait, sizeof(wait));
	while (n < want && receive(socket, record)) {
		double at;

		memcpy(&at, record + HEADER, sizeof(at));
		if (__atomic_load_n(&sent, __ATOMIC_ACQUIRE))
			took[n++] = seconds() - at;
	}
	qsort(took, n, sizeof(*took), by_value);
	printf("%.3f %.3f %.3f %zu\n", took[n / 2] * 1e3, took[n - n / 100 - 1] * 1e3,
	    took[n ? n - 1 : 0] * 1e3, want - n);
	return 0;
}
