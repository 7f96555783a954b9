/* roles: see roles.h. */
#include "watch/roles.h"

#include "daemon/seccomp_rule.h"

/* It opens nothing. What all processes need (write(), memory, end) is in daemon/seccomp.c. */
static const struct seccomp_rule requester_calls[] = {
    ALLOW(read),
};

static struct seccomp_program requester_program;

static const struct sandbox_role role_requester = {.calls = SECCOMP_TABLE(requester_calls),
    .program = &requester_program,
    .limited = true,
    .few_descriptors = true,
    .confined = true};

static struct process_kind requester = {&role_requester, -1};

const struct process_kind *roles_requester(char lacking[SANDBOX_LACKING_MAX])
{
	static const struct sandbox_role *const all[] = {&role_requester};

	sandbox_prepare(all, sizeof(all) / sizeof(*all), lacking);
	requester.rules = sandbox_rules(NULL, 0);
	return requester.rules > -2 ? &requester : NULL;
}
