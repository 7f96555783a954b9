/* landlock: see landlock.h. */
#include "daemon/landlock.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Newer than the headers of Debian 12. */
#define FS_TRUNCATE     (1ull << 14) /* ABI 3 */
#define FS_IOCTL_DEV    (1ull << 15) /* ABI 5 */
#define NET_BIND_TCP    (1ull << 0)  /* ABI 4 */
#define NET_CONNECT_TCP (1ull << 1)
#define SCOPE_ABSTRACT  (1ull << 0) /* ABI 6 */
#define SCOPE_SIGNAL    (1ull << 1)

#define FS_UP_TO_REFER ((LANDLOCK_ACCESS_FS_REFER << 1) - 1)

/* struct landlock_ruleset_attr with what came later. An older kernel wants the rest to be zero. */
struct ruleset {
	uint64_t fs, net, scoped;
};

static struct ruleset denied;

bool landlock_prepare(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	if (abi < 2)
		return false;
	denied = (struct ruleset){.fs = FS_UP_TO_REFER};
	if (abi >= 3)
		denied.fs |= FS_TRUNCATE;
	if (abi >= 4)
		denied.net = NET_BIND_TCP | NET_CONNECT_TCP;
	if (abi >= 5)
		denied.fs |= FS_IOCTL_DEV;
	if (abi >= 6)
		denied.scoped = SCOPE_ABSTRACT | SCOPE_SIGNAL;
	return true;
}

static uint64_t access_of(const struct landlock_dir *d)
{
	/* a file arrives: it may not be opened afterwards */
	uint64_t a = LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REFER;

	if (d->record || d->repair)
		a |= LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE;
	if ((d->record && !d->keep) || d->repair)
		a |= LANDLOCK_ACCESS_FS_REMOVE_FILE;
	if (d->repair)
		a |= LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
	return a & denied.fs;
}

static bool add(int rules, const struct landlock_dir *d)
{
	struct landlock_path_beneath_attr at = {.allowed_access = access_of(d), .parent_fd = d->fd};

	return d->fd < 0 ||
	       syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &at, 0) == 0;
}

int landlock_rules(const struct landlock_dir *dir, size_t n)
{
	int rules = (int)syscall(
	    SYS_landlock_create_ruleset, &denied, sizeof(denied), 0); /* close-on-exec */

	for (size_t i = 0; rules >= 0 && i < n; i++)
		if (!add(rules, &dir[i])) {
			close(rules);
			return -1;
		}
	return rules;
}

bool landlock_enter(int rules)
{
	return syscall(SYS_landlock_restrict_self, rules, 0) == 0;
}
