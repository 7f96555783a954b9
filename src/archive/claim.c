/* claim: see claim.h. */
#include "archive/claim.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/ownname.h"

static bool fail(char *reason, const char *why)
{
	snprintf(reason, CLAIM_REASON_MAX, "%s", why);
	return false;
}

/* Root may write everywhere, but what it makes here the archive's user could neither write nor
 * delete. Where no user is the owner (NFS) nothing is said. */
static bool is_own(int lock, char *reason)
{
	const struct passwd *owner;
	struct stat st;

	if (fstat(lock, &st) < 0)
		return fail(reason, strerror(errno));
	owner = st.st_uid != geteuid() ? getpwuid(st.st_uid) : NULL;
	if (!owner || strcmp(owner->pw_name, "nobody") == 0)
		return true;
	snprintf(reason, CLAIM_REASON_MAX,
	    "the archive is that of user %s: set user in archive, or start it as %s",
	    owner->pw_name, owner->pw_name);
	return false;
}

static bool lock_all(int lock, char *reason)
{
	struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (fcntl(lock, F_SETLK, &all) == 0)
		return true;
	return fail(reason, errno == EACCES || errno == EAGAIN
				? "another archive works there: stop it first"
				: strerror(errno));
}

int claim_take(int dir, char reason[CLAIM_REASON_MAX])
{
	int lock = openat(dir, OWNNAME_LOCK, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (lock < 0) {
		fail(reason, strerror(errno));
		return -1;
	}
	if (is_own(lock, reason) && lock_all(lock, reason))
		return lock;
	close(lock);
	return -1;
}

bool claim_is_taken(int dir)
{
	struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int lock = openat(dir, OWNNAME_LOCK, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	bool is;

	if (lock < 0)
		return errno != ENOENT;
	is = fcntl(lock, F_GETLK, &all) < 0 || all.l_type != F_UNLCK;
	close(lock);
	return is;
}

bool claim_is_lost(int dir, int lock)
{
	struct stat named, locked;

	if (fstatat(dir, OWNNAME_LOCK, &named, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT;
	return fstat(lock, &locked) == 0 && !io_same_file(&named, &locked);
}
