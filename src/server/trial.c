/* trial: see trial.h. */
#include "server/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"

const char *trial_create(int base, char name[TRIAL_MAX])
{
	uint64_t number;
	int fd, saved;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return "named at random (getrandom)";
	snprintf(name, TRIAL_MAX, ".osmo-pcap-server-try-%016" PRIx64, number);
	fd = openat(base, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return "created";
	if (fchmod(fd, 0600 | S_ISVTX) == 0) {
		close(fd);
		return NULL;
	}
	/* some filesystems have no such bit */
	saved = errno;
	unlinkat(base, name, 0);
	close(fd);
	errno = saved;
	return "marked";
}

static enum trial_result without_file(int base, int done)
{
	static const char name[] = ".osmo-pcap-server-try";

	if (io_move(base, name, done, name, false) != IO_NOT_MOVED)
		return TRIAL_RENAMES;
	return errno == ENOENT || io_no_such_rename(errno) ? TRIAL_UNKNOWN : TRIAL_REFUSED;
}

static enum trial_result with_file(int base, int done, const char *name)
{
	enum io_moved moved = io_move(base, name, done, name, true);
	enum trial_result result = moved == IO_RENAMED ? TRIAL_RENAMES : TRIAL_LINKS;
	int saved = errno;

	if (moved != IO_RENAMED && unlinkat(base, name, 0) < 0 && moved == IO_LINKED) {
		saved = errno;
		result = TRIAL_REFUSED;
	}
	if (moved != IO_NOT_MOVED)
		unlinkat(done, name, 0);
	errno = saved;
	return moved == IO_NOT_MOVED ? TRIAL_REFUSED : result;
}

enum trial_result trial_move(int base, int done, const char *file)
{
	return file ? with_file(base, done, file) : without_file(base, done);
}

bool trial_is_transient(int error)
{
	return error == ENOSPC || error == EDQUOT || error == EMFILE || error == ENFILE ||
	       error == ENOMEM;
}
