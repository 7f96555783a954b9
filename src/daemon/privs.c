/* privs: see privs.h. */
#include "daemon/privs.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/parse.h"

/* The greatest id: the number above it means "unchanged" to the system calls. */
#define ID_MAX 4294967294u

/* As chown(1): a name, or else a number, whether or not the system knows it. */
static bool look_up_user(
    const char *user, uid_t *uid, const struct passwd **pw, char reason[PRIVS_REASON_MAX])
{
	uint64_t number;

	*pw = getpwnam(user);
	if (*pw) {
		*uid = (*pw)->pw_uid;
		return true;
	}
	if (!parse_number(user, 0, ID_MAX, &number)) {
		snprintf(reason, PRIVS_REASON_MAX, "there is no user %s", user);
		return false;
	}
	*uid = (uid_t)number;
	*pw = getpwuid(*uid);
	return true;
}

static bool look_up_group(const char *group, gid_t *gid, char reason[PRIVS_REASON_MAX])
{
	const struct group *gr = getgrnam(group);
	uint64_t number;

	if (!gr && !parse_number(group, 0, ID_MAX, &number)) {
		snprintf(reason, PRIVS_REASON_MAX, "there is no group %s", group);
		return false;
	}
	*gid = gr ? gr->gr_gid : (gid_t)number;
	return true;
}

static bool look_up(
    const char *user, const char *group, uid_t *uid, gid_t *gid, char reason[PRIVS_REASON_MAX])
{
	const struct passwd *pw;

	if (!look_up_user(user, uid, &pw, reason))
		return false;
	if (group)
		return look_up_group(group, gid, reason);
	if (!pw) {
		snprintf(reason, PRIVS_REASON_MAX,
		    "user %s has no entry, and so no primary group: set group", user);
		return false;
	}
	*gid = pw->pw_gid;
	return true;
}

/* All three ids are the wanted ones, and there is no way back. */
static bool verify(uid_t uid, gid_t gid)
{
	uid_t r, e, s;
	gid_t gr, ge, gs;

	if (getresuid(&r, &e, &s) < 0 || r != uid || e != uid || s != uid)
		return false;
	if (getresgid(&gr, &ge, &gs) < 0 || gr != gid || ge != gid || gs != gid)
		return false;
	return uid == 0 || setuid(0) < 0;
}

bool privs_drop(const char *user, const char *group, char reason[PRIVS_REASON_MAX])
{
	uid_t uid;
	gid_t gid;

	if (!look_up(user, group, &uid, &gid, reason))
		return false;
	if (setgroups(1, &gid) < 0 || setresgid(gid, gid, gid) < 0 ||
	    setresuid(uid, uid, uid) < 0) {
		snprintf(
		    reason, PRIVS_REASON_MAX, "cannot become user %s: %s", user, strerror(errno));
		return false;
	}
	if (!verify(uid, gid)) {
		snprintf(reason, PRIVS_REASON_MAX, "could not verify the change to user %s", user);
		return false;
	}
	return true;
}

static struct {
	uid_t uid;
	char name[PRIVS_USER_MAX]; /* "": not looked up yet */
} last;

const char *privs_user(char out[PRIVS_USER_MAX])
{
	uid_t uid = geteuid();
	const struct passwd *pw;

	if (last.name[0] == '\0' || last.uid != uid) {
		pw = getpwuid(uid);
		last.uid = uid;
		if (pw)
			snprintf(last.name, sizeof(last.name), "%s", pw->pw_name);
		else
			snprintf(last.name, sizeof(last.name), "%u", (unsigned)uid);
	}
	memcpy(out, last.name, PRIVS_USER_MAX);
	return out;
}

/* The user that a process without root is anyway, or is not. */
static void compare(
    const char *user, const char *setting, const char *file, struct problems *problems)
{
	char reason[PRIVS_REASON_MAX];
	const struct passwd *pw;
	uid_t uid;

	if (!look_up_user(user, &uid, &pw, reason))
		problem_warning(
		    problems, file, 0, "%s has no effect without root: %s", setting, reason);
	else if (uid != geteuid())
		problem_warning(
		    problems, file, 0, "%s %s has no effect: not started as root", setting, user);
}

void privs_take(const char *user, const char *group, const char *setting, const char *file,
    struct problems *problems)
{
	char reason[PRIVS_REASON_MAX], self[PRIVS_USER_MAX];

	if (geteuid() != 0) { /* the user is chosen already */
		if (user)
			compare(user, setting, file, problems);
	} else if (!user) {
		problem_warning(problems, file, 0, "running as root: set %s", setting);
	} else if (!privs_drop(user, group, reason)) {
		problem_error(problems, file, 0, "%s", reason);
	}
	privs_user(self); /* later, in a sandbox, nobody may be there who knows names */
}
