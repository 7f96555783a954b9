/* blast: sends records as fast as they are taken, from a buffer that was made before, and waits
 * until the server has closed. Prints the seconds from the first connection to the last end, and
 * the milliseconds of the longest send of 64 KiB.
 * usage: blast [-t CERT KEY PRIORITY] [-c CONNECTIONS] [-d SECONDS] FROM PORT SIZE RECORDS
 *   connection I comes from the address FROM + I and sends RECORDS / CONNECTIONS
 *   -d: for so long, whatever RECORDS; then the records that were sent are printed in addition */
#include <pthread.h>
#include <stdbool.h>

#include "client_tls.h"

#define PIECE 65536

static struct tls_setting tls;
static uint32_t from, size;
static uint16_t port;
static size_t records, connections = 1;
static double duration;
static uint8_t *ready; /* whole frames, again and again */
static size_t frame, ready_frames;
static pthread_barrier_t barrier;

struct one {
	pthread_t thread;
	size_t number, sent;
	double longest;
};

static void send_pieces(struct one *o, const struct link *l, const uint8_t *p, size_t len)
{
	while (len > 0) {
		size_t n = len < PIECE ? len : PIECE;
		double before = seconds(), took;

		link_send(l, p, n);
		took = seconds() - before;
		if (took > o->longest)
			o->longest = took;
		p += n;
		len -= n;
	}
}

static void *run(void *arg)
{
	struct one *o = arg;
	size_t left = records / connections;
	uint8_t head[LINK_HEADER];
	struct link l;
	double end;

	pthread_barrier_wait(&barrier);
	end = seconds() + duration;
	l = link_open(&tls, from + (uint32_t)o->number, port);
	link_send(&l, head, put_link_header(head));
	while (duration > 0 ? seconds() < end : left > 0) {
		size_t n = left < ready_frames && duration == 0 ? left : ready_frames;

		send_pieces(o, &l, ready, n * frame);
		left -= n;
		o->sent += n;
	}
	link_finish(&l);
	link_close(&l);
	return NULL;
}

static void prepare(void)
{
	frame = RECORD_OVERHEAD + size;
	ready_frames = (1u << 20) / frame;
	ready = malloc(ready_frames * frame);
	if (!ready)
		die("memory");
	for (size_t i = 0; i < ready_frames; i++)
		put_record(ready + i * frame, size, (uint32_t)i);
	tls_prepare(&tls);
}

int main(int argc, char **argv)
{
	double start, longest = 0;
	size_t sent = 0;
	struct one *all;

	argv++;
	argc--;
	for (; argc > 4 && argv[0][0] == '-'; argv += 2, argc -= 2) {
		if (argv[0][1] == 'c') {
			connections = (size_t)atol(argv[1]);
		} else if (argv[0][1] == 'd') {
			duration = atof(argv[1]);
		} else {
			tls = (struct tls_setting){argv[1], argv[2], argv[3], NULL, NULL};
			argv += 2;
			argc -= 2;
		}
	}
	if (argc != 4)
		return 2;
	from = address(argv[0]);
	port = (uint16_t)atoi(argv[1]);
	size = (uint32_t)atoi(argv[2]);
	records = (size_t)atol(argv[3]);
	prepare();
	all = calloc(connections, sizeof(*all));
	if (!all || pthread_barrier_init(&barrier, NULL, (unsigned)connections + 1) != 0)
		die("memory");
	for (size_t i = 0; i < connections; i++) {
		all[i].number = i;
		if (pthread_create(&all[i].thread, NULL, run, &all[i]) != 0)
			die("thread");
	}
	pthread_barrier_wait(&barrier);
	start = seconds();
	for (size_t i = 0; i < connections; i++) {
		pthread_join(all[i].thread, NULL);
		sent += all[i].sent;
		if (all[i].longest > longest)
			longest = all[i].longest;
	}
	printf("%.6f %.3f %zu\n", seconds() - start, longest * 1e3, sent);
	return 0;
}
