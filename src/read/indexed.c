/* indexed: see indexed.h. */
#include "read/indexed.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"

void indexed_init(struct indexed *x, const struct config *config, struct tell *tell)
{
	*x = (struct indexed){.config = config, .tell = tell, .archive = -1};
}

void indexed_free(struct indexed *x)
{
	store_close(x->store);
	if (x->archive >= 0)
		close(x->archive);
	*x = (struct indexed){.archive = -1};
}

/* Files of the archive lie in directories; of what is its own some begin with a dot, and the others
 * are beside the index. */
static bool has_files(const struct indexed *x)
{
	DIR *list = io_list(x->archive);
	struct dirent *e;
	bool found = false;

	while (list && !found && (e = readdir(list)))
		found =
		    e->d_name[0] != '.' && strncmp(e->d_name, STORE_FILE, strlen(STORE_FILE)) != 0;
	if (list)
		closedir(list);
	return found;
}

/* Told once: it is looked for again while recordings are followed. */
static void tell_none(struct indexed *x, const char *what)
{
	const char *path = x->config->archive.path;

	if (!x->told && has_files(x))
		tell_error(x->tell,
		    "%s: there is no index, so its files are left out: osmo-pcap-archive --rebuild "
		    "makes it anew",
		    path);
	else if (!x->told)
		tell_note(x->tell, "%s: %s", path, what);
	x->told = true;
}

bool indexed_open(struct indexed *x)
{
	const char *path = x->config->archive.path;
	char file[PATH_MAX], why[STORE_REASON_MAX];
	struct stat st;

	if (x->store || !x->config->archive.present)
		return true;
	if (x->archive < 0)
		x->archive = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	snprintf(file, sizeof(file), "%s/" STORE_FILE, path);
	if (x->archive < 0) {
		tell_error(x->tell, "%s: %s", path, strerror(errno));
		return false;
	}
	if (fstatat(x->archive, STORE_FILE, &st, 0) < 0 && errno == ENOENT) {
		tell_none(x, "there is no index yet");
		return true;
	}
	if (faccessat(x->archive, STORE_FILE, R_OK, AT_EACCESS) < 0) { /* SQLite has no reason */
		tell_error(x->tell, "%s: %s", file, strerror(errno));
		return false;
	}
	x->store = store_open(file, STORE_READ, why);
	if (x->store)
		x->st = st;
	else if (*why)
		tell_error(x->tell, "%s: %s", file, why);
	else
		tell_none(x, "nothing is in the index yet");
	return x->store || !*why;
}

bool indexed_is_replaced(const struct indexed *x)
{
	struct stat st;

	return x->store && fstatat(x->archive, STORE_FILE, &st, 0) == 0 &&
	       !io_same_file(&st, &x->st);
}

bool indexed_is_well(const struct indexed *x)
{
	if (!*store_reason(x->store))
		return true;
	tell_error(x->tell, "%s", store_reason(x->store));
	return false;
}
