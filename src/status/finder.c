/* finder: see finder.h. */
#include "status/finder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cstr.h"
#include "base/io.h"
#include "status/started.h"

/* ---- processes ---- */

bool finder_child_is_there(const struct status_child *k)
{
	int64_t start;

	if (k->pid == 0 || k->pid > INT32_MAX)
		return false;
	start = started_ms(k->pid);
	if (start < 0) /* it may only be hidden */
		return kill((pid_t)k->pid, 0) < 0 && errno == EPERM;
	return started_is_of(start, k);
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
	char *text;

	if (f->why)
		return;
	text = region_print(f->region, "%s: %s", name, why);
	if (text)
		cstr_printable(text, strlen(text));
	f->why = text;
}

/* What `st` is of may have been put there by anybody. */
static bool is_anybodys(const struct stat *st, const struct stat *dir)
{
	if (st->st_mode & S_IWOTH)
		return true;
	return (dir->st_mode & S_IWOTH) && st->st_uid != 0 && st->st_uid != dir->st_uid &&
	       st->st_uid != geteuid();
}

/* The place for one more; NULL: there is none. */
static struct found *place_for(struct finder *f, const struct area *a)
{
	if (f->n < FINDER_MAX)
		return &f->v[f->n++];
	for (size_t i = 0; i < f->n && !a->head.inherited; i++)
		if (f->v[i].area->head.inherited) {
			close(f->v[i].fd);
			return &f->v[i];
		}
	return NULL;
}

/* True: fd is its own from then on. */
static bool look_at(struct finder *f, int fd, const char *name, const struct stat *dir)
{
	struct area *a = region_alloc(f->region, sizeof(*a));
	struct found *place;
	struct stat st;
	const char *why;

	if (!a)
		return false;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		wrong(f, name, "it is no regular file");
		return false;
	}
	if (is_anybodys(&st, dir)) {
		wrong(f, name, "anybody may have written it");
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
	place = place_for(f, a);
	if (!place)
		return false;
	*place = (struct found){a, !a->head.inherited && is_alive(fd), fd};
	return true;
}

static void look_through(struct finder *f, DIR *d)
{
	struct dirent *e;
	struct stat dir;

	if (fstat(dirfd(d), &dir) < 0)
		return;
	while ((e = readdir(d))) {
		int fd;

		if (strncmp(e->d_name, STATUS_PREFIX, strlen(STATUS_PREFIX)) != 0)
			continue;
		fd = openat(dirfd(d), e->d_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0) {
			if (errno != ENOENT) /* its server has ended just now */
				wrong(f, e->d_name, strerror(errno));
			continue;
		}
		if (!look_at(f, fd, e->d_name, &dir))
			close(fd);
	}
}

/* Who adds up must not find a recording both in the area of the server that has counted its end,
 * and in that of the one that had begun it: the latter is read after the former. */
static void read_inherited_again(struct finder *f)
{
	for (size_t i = 0; i < f->n; i++) {
		struct area *a = region_alloc(f->region, sizeof(*a));

		if (a && f->v[i].area->head.inherited && !area_read(a, f->v[i].fd, f->region))
			f->v[i].area = a;
	}
}

/* The first line of a file. */
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
		read_inherited_again(f);
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
