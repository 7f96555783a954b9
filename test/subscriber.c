/* subscriber: receives what osmo-pcap-publish publishes, as osmo-pcap-publish(8) describes it.
 *
 *   subscriber [-d DIR] [-s] ENDPOINT [PREFIX…]
 *
 * Prints a line for each message: the topic, then the text of an event, or the lengths of file
 * header and record. -d: each client's records go into DIR/NAME.1, behind their file header; where
 * another header comes, into DIR/NAME.2, and so on. -s: subscribes, and receives nothing. Without
 * PREFIX everything is subscribed to. Ends with a signal, or with status 1 when a message is not as
 * it is documented. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#define CLIENTS 16

static struct writer {
	char name[512];
	size_t head_len;
	unsigned char head[1 << 20];
	unsigned number;
	FILE *out;
} writers[CLIENTS];

static _Noreturn void fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

static struct writer *writer_of(const char *name)
{
	for (size_t i = 0; i < CLIENTS; i++) {
		if (!writers[i].name[0])
			snprintf(writers[i].name, sizeof(writers[i].name), "%s", name);
		if (strcmp(writers[i].name, name) == 0)
			return &writers[i];
	}
	fail("too many clients");
}

static void write_record(const char *dir, const char *name, zmq_msg_t *head, zmq_msg_t *record)
{
	struct writer *w = writer_of(name);
	size_t len = zmq_msg_size(head);
	char path[4096];

	if (len == 0 || len > sizeof(w->head))
		fail("a file header of %zu bytes", len);
	if (!w->out || len != w->head_len || memcmp(w->head, zmq_msg_data(head), len) != 0) {
		if (w->out)
			fclose(w->out);
		snprintf(path, sizeof(path), "%s/%s.%u", dir, name, ++w->number);
		w->out = fopen(path, "w");
		if (!w->out)
			fail("%s: %s", path, strerror(errno));
		memcpy(w->head, zmq_msg_data(head), len);
		w->head_len = len;
		fwrite(w->head, 1, len, w->out);
	}
	fwrite(zmq_msg_data(record), 1, zmq_msg_size(record), w->out);
	fflush(w->out);
}

/* All parts of a message, three at most. */
static size_t receive(void *socket, zmq_msg_t part[3])
{
	size_t n = 0;
	int more;

	do {
		if (n == 3)
			fail("a message of more than three parts");
		zmq_msg_init(&part[n]);
		if (zmq_msg_recv(&part[n], socket, 0) < 0)
			fail("receiving: %s", zmq_strerror(errno));
		more = zmq_msg_more(&part[n++]);
	} while (more);
	return n;
}

static void take(const char *dir, zmq_msg_t part[3], size_t n)
{
	char topic[512];

	snprintf(topic, sizeof(topic), "%.*s", (int)zmq_msg_size(&part[0]),
	    (char *)zmq_msg_data(&part[0]));
	fputs(topic, stdout);
	if (strncmp(topic, "data.v1.", 8) == 0) {
		if (n != 3)
			fail("%s: %zu parts", topic, n);
		if (dir)
			write_record(dir, topic + 8, &part[1], &part[2]);
		printf(" %zu %zu", zmq_msg_size(&part[1]), zmq_msg_size(&part[2]));
	} else if (strncmp(topic, "event.v1.", 9) != 0 || n > 2) {
		fail("%s: %zu parts", topic, n);
	} else if (n == 2) {
		printf(" %.*s", (int)zmq_msg_size(&part[1]), (char *)zmq_msg_data(&part[1]));
	}
	putchar('\n');
	fflush(stdout);
}

int main(int argc, char **argv)
{
	const char *dir = NULL;
	int c, silent = 0, all = 1000000;
	void *zmq = zmq_ctx_new(), *socket = zmq_socket(zmq, ZMQ_SUB);

	while ((c = getopt(argc, argv, "d:s")) != -1) {
		if (c == 'd')
			dir = optarg;
		else if (c == 's')
			silent = 1;
		else
			return 2;
	}
	if (optind >= argc)
		return 2;
	if (!silent) /* in a test nothing is to be lost here */
		zmq_setsockopt(socket, ZMQ_RCVHWM, &all, sizeof(all));
	if (optind + 1 == argc)
		zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "", 0);
	for (int i = optind + 1; i < argc; i++)
		zmq_setsockopt(socket, ZMQ_SUBSCRIBE, argv[i], strlen(argv[i]));
	if (zmq_connect(socket, argv[optind]) < 0)
		fail("%s: %s", argv[optind], zmq_strerror(errno));
	while (silent)
		pause();
	for (;;) {
		zmq_msg_t part[3];
		size_t n = receive(socket, part);

		take(dir, part, n);
		for (size_t i = 0; i < n; i++)
			zmq_msg_close(&part[i]);
	}
}
