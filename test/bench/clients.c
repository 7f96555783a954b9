/* clients: many clients that send little, each from an address of its own.
 *
 * usage: clients [-t CERT KEY PRIORITY] [-n CONNECTIONS] [-w AT-ONCE] [-H] [-b] [-s RECORDS]
 *                [-m MANY] FROM PORT
 *
 * Each connects from FROM + I and sends a link header and a record of 64 bytes, number I.
 *   without -H  says that this was all and waits until the server has closed; then the next one
 *   -H          hold: the connections stay, until standard input ends; "open" is printed when all
 *               are there
 *   -b          bare: nothing is sent
 *   -s          with -H: then a record a second on every connection, so many times; the K-th one of
 *               a connection has the number I + K * CONNECTIONS
 *   -m          with -s: so many records at a time, of different sizes (put_mixed_record()); those
 * of the N-th time, counted over all connections, which is of connection N % CONNECTIONS, have the
 * numbers CONNECTIONS + N * MANY and following Prints seconds for all, then p50, p99 and the
 * longest in milliseconds: with -H until connected (and, with TLS, known to each other), without
 * until closed. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "client_tls.h"

static struct tls_setting tls;
static uint32_t from;
static uint16_t port;
static size_t total = 1000, workers = 8, repeats, many;
static bool hold, bare;
static atomic_size_t next;
static pthread_barrier_t barrier;
static struct link *links;
static double *took, start;

#define SIZE 64

static void *run(void *arg)
{
	uint8_t first[LINK_HEADER + RECORD_OVERHEAD + SIZE];
	size_t i;

	(void)arg;
	put_link_header(first);
	pthread_barrier_wait(&barrier);
	while ((i = atomic_fetch_add(&next, 1)) < total) {
		double before = seconds();

		put_record(first + LINK_HEADER, SIZE, (uint32_t)i);
		links[i] = link_open(&tls, from + (uint32_t)(i % 16384), port);
		if (!bare)
			link_send(&links[i], first, sizeof(first));
		if (!hold) {
			link_finish(&links[i]);
			link_close(&links[i]);
		}
		took[i] = seconds() - before;
	}
	return NULL;
}

static void print(const char *word)
{
	double all = seconds() - start;

	qsort(took, total, sizeof(*took), by_value);
	printf("%s%.6f %.3f %.3f %.3f\n", word, all, took[total / 2] * 1e3,
	    took[total * 99 / 100] * 1e3, took[total - 1] * 1e3);
	fflush(stdout);
}

/* At most so many as there is room for. */
#define MANY_MOST 64

/* What goes over a connection at the n-th time. */
static size_t put_some(uint8_t *p, size_t n)
{
	size_t len = 0;

	if (many == 0)
		return put_record(p, SIZE, (uint32_t)(total + n));
	for (size_t i = 0; i < many; i++)
		len += put_mixed_record(p + len, (uint32_t)(total + n * many + i));
	return len;
}

/* A second between the records of a connection, evenly spread. */
static void send_slowly(void)
{
	static uint8_t records[MANY_MOST * (RECORD_OVERHEAD + MIXED_MOST)];
	double begin = seconds();

	for (size_t n = 0; n < repeats * total; n++) {
		double wait = begin + (double)n / (double)total - seconds();
		struct timespec ts = {(time_t)wait, (long)((wait - (double)(time_t)wait) * 1e9)};

		if (wait > 0.001)
			nanosleep(&ts, NULL);
		link_send(&links[n % total], records, put_some(records, n));
	}
	printf("sent\n");
	fflush(stdout);
}

static void options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "+t:n:w:s:m:Hb")) != -1) {
		switch (c) {
		case 't': /* three arguments */
			tls = (struct tls_setting){
			    optarg, argv[optind], argv[optind + 1], NULL, NULL};
			optind += 2;
			break;
		case 'n':
			total = (size_t)atol(optarg);
			break;
		case 'w':
			workers = (size_t)atol(optarg);
			break;
		case 's':
			repeats = (size_t)atol(optarg);
			break;
		case 'm':
			many = (size_t)atol(optarg);
			break;
		case 'H':
			hold = true;
			break;
		case 'b':
			bare = true;
			break;
		default:
			exit(2);
		}
	}
	if (argc - optind != 2 || many > MANY_MOST)
		exit(2);
	from = address(argv[optind]);
	port = (uint16_t)atoi(argv[optind + 1]);
}

int main(int argc, char **argv)
{
	pthread_attr_t small;
	pthread_t *thread;
	char c;

	options(argc, argv);
	tls_prepare(&tls);
	links = calloc(total, sizeof(*links));
	took = calloc(total, sizeof(*took));
	thread = calloc(workers, sizeof(*thread));
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 128 * 1024);
	if (!links || !took || !thread ||
	    pthread_barrier_init(&barrier, NULL, (unsigned)workers + 1) != 0)
		die("memory");
	for (size_t i = 0; i < workers; i++)
		if (pthread_create(&thread[i], &small, run, NULL) != 0)
			die("thread");
	pthread_barrier_wait(&barrier);
	start = seconds();
	for (size_t i = 0; i < workers; i++)
		pthread_join(thread[i], NULL);
	print(hold ? "open " : "");
	if (!hold)
		return 0;
	if (repeats > 0)
		send_slowly();
	while (read(STDIN_FILENO, &c, 1) > 0)
		;
	for (size_t i = 0; i < total; i++)
		link_finish(&links[i]);
	for (size_t i = 0; i < total; i++)
		link_close(&links[i]);
	return 0;
}
