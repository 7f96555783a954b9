/* sandbox: see sandbox.h. */
#include "daemon/sandbox.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "daemon/rlimits.h"
#include "daemon/seccomp.h"

/* What this kernel supports, detected once in the master; all false: the sandbox is off. */
static struct {
	bool on, landlock, seccomp;
} have;

void sandbox_prepare(
    const struct sandbox_role *const *role, size_t n, char lacking[SANDBOX_LACKING_MAX])
{
	have.on = true;
	have.landlock = landlock_prepare();
	have.seccomp = seccomp_available();
	for (size_t i = 0; i < n && have.seccomp; i++)
		have.seccomp = seccomp_build(role[i]->program, &role[i]->calls, role[i]->lenient);
	sandbox_measure(0, 0); /* the keeper is forked before the master measures again */
	snprintf(lacking, SANDBOX_LACKING_MAX, "%s%s%s",
	    have.landlock ? "" : "Landlock (ABI 2, Linux 5.19, and in the list of active LSMs)",
	    have.landlock || have.seccomp ? "" : ", ",
	    have.seccomp ? "" : "seccomp filters for this architecture");
}

void sandbox_report(const char *lacking, bool required, const char *file, struct problems *problems)
{
	if (!lacking[0])
		return;
	if (required)
		problem_error(problems, file, 0,
		    "the sandbox is required, and this kernel lacks %s", lacking);
	else
		problem_warning(problems, file, 0,
		    "the sandbox has to do without what this kernel lacks: %s", lacking);
}

const char *sandbox_level(void)
{
	if (!have.on)
		return "off";
	if (have.landlock)
		return have.seccomp ? "full" : "landlock";
	return have.seccomp ? "seccomp" : "none";
}

int sandbox_rules(const struct landlock_dir *dir, size_t n)
{
	int rules = have.landlock ? landlock_rules(dir, n) : -1;

	return have.landlock && rules < 0 ? -2 : rules;
}

void sandbox_measure(size_t private, size_t unmapped)
{
	if (have.on)
		limits_measure(private, unmapped);
}

void sandbox_measure_again(void)
{
	if (have.on)
		limits_measure_again();
}

static bool restrict_files(int rules)
{
	bool ok = landlock_enter(rules);
	int saved = errno;

	close(rules);
	errno = saved;
	return ok;
}

const char *sandbox_enter(const struct sandbox_role *role, const int *fd, size_t n, int rules)
{
	if (!have.on)
		return NULL;
	/* Limits first, they are plain calls. Then no_new_privs, without which neither of the
	 * others is allowed to those who are not root; and seccomp last, for it forbids the rest.
	 */
	if (role->limited &&
	    !limits_enter(&(struct limits){.few_descriptors = role->few_descriptors,
		.threads = role->threads,
		.unmaps = role->unmaps,
		.more = role->memory}))
		return "limits";
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return "no_new_privs";
	if (role->confined && have.landlock && !restrict_files(rules))
		return "Landlock";
	return !have.seccomp || seccomp_enter(role->program, fd, n) ? NULL : "seccomp";
}
