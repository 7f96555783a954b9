/* repair: see repair.h. */
#include "server/repair.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/capfile.h"
#include "capture/format.h"
#include "capture/capname.h"
#include "capture/frame.h"
#include "base/log.h"

/* Larger than any record that was ever written at once. */
#define CHUNK (256 * 1024)

struct unfinished {
	const char *client;
	struct capfile file; /* fd: read only */
	uint64_t length;     /* on disk */
	uint64_t packets;
	bool data;       /* there is more in it than a header and interfaces */
	bool interfaces; /* pcapng: there is one, without which it cannot be read */
};

static void failed(const struct unfinished *u, const char *what)
{
	log_line(LVL_ERROR, "error client=%s file=%s reason=%s", u->client, u->file.name,
	    LOG_QUOTE(what));
}

static void failed_errno(const struct unfinished *u, const char *what)
{
	struct log_text t;

	snprintf(t.s, sizeof(t.s), "repair: %s: %s", what, strerror(errno));
	failed(u, t.s);
}

static ssize_t read_at(int fd, uint8_t *buf, size_t len, uint64_t at)
{
	size_t got = 0;

	while (got < len) {
		ssize_t n = pread(fd, buf + got, len - got, (off_t)(at + got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	return (ssize_t)got;
}

/* The length of the file header at the beginning of p: what a link header begins with. */
static size_t file_header(struct format *f, const uint8_t *p, size_t len)
{
	struct format_record r;
	size_t n;

	if (format_begin(f, p, len, &n, &r) != FORMAT_WHOLE)
		return 0;
	if (f->kind == FORMAT_PCAP)
		return n;
	return format_next(f, p, len, &r) == FORMAT_WHOLE ? r.len : 0;
}

/* Takes note of what whole records say about the file. */
static void look(struct unfinished *u, const struct format *f, const uint8_t *p, size_t len)
{
	struct pcapng_block b;

	if (f->kind == FORMAT_PCAP) {
		u->data = u->data || len > 0;
		u->interfaces = true;
		return;
	}
	for (; pcapng_read_block(&b, p, len, f->section.big) == PCAPNG_OK;
	     p += b.total, len -= b.total) {
		u->data = u->data || !pcapng_is_needed_type(b.type);
		u->interfaces = u->interfaces || b.type == PCAPNG_INTERFACE;
	}
}

/* How much of the file was written without a gap. Nobody who records leaves one, but a hijacked
 * child can, of any size at no cost, and zeros look like packets of no length. What is appended
 * from now on is none of ours either. */
static uint64_t written(const struct unfinished *u)
{
	off_t hole = lseek(u->file.fd, 0, SEEK_HOLE);

	return hole < 0 || (uint64_t)hole > u->length ? u->length : (uint64_t)hole;
}

static bool written_after(const struct unfinished *u, uint64_t hole)
{
	return lseek(u->file.fd, (off_t)hole, SEEK_DATA) >= 0 || errno != ENXIO;
}

/* How much of the file is whole. False when it cannot be read; *torn tells whether what follows is
 * the beginning of a record (or nothing), and not something else. */
static bool measure(struct unfinished *u, uint8_t *buf, uint64_t *whole, bool *torn)
{
	struct format fmt;
	uint64_t at = 0, end = written(u);

	for (;;) {
		size_t len = end - at < CHUNK ? (size_t)(end - at) : CHUNK, used;
		ssize_t n = read_at(u->file.fd, buf, len, at);

		if (n < 0)
			return false;
		if (at == 0) {
			used = file_header(&fmt, buf, (size_t)n);
			*torn = format_is_header_beginning(buf, (size_t)n, FRAME_PAYLOAD_MAX);
		} else {
			used = format_whole(&fmt, buf, (size_t)n, &u->packets);
			look(u, &fmt, buf, used);
			*torn = format_is_beginning(&fmt, buf, (size_t)n, FRAME_PAYLOAD_MAX);
		}
		at += used;
		if (used == 0) {
			*whole = at;
			/* a gap up to the end is nothing that was ever sent */
			if (end < u->length)
				*torn = !written_after(u, end);
			return true;
		}
	}
}

/* A second descriptor on the same file, for writing: published modes rarely have a write bit. */
static bool cut(const struct unfinished *u, uint64_t whole)
{
	struct stat by_read, by_write;
	bool ok = false;
	int fd;

	if (fchmod(u->file.fd, u->file.mode | CAPFILE_MARK | S_IWUSR) < 0)
		return false;
	fd = openat(u->file.base, u->file.name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0) {
		ok = fstat(u->file.fd, &by_read) == 0 && fstat(fd, &by_write) == 0 &&
		     by_read.st_ino == by_write.st_ino && ftruncate(fd, (off_t)whole) == 0 &&
		     fsync(fd) == 0;
		close(fd);
	}
	return fchmod(u->file.fd, u->file.mode | CAPFILE_MARK) == 0 && ok;
}

static bool finish(struct unfinished *u, uint8_t *buf)
{
	char before[CAPNAME_MAX];
	uint64_t whole;
	bool torn, renamed;

	if (!measure(u, buf, &whole, &torn)) {
		failed_errno(u, "read");
		close(u->file.fd);
		return false;
	}
	if (torn && !(u->data && u->interfaces)) {
		if (!capfile_discard(&u->file)) {
			failed_errno(u, "removing the empty file");
			return false;
		}
		log_line(LVL_INFO, "file client=%s name=%s reason=removed packets=0 bytes=%" PRIu64,
		    u->client, u->file.name, u->length);
		return true;
	}
	if (!torn) {
		log_line(LVL_ERROR,
		    "error client=%s file=%s reason=\"no record begins at offset %" PRIu64
		    ": published as it is\"",
		    u->client, u->file.name, whole);
		whole = u->length;
	} else if (whole < u->length && !cut(u, whole)) {
		failed_errno(u, "cutting the torn tail");
		close(u->file.fd);
		return false;
	}
	memcpy(before, u->file.name, sizeof(before));
	switch (capfile_publish(&u->file, &renamed)) {
	case CAPFILE_LEFT:
		failed_errno(u, "publishing");
		return false;
	case CAPFILE_UNSYNCED:
		failed_errno(u, "published, but not synced");
		break;
	case CAPFILE_PUBLISHED:
		break;
	}
	log_line(LVL_INFO,
	    "file client=%s name=%s%s%s reason=repaired packets=%" PRIu64 " bytes=%" PRIu64,
	    u->client, u->file.name, renamed ? " was=" : "", renamed ? before : "", u->packets,
	    whole);
	return true;
}

/* Files that this user cannot finish. */
struct foreign {
	char first[CAPNAME_MAX];
	unsigned n;
};

/* Opens and locks the file if it is unfinished. */
static bool take(struct unfinished *u, struct foreign *foreign)
{
	const mode_t unfinished = CAPFILE_MARK | S_IRUSR;
	struct stat st, by_fd;
	int fd;

	if (fstatat(u->file.base, u->file.name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !S_ISREG(st.st_mode) || (st.st_mode & unfinished) != unfinished)
		return false;
	if (st.st_uid != geteuid()) {
		if (foreign->n++ == 0)
			memcpy(foreign->first, u->file.name, sizeof(foreign->first));
		return false;
	}
	fd = openat(
	    u->file.base, u->file.name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return false;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0 || fstat(fd, &by_fd) < 0 ||
	    by_fd.st_ino != st.st_ino || (by_fd.st_mode & unfinished) != unfinished ||
	    fstatat(u->file.base, u->file.name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    st.st_ino != by_fd.st_ino) {
		close(fd);
		return false;
	}
	u->file.fd = fd;
	u->file.mode = by_fd.st_mode & 0777;
	u->length = (uint64_t)by_fd.st_size;
	return true;
}

/* Whether a file of that stem is the client's: "name", or "name-ADDRESS" of one of its networks. */
static bool is_of(const struct config_client *k, const char *stem)
{
	size_t n = strlen(k->name);
	struct addr a;

	if (strncmp(stem, k->name, n) != 0)
		return false;
	return stem[n] == '\0' || (capname_stem_parse(stem, &a) == n && config_network(k, &a));
}

/* Where the file belongs: the directory of the client with the longest matching name, else of
 * anybody who records into this directory. */
static struct place place_of(
    const struct generation *g, int base, const char *stem, const char **client, unsigned *mode)
{
	struct place p = {.base = base, .done = base, .rules = -1};
	size_t best = 0;

	*client = stem;
	*mode = g->config->storage.mode;
	if (g->places.server.base == base)
		p = g->places.server;
	for (size_t i = 0; i < g->config->nclients; i++) {
		const struct config_client *k = &g->config->clients[i];

		if (g->places.client[i].base != base)
			continue;
		if (p.done == base && best == 0)
			p = g->places.client[i];
		if (is_of(k, stem) && strlen(k->name) > best) {
			best = strlen(k->name);
			*client = k->name;
			*mode = k->storage.mode;
			p = g->places.client[i];
		}
	}
	return p;
}

/* Whether a file of that stem is to be looked at, as far as its name tells. */
static bool in_scope(const struct generation *g, const struct repair_scope *scope, const char *stem)
{
	for (size_t i = 0; i < scope->n; i++)
		if (is_of(&g->config->clients[scope->client[i].client], stem))
			return true;
	return scope->n == 0;
}

static unsigned repair_directory(
    const struct generation *g, const struct repair_scope *scope, int base, uint8_t *buf)
{
	/* a description of its own: the position in the directory must not be shared */
	int fd = openat(base, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct foreign foreign = {.n = 0};
	struct dirent *e;
	unsigned n = 0;

	if (!dir) {
		log_line(
		    LVL_ERROR, "error reason=%s", LOG_QUOTE("repair: a base-path cannot be read"));
		if (fd >= 0)
			close(fd);
		return 0;
	}
	while ((e = readdir(dir))) {
		struct unfinished u = {.file = {.fd = -1, .base = base}};
		struct capname parsed;
		struct place p;
		unsigned mode;

		if (!capname_parse(e->d_name, &parsed) || !in_scope(g, scope, parsed.stem))
			continue;
		memcpy(u.file.name, e->d_name, strlen(e->d_name) + 1); /* parsed, so it fits */
		if (!take(&u, &foreign))
			continue;
		p = place_of(g, base, parsed.stem, &u.client, &mode);
		u.file.done = p.done;
		/* as it was recorded, but for what only recording and repair need */
		if (((u.file.mode ^ mode) & ~(unsigned)(S_IRUSR | S_IWUSR)) == 0)
			u.file.mode = mode;
		n += finish(&u, buf);
	}
	closedir(dir);
	if (foreign.n > 0 && scope->first)
		log_line(LVL_WARNING,
		    "warning file=%s reason=\"%u unfinished files belong to another user: left "
		    "alone\"",
		    foreign.first, foreign.n);
	return n;
}

/* The directories of clients that are looked for. */
static bool place_in_scope(const struct repair_scope *scope, size_t client)
{
	for (size_t i = 0; i < scope->n; i++)
		if (scope->client[i].client == client)
			return true;
	return scope->n == 0;
}

/* Several clients usually share a directory. */
static bool seen_before(const struct generation *g, size_t i)
{
	if (g->places.client[i].base == g->places.server.base)
		return true;
	for (size_t j = 0; j < i; j++)
		if (g->places.client[j].base == g->places.client[i].base)
			return true;
	return false;
}

unsigned repair_run(const struct generation *g, const struct repair_scope *scope)
{
	uint8_t *buf = malloc(CHUNK);
	unsigned n = 0;

	if (!buf)
		return 0;
	if (g->places.server.base >= 0)
		n += repair_directory(g, scope, g->places.server.base, buf);
	for (size_t i = 0; i < g->config->nclients; i++)
		if (g->places.client[i].base >= 0 && place_in_scope(scope, i) && !seen_before(g, i))
			n += repair_directory(g, scope, g->places.client[i].base, buf);
	free(buf);
	return n;
}
