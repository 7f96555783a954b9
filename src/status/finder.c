/* finder: see finder.h. */
#include "status/finder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"

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

bool finder_child_is_there(const struct status_child *k)
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

static void wrong(struct finder *f, const char *name, const char *why)
{
	if (!f->why)
		f->why = region_print(f->region, "%s: %s", name, why);
}

/* True: fd is its own from then on. */
static bool look_at(struct finder *f, int fd, const char *name)
{
	struct area *a = region_alloc(f->region, sizeof(*a));
	struct stat st;
	const char *why;

	if (!a)
		return false;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		wrong(f, name, "it is no regular file");
		return false;
	}
	why = area_read(a, fd, f->region);
	if (why) {
		wrong(f, name, why);
		return false;
	}
	if (strcmp(a->head.config, f->config) != 0 ||
	    (*a->head.boot && *f->boot && strcmp(a->head.boot, f->boot) != 0))
		return false;
	f->v[f->n++] = (struct found){a, !a->head.inherited && is_alive(fd), fd};
	return true;
}

static void look_through(struct finder *f, DIR *d)
{
	struct dirent *e;

	while (f->n < FINDER_MAX && (e = readdir(d))) {
		int fd;

		if (strncmp(e->d_name, STATUS_PREFIX, strlen(STATUS_PREFIX)) != 0)
			continue;
		fd = openat(dirfd(d), e->d_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0) {
			if (errno != ENOENT) /* its server has ended just now */
				wrong(f, e->d_name, strerror(errno));
			continue;
		}
		if (!look_at(f, fd, e->d_name))
			close(fd);
	}
}

void finder_look(struct finder *f, const char *directory, const char *config, struct region *region)
{
	DIR *d = opendir(directory);
	int error = errno;

	*f = (struct finder){.region = region, .config = config};
	/* a unit may hide it; a directory that survives no boot needs none */
	if (!read_line("/proc/sys/kernel/random/boot_id", f->boot, sizeof(f->boot)))
		f->boot[0] = '\0';
	if (d) {
		look_through(f, d);
		closedir(d);
		return;
	}
	wrong(f, directory, strerror(error));
	f->missing = error == ENOENT;
}

void finder_close(struct finder *f)
{
	for (size_t i = 0; i < f->n; i++)
		close(f->v[i].fd);
	f->n = 0;
}
