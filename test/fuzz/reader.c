/* reader: capture files of any content.
 *
 * The input: two bytes that seed the pieces, then the file. Records must follow one another without
 * a gap from the first byte on, also to the offset that is told at the end; packets must lie inside
 * their records. A file that grows by pieces, a pipe that is given pieces, and a reader that begins
 * at a saved place must give the same records and the same end. */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "record/reader.h"

#define RECORDS 4096
#define PIPE    65536

struct found {
	uint64_t offset;
	size_t len;
	enum reader_kind kind;
	bool damaged, timed;
	int64_t time_ns;
	uint32_t interface, caplen, original;
	uint16_t link_type;
};

static struct found whole[RECORDS];
static size_t count;

static struct found found_of(const struct reader_record *k)
{
	struct found f;

	memset(&f, 0, sizeof(f)); /* compared with its padding */
	f.offset = k->offset;
	f.len = k->len;
	f.kind = k->kind;
	f.damaged = k->damaged;
	f.timed = k->timed;
	f.time_ns = k->time_ns;
	f.interface = k->interface;
	f.caplen = k->caplen;
	f.original = k->original;
	f.link_type = k->link_type;
	return f;
}

static void check(const struct reader_record *k, uint64_t at, const uint8_t *data, size_t len)
{
	MUST(k->offset == at && k->len > 0, "a gap at %llu", (unsigned long long)at);
	MUST(at + k->len <= len && memcmp(k->data, data + at, k->len) == 0, "other bytes");
	if (k->kind == READER_PACKET && !k->damaged)
		MUST(k->packet >= k->data && k->packet + k->caplen <= k->data + k->len,
		    "a packet outside its record");
	else if (k->damaged)
		MUST(k->why && !k->timed, "damaged, and no reason");
}

/* Reads the whole file. */
static enum reader_status read_whole(int fd, const uint8_t *data, size_t len, uint64_t *end)
{
	struct reader_record k;
	enum reader_status st;
	struct reader r;
	uint64_t at = 0;

	count = 0;
	MUST(reader_init(&r, fd, READER_FILE, 0), "memory");
	while ((st = reader_next(&r, &k)) == READER_RECORD && count < RECORDS) {
		check(&k, at, data, len);
		at += k.len;
		whole[count++] = found_of(&k);
	}
	MUST(st != READER_MORE && st != READER_ERROR, "status %d, %s", st, strerror(errno));
	MUST(st == READER_RECORD || k.offset == at, "another end");
	MUST(st != READER_END || at == len, "an end before the end");
	*end = at;
	reader_free(&r);
	return st;
}

static void same(const struct reader_record *k, size_t i)
{
	struct found f = found_of(k);

	MUST(i < count && memcmp(&f, &whole[i], sizeof(f)) == 0, "another record %zu", i);
}

/* Gives the bytes piece by piece, and reads what is there after each. */
static void in_pieces(
    enum reader_input input, const uint8_t *data, size_t len, uint32_t seed, enum reader_status end)
{
	int fd[2], in;
	struct reader_record k;
	enum reader_status st = READER_MORE;
	struct reader r;
	size_t i = 0, at = 0;

	if (input == READER_STREAM)
		MUST(pipe2(fd, O_CLOEXEC) == 0, "pipe");
	else
		MUST((fd[0] = memfd_create("fuzz", MFD_CLOEXEC)) >= 0, "memfd");
	in = input == READER_STREAM ? fd[1] : fd[0];
	MUST(reader_init(&r, fd[0], input, 0), "memory");
	while (at < len && st == READER_MORE) {
		size_t n = 1 + fuzz_random(&seed) % 700;

		n = n < len - at ? n : len - at;
		MUST(write(in, data + at, n) == (ssize_t)n, "write");
		at += n;
		while ((st = reader_next(&r, &k)) == READER_RECORD)
			same(&k, i++);
	}
	r.input = input == READER_GROWING ? READER_FILE : input;
	if (input == READER_STREAM)
		close(fd[1]);
	while ((st = reader_next(&r, &k)) == READER_RECORD)
		same(&k, i++);
	MUST(st == end && i == count, "another end: %d, not %d", st, end);
	reader_free(&r);
	close(fd[0]);
}

/* A reader that stops at a record, and another one that goes on there. */
static void from_there(int fd, size_t place, enum reader_status end)
{
	struct reader_state state;
	struct reader_record k;
	enum reader_status st;
	struct reader r;
	size_t i;

	MUST(reader_init(&r, fd, READER_FILE, 0), "memory");
	for (i = 0; i < place; i++)
		MUST(reader_next(&r, &k) == READER_RECORD, "record %zu", i);
	MUST(reader_save(&r, &state), "memory");
	reader_free(&r);
	MUST(reader_init(&r, fd, READER_FILE, 0) && reader_restore(&r, &state), "memory");
	reader_state_free(&state);
	while ((st = reader_next(&r, &k)) == READER_RECORD)
		same(&k, i++);
	MUST(st == end && i == count, "another end");
	reader_free(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint32_t seed = 1;
	enum reader_status st;
	uint64_t end;
	int fd;

	if (len < 2 || len > PIPE)
		return 0;
	seed += data[0] | (unsigned)data[1] << 8;
	data += 2;
	len -= 2;
	fd = memfd_create("fuzz", MFD_CLOEXEC);
	MUST(fd >= 0 && write(fd, data, len) == (ssize_t)len, "memfd");
	st = read_whole(fd, data, len, &end);
	if (st != READER_RECORD) { /* else there are too many to remember */
		in_pieces(READER_GROWING, data, len, seed, st);
		in_pieces(READER_STREAM, data, len, seed, st);
		from_there(fd, fuzz_random(&seed) % (count + 1), st);
	}
	close(fd);
	return 0;
}
