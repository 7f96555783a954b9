/* scan: see scan.h. */
#include "read/scan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/processors.h"
#include "daemon/process.h"
#include "daemon/pipes.h"
#include "record/reader.h"
#include "read/roles.h"

/* At once; and files of one process. */
#define PROCESSES_MAX 16u
#define FILES_MAX     ((size_t)PROCESS_FILES_MAX)

/* Bytes after which a process tells that it lives. */
#define SIGN (UINT64_C(16) << 20)

/* What a process tells of one file. */
struct report {
	uint64_t walked; /* of the file; more than the last time */
	uint32_t done;   /* 1: the rest is valid, and the column of the profile follows */
	uint32_t profile_len;
	struct facts facts;
};

struct batch {
	const struct scan_file *file;
	size_t n;
	bool profiles;
};

/* ---- the process ---- */

static void finish(struct summary *s, enum reader_status st, const struct reader_record *k,
    const struct scan_file *f, uint64_t size)
{
	struct reader_record end = *k;
	int error = errno;

	/* of a recording the last record need not be whole */
	if (f->recording && st == READER_MORE) {
		summary_end(s, READER_END, &end, k->offset);
		s->facts.bytes = size;
		return;
	}
	if (st == READER_ERROR) {
		end.why = strerror(error);
		st = READER_BAD;
	}
	summary_end(s, st, &end, size);
}

static void send(const void *data, size_t len)
{
	if (!io_write_all(PROCESS_OUT, data, len))
		_exit(1);
}

static void walk(int fd, const struct scan_file *f, struct summary *s)
{
	struct reader_record k = {0};
	enum reader_status st = READER_ERROR;
	struct stat info = {0};
	struct report sign = {0};
	struct reader r;

	summary_init(s);
	if (fstat(fd, &info) == 0 &&
	    reader_init(&r, fd, f->recording ? READER_GROWING : READER_FILE, 0)) {
		r.end = (uint64_t)info.st_size;
		while ((st = reader_next(&r, &k)) == READER_RECORD) {
			summary_add(s, &r, &k);
			if (k.offset - sign.walked >= SIGN) {
				sign.walked = k.offset;
				send(&sign, sizeof(sign));
			}
		}
		reader_free(&r);
	}
	finish(s, st, &k, f, (uint64_t)info.st_size);
}

static void run(void *context)
{
	static struct summary s;
	static uint8_t column[sizeof(struct profile)];
	const struct batch *b = context;

	for (size_t i = 0; i < b->n; i++) {
		struct report r = {.done = 1};

		walk(PROCESS_FILES + (int)i, &b->file[i], &s);
		r.facts = s.facts;
		r.profile_len = b->profiles ? (uint32_t)profile_size(&s.profile) : 0;
		if (b->profiles)
			profile_write(&s.profile, column);
		send(&r, sizeof(r));
		send(column, r.profile_len);
	}
}

/* ---- its master ---- */

static bool take_profile(struct process *p, struct scan_file *f, uint32_t len)
{
	static uint8_t column[sizeof(struct profile)];

	if (len > sizeof(column) || !pipes_read_full(p->from, column, len))
		return false;
	f->profile = malloc(sizeof(*f->profile));
	if (f->profile && profile_read(f->profile, column, len))
		return true;
	free(f->profile);
	f->profile = NULL;
	return false;
}

static bool take(struct process *p, struct scan_file *f, bool profiles)
{
	struct report r = {0};
	struct stat st;
	uint64_t walked;

	do {
		walked = r.walked;
		if (!pipes_read_full(p->from, &r, sizeof(r)))
			return false;
		/* signs of life have an end */
		if (r.done != 1 && (r.walked < walked + SIGN || fstat(f->fd, &st) < 0 ||
				       r.walked > (uint64_t)st.st_size))
			return false;
	} while (r.done != 1);
	if (!facts_check(&r.facts))
		return false;
	f->facts = r.facts;
	f->ok = profiles ? take_profile(p, f, r.profile_len) : r.profile_len == 0;
	return f->ok;
}

static bool start(struct process *p, struct batch *b)
{
	int fd[PROCESS_FILES_MAX];

	for (size_t i = 0; i < b->n; i++)
		fd[i] = b->file[i].fd;
	return process_start(p, read_roles_reader(), fd, b->n, run, b);
}

/* One batch of each process. Where one dies, the file that it was at is left out, and what was
 * behind it waits for the next round. *at is moved behind those that were dealt with. */
static bool scan_round(struct scan_file **at, struct scan_file *end, bool profiles)
{
	size_t most = processors_online(PROCESSES_MAX);
	size_t left = (size_t)(end - *at), each = (left + most - 1) / most, n = 0;
	struct process process[PROCESSES_MAX];
	struct batch batch[PROCESSES_MAX];
	struct scan_file *next = *at;
	bool dead = false;

	each = each < FILES_MAX ? each : FILES_MAX;
	for (; n < most && next < end; n++) {
		size_t files = (size_t)(end - next) < each ? (size_t)(end - next) : each;

		batch[n] = (struct batch){next, files, profiles};
		if (!start(&process[n], &batch[n]))
			break;
		next += files;
	}
	if (n == 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < batch[i].n && !dead; k++, (*at)++)
			dead = !take(&process[i], *at, profiles);
		process_end(&process[i]);
	}
	return true;
}

bool scan(struct scan_file *file, size_t n, bool profiles)
{
	struct scan_file *at = file;

	while (at < file + n)
		if (!scan_round(&at, file + n, profiles))
			return false;
	return true;
}
