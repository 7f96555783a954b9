/* areas: see areas.h. */
#include "watch/areas.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/moment.h"

/* Files that are looked at: of masters that have died without a successor there may be some. */
#define AREAS_MAX 64

struct looking {
	struct region *r;
	const char *config;
	char boot[64];
	struct area *area[AREAS_MAX];
	bool alive[AREAS_MAX];
	size_t n;
	const char *why; /* the first that was wrong */
};

/* ---- processes ---- */

static bool read_line(const char *path, char *out, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return false;
	n = io_read_full(fd, out, size - 1);
	close(fd);
	if (n < 0)
		return false;
	out[n] = '\0';
	out[strcspn(out, "\n")] = '\0';
	return true;
}

/* When a process was started, in milliseconds of CLOCK_BOOTTIME; -1: it is not there. */
static int64_t start_of(uint32_t pid)
{
	char path[64], text[1024], *at;
	unsigned long long ticks;

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/stat", pid);
	if (!read_line(path, text, sizeof(text)))
		return -1;
	at = strrchr(text, ')'); /* behind the name, which may hold anything */
	/* from the third field, the state, to the twenty-second */
	if (!at ||
	    sscanf(at + 1,
		" %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu",
		&ticks) != 1)
		return -1;
	return (int64_t)(ticks * 1000 / (unsigned long long)sysconf(_SC_CLK_TCK));
}

static bool child_is_there(const struct status_child *k)
{
	int64_t start;

	if (k->pid == 0 || k->pid > INT32_MAX)
		return false;
	start = start_of(k->pid);
	if (start < 0) /* it may only be hidden */
		return kill((pid_t)k->pid, 0) < 0 && errno == EPERM;
	return start >= k->start_boot_ms - 2000 && start <= k->start_boot_ms + 2000;
}

/* ---- files ---- */

/* Whether a server holds the file's lock. */
static bool is_alive(int fd)
{
	struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1};

	return fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

static void wrong(struct looking *l, const char *name, const char *why)
{
	if (!l->why)
		l->why = region_print(l->r, "%s: %s", name, why);
}

static void look_at(struct looking *l, int fd, const char *name)
{
	struct area *a = region_alloc(l->r, sizeof(*a));
	struct stat st;
	const char *why;

	if (!a)
		return;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		wrong(l, name, "it is no regular file");
		return;
	}
	why = area_read(a, fd, l->r);
	if (why) {
		wrong(l, name, why);
		return;
	}
	if (strcmp(a->head.config, l->config) != 0 ||
	    (*a->head.boot && *l->boot && strcmp(a->head.boot, l->boot) != 0))
		return;
	l->alive[l->n] = !a->head.inherited && is_alive(fd);
	l->area[l->n++] = a;
}

static void look_through(struct looking *l, DIR *d)
{
	struct dirent *e;

	while (l->n < AREAS_MAX && (e = readdir(d))) {
		int fd;

		if (strncmp(e->d_name, STATUS_PREFIX, strlen(STATUS_PREFIX)) != 0)
			continue;
		fd = openat(dirfd(d), e->d_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0) {
			if (errno != ENOENT) /* its server has ended just now */
				wrong(l, e->d_name, strerror(errno));
			continue;
		}
		look_at(l, fd, e->d_name);
		close(fd);
	}
}

/* ---- which of them ---- */

/* The server's own: of one that lives, else of the last one, but for what another has taken over.
 */
static size_t own(const struct looking *l)
{
	size_t best = 0;

	for (size_t i = 1; i < l->n; i++) {
		const struct status_server *a = &l->area[i]->head, *b = &l->area[best]->head;

		if (l->alive[i] != l->alive[best]                ? l->alive[i]
		    : (a->inherited == 0) != (b->inherited == 0) ? a->inherited == 0
								 : a->started_ms > b->started_ms)
			best = i;
	}
	return best;
}

static bool make(struct looking *l, struct snapshot *s, int64_t now, int64_t clock)
{
	struct snapshot_source source[AREAS_MAX];
	size_t first = own(l), n = 1;

	source[0] = (struct snapshot_source){l->area[first], l->alive[first], child_is_there};
	for (size_t i = 0; i < l->n; i++)
		if (i != first)
			source[n++] =
			    (struct snapshot_source){l->area[i], l->alive[i], child_is_there};
	return snapshot_make(s, l->r, source, n, now, clock);
}

bool areas_look(struct snapshot *s, const char *directory, const char *config, struct region *r)
{
	struct looking l = {.r = r, .config = config};
	DIR *d = opendir(directory);
	int error = errno;

	/* a unit may hide it; a directory that survives no boot needs none */
	if (!read_line("/proc/sys/kernel/random/boot_id", l.boot, sizeof(l.boot)))
		l.boot[0] = '\0';
	if (!d)
		wrong(&l, directory, strerror(error));
	else
		look_through(&l, d);
	if (d)
		closedir(d);
	if (l.n > 0)
		return make(&l, s, moment_now() / 1000000, io_monotonic_ms());
	*s = (struct snapshot){.region = r, .now = moment_now() / 1000000};
	s->none = !l.why || (!d && error == ENOENT);
	s->why =
	    l.why ? l.why : region_print(r, "%s: no server with this configuration", directory);
	return s->why;
}
