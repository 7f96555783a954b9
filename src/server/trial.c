/* trial: see trial.h. */
#include "server/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

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

bool trial_rename(int base, int done, const char *file)
{
	const char *name = file ? file : ".osmo-pcap-server-try";
	bool ok = renameat2(base, name, done, name, RENAME_NOREPLACE) == 0;
	int saved = errno;

	if (!file)
		return ok || errno == ENOENT;
	unlinkat(ok ? done : base, name, 0);
	errno = saved;
	return ok;
}

bool trial_is_transient(int error)
{
	return error == ENOSPC || error == EDQUOT || error == EMFILE || error == ENFILE ||
	       error == ENOMEM;
}
