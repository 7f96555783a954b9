/* numbered: looks at captures of what clients -m has sent, one behind the other on standard input:
 * whether each record is whole, none is there twice, and all of a capture are of one connection.
 *
 * usage: numbered CONNECTIONS MANY TIMES
 *
 * A capture begins with a file header of this machine's byte order. Prints a line for each, its
 * packets and its connection; then "missing", how many records of all that were sent are in none of
 * them. Ends with 1 and a reason at the first that is wrong. */
#include <stdbool.h>

#include "bench.h"

#define MAGIC   0xa1b2c3d4u
#define HEADER  24u
#define SECONDS 1700000000u

static size_t connections, many, total;
static uint8_t *seen;
static uint64_t captures;

static _Noreturn void wrong(const char *why, uint32_t number)
{
	printf("capture %llu: %s (record %u)\n", (unsigned long long)captures, why, number);
	exit(1);
}

static bool get(void *p, size_t len)
{
	size_t n = fread(p, 1, len, stdin);

	if (n > 0 && n < len)
		wrong("it is cut off", 0);
	return n == len;
}

/* The one that is always there, number I of connection I, is of 64 equal bytes. */
static size_t connection_of(uint32_t number)
{
	return number < connections ? number : (number - connections) / many % connections;
}

static uint32_t look_at(const uint32_t head[4])
{
	static uint8_t want[RECORD_OVERHEAD + MIXED_MOST], have[MIXED_MOST];
	uint32_t number = (head[0] - SECONDS) * 1000000 + head[1];
	size_t len;

	if (number >= total)
		wrong("a record that was never sent", number);
	len = number < connections ? put_record(want, 64, number) : put_mixed_record(want, number);
	if (memcmp(want + 4, head, 16) != 0 || !get(have, len - RECORD_OVERHEAD) ||
	    memcmp(want + RECORD_OVERHEAD, have, len - RECORD_OVERHEAD) != 0)
		wrong("a record with other contents", number);
	if (seen[number]++)
		wrong("a record that was there before", number);
	return number;
}

int main(int argc, char **argv)
{
	uint64_t packets = 0, missing = 0;
	size_t connection = 0;
	uint32_t head[4];

	if (argc != 4) {
		fprintf(stderr, "usage: numbered CONNECTIONS MANY TIMES\n");
		return 2;
	}
	connections = (size_t)atol(argv[1]);
	many = (size_t)atol(argv[2]);
	total = connections * (1 + many * (size_t)atol(argv[3]));
	seen = calloc(total, 1);
	if (!seen || connections == 0 || many == 0)
		die("memory");
	while (get(head, sizeof(head))) {
		uint8_t rest[HEADER - sizeof(head)];
		uint32_t number;

		if (head[0] == MAGIC) {
			if (captures++ > 0)
				printf("%llu %zu\n", (unsigned long long)packets, connection);
			packets = 0;
			if (!get(rest, sizeof(rest)))
				wrong("it is cut off", 0);
			continue;
		}
		number = look_at(head);
		if (packets++ > 0 && connection_of(number) != connection)
			wrong("records of two connections", number);
		connection = connection_of(number);
	}
	if (captures > 0)
		printf("%llu %zu\n", (unsigned long long)packets, connection);
	for (size_t i = 0; i < total; i++)
		missing += seen[i] == 0;
	printf("missing %llu\n", (unsigned long long)missing);
	return 0;
}
