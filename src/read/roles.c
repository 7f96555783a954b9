/* roles: see roles.h. */
#include "read/roles.h"

#include "daemon/seccomp_rule.h"

/* Its descriptors are open, and there are no others: writing goes to the channel alone. What all
 * processes need (write(), memory, end) is in daemon/seccomp.c. */
static const struct seccomp_rule reader_calls[] = {
    ALLOW(pread64), ALLOW(read),     /* a filter */
    ALLOW(fstat), ALLOW(newfstatat), /* fstat() of the C library */
};

static struct seccomp_program reader_program;

static const struct sandbox_role role_reader = {.calls = SECCOMP_TABLE(reader_calls),
    .program = &reader_program,
    .limited = true,
    .few_descriptors = true,
    .confined = true};

static struct process_kind reader = {&role_reader, -1};

const struct process_kind *read_roles_reader(void)
{
	return &reader;
}

bool read_roles_prepare(char lacking[SANDBOX_LACKING_MAX])
{
	static const struct sandbox_role *const all[] = {&role_reader};

	sandbox_prepare(all, sizeof(all) / sizeof(*all), lacking);
	reader.rules = sandbox_rules(NULL, 0);
	return reader.rules > -2;
}
