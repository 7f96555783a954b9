/* walk: see walk.h. */
#include "archive/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/ownname.h"

bool walk_begin(struct walk *w, int dir)
{
	*w = (struct walk){.depth = 1};
	w->list[0] = io_list(dir);
	return w->list[0];
}

/* The archive's own, or the filesystem's, which root alone may read. */
static bool is_passed(const struct walk *w, const char *name)
{
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return true;
	return w->depth == 1 && (ownname_begins(name) || strcmp(name, "lost+found") == 0);
}

static enum walk_status failed(struct walk *w, const char *why)
{
	w->why = why;
	w->gone = false;
	return WALK_ERROR;
}

static enum walk_status refused(struct walk *w)
{
	bool gone = errno == ENOENT;

	failed(w, strerror(errno));
	w->gone = gone;
	return WALK_ERROR;
}

/* The directory at path becomes the one that is read; false with errno. */
static bool enter(struct walk *w, int above, const char *name)
{
	int dir = openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (dir < 0)
		return false;
	w->list[w->depth] = io_list(dir);
	close(dir);
	if (!w->list[w->depth])
		return false;
	w->len[w->depth++] = strlen(w->path);
	return true;
}

static bool set_path(struct walk *w, const char *name)
{
	size_t len = w->len[w->depth - 1];
	int n = snprintf(w->path + len, sizeof(w->path) - len, "%s%s", len > 0 ? "/" : "", name);

	return n >= 0 && (size_t)n < sizeof(w->path) - len;
}

/* The directory that is read cannot be read to its end. */
static enum walk_status unreadable(struct walk *w, int why)
{
	closedir(w->list[--w->depth]);
	w->path[w->len[w->depth]] = '\0';
	return failed(w, strerror(why));
}

enum walk_status walk_next(struct walk *w)
{
	while (w->depth > 0) {
		DIR *list = w->list[w->depth - 1];
		struct dirent *e;
		struct stat st;

		errno = 0;
		e = readdir(list);
		if (!e) {
			if (errno)
				return unreadable(w, errno);
			closedir(list);
			w->depth--;
			continue;
		}
		if (is_passed(w, e->d_name))
			continue;
		if (!set_path(w, e->d_name))
			return failed(w, strerror(ENAMETOOLONG));
		if (fstatat(dirfd(list), e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return refused(w);
		if (!S_ISDIR(st.st_mode))
			return S_ISREG(st.st_mode) ? WALK_FILE : WALK_OTHER;
		if (w->depth == WALK_DEPTH)
			return failed(w, "there are too many directories in each other");
		if (!enter(w, dirfd(list), e->d_name))
			return refused(w);
	}
	return WALK_END;
}

void walk_end(struct walk *w)
{
	while (w->depth > 0)
		closedir(w->list[--w->depth]);
}
