/* roles: see roles.h. */
#include "archive/roles.h"

#include "daemon/seccomp_rule.h"

/* Its descriptors are open, and there are no others: writing goes to the new file and the channel
 * alone. What all processes need (write(), memory, end) is in daemon/seccomp.c. */
static const struct seccomp_rule packer_calls[] = {
    ALLOW(pread64),
    ALLOW(read), /* an orphan */
    ALLOW(fstat),
    ALLOW(newfstatat), /* fstat() of the C library */
    ALLOW(fsync),
    ALLOW(sync_file_range),
    ALLOW(fadvise64),
};

/* zstd takes 50 MB at level 19; a record of PACK_RECORD_MAX bytes is in memory three times. */
#define MEMORY (64u << 20)

static struct seccomp_program packer_program;

const struct sandbox_role role_packer = {.calls = SECCOMP_TABLE(packer_calls),
    .program = &packer_program,
    .limited = true,
    .memory = MEMORY,
    .few_descriptors = true,
    .confined = true};

static int no_files = -1;

int archive_roles_no_files(void)
{
	return no_files;
}

bool archive_roles_prepare(char lacking[SANDBOX_LACKING_MAX])
{
	static const struct sandbox_role *const all[] = {&role_packer};

	sandbox_prepare(all, sizeof(all) / sizeof(*all), lacking);
	no_files = sandbox_rules(NULL, 0);
	return no_files > -2;
}
