/* bench: what the programs of test/bench share: sockets, time, and the frames they send. */
#ifndef BENCH_H
#define BENCH_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static inline _Noreturn void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

static inline double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static inline int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Listens on 127.0.0.1 and says on which port. */
static inline int listen_somewhere(void)
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(sin);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&sin, len) < 0 || listen(fd, SOMAXCONN) < 0 ||
	    getsockname(fd, (struct sockaddr *)&sin, &len) < 0)
		die("listen");
	printf("listening address=127.0.0.1:%u\n", ntohs(sin.sin_port));
	fflush(stdout);
	return fd;
}

/* Connects to 127.0.0.1, from an address in host byte order. */
static inline int connect_from(uint32_t from, uint16_t port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(from)};
	struct sockaddr_in b = {.sin_family = AF_INET,
	    .sin_port = htons(port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	if (fd < 0)
		die("socket");
	/* the port is chosen with the peer known: addresses do not run out of them */
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		die("bind");
	if (connect(fd, (struct sockaddr *)&b, sizeof(b)) < 0)
		die("connect");
	return fd;
}

static inline uint32_t address(const char *text)
{
	struct in_addr a;

	if (inet_pton(AF_INET, text, &a) != 1) {
		fprintf(stderr, "%s: no IPv4 address\n", text);
		exit(2);
	}
	return ntohl(a.s_addr);
}

#define LINK_HEADER     28u /* bytes of its frame */
#define RECORD_OVERHEAD 20u /* frame header and record header */

/* The frames, in the byte order of this machine where pcap has it so. */
static inline size_t put_link_header(uint8_t *p)
{
	static const uint8_t frame[4] = {0, 0, 0, 24};
	static const uint32_t magic[6] = {0xa1b2c3d4, 2 | 4 << 16, 0, 0, 9000, 1};

	memcpy(p, frame, 4);
	memcpy(p + 4, magic, 24);
	return LINK_HEADER;
}

static inline size_t put_record(uint8_t *p, uint32_t size, uint32_t number)
{
	uint8_t frame[4] = {1, 0, (uint8_t)((size + 16) >> 8), (uint8_t)(size + 16)};
	uint32_t head[4] = {1700000000 + number / 1000000, number % 1000000, size, size};

	memcpy(p, frame, 4);
	memcpy(p + 4, head, 16);
	memset(p + RECORD_OVERHEAD, (int)(number & 0x7f), size);
	return RECORD_OVERHEAD + size;
}

/* A record of the size and with the contents that its number gives, so that it shows whether it is
 * whole: of 64 to 1463 bytes, which nothing compresses. */
#define MIXED_MOST 1463u

static inline uint32_t mixed_size(uint32_t number)
{
	return 64 + (uint32_t)(number * 2654435761u >> 16) % (MIXED_MOST - 63);
}

static inline size_t put_mixed_record(uint8_t *p, uint32_t number)
{
	uint32_t size = mixed_size(number), noise = number * 2246822519u | 1;

	put_record(p, size, number);
	for (uint32_t i = 0; i + 4 <= size; i += 4) {
		noise ^= noise << 13;
		noise ^= noise >> 17;
		noise ^= noise << 5;
		memcpy(p + RECORD_OVERHEAD + i, &noise, 4);
	}
	return RECORD_OVERHEAD + size;
}

#endif
