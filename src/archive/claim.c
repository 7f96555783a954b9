/* claim: see claim.h. */
#include "archive/claim.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/ownname.h"
#include "base/parse.h"

#define HELD_MAX 24 /* characters of a number, with its NUL */

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
	if (is_own(lock, reason) && lock_all(lock, reason)) {
		claim_tell_held(lock, 0);
		return lock;
	}
	close(lock);
	return -1;
}

/* Or it cannot be known. */
static bool is_locked(int lock)
{
	struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	return fcntl(lock, F_GETLK, &all) < 0 || all.l_type != F_UNLCK;
}

bool claim_is_taken(int dir)
{
	int lock = openat(dir, OWNNAME_LOCK, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	bool is;

	if (lock < 0)
		return errno != ENOENT;
	is = is_locked(lock);
	close(lock);
	return is;
}

void claim_tell_held(int lock, int64_t until)
{
	char text[HELD_MAX];
	int len = until > 0 ? snprintf(text, sizeof(text), "%" PRId64, until) : 0;

	if (ftruncate(lock, 0) < 0 || pwrite(lock, text, (size_t)len, 0) != len)
		return;
}

int64_t claim_held(int dir)
{
	int file = openat(dir, OWNNAME_LOCK, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	char text[HELD_MAX] = "";
	uint64_t until = 0;
	ssize_t n;

	if (file < 0)
		return 0;
	n = is_locked(file) ? io_read_at(file, text, sizeof(text) - 1, 0) : -1;
	close(file);
	return n > 0 && parse_number(text, 0, INT64_MAX, &until) ? (int64_t)until : 0;
}

bool claim_is_lost(int dir, int lock)
{
	struct stat named, locked;

	if (fstatat(dir, OWNNAME_LOCK, &named, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT;
	return fstat(lock, &locked) == 0 && !io_same_file(&named, &locked);
}
