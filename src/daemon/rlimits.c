/* rlimits: see rlimits.h. */
#include "daemon/rlimits.h"

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

/* Bytes that a child may use beyond the master's: buffers, a TLS handshake with a huge certificate
 * chain, 1 MiB of interfaces. */
#define MEMORY (64ul << 20)

/* RLIMIT_NOFILE limits the numbers of new descriptors, of which a child needs a handful. Inherited
 * ones may have higher numbers and stay open. */
#define DESCRIPTORS 64

static rlim_t memory = RLIM_INFINITY;
static rlim_t unmappable; /* of it, in processes that unmap it */
static size_t inherited_by_none;

void limits_measure(size_t private, size_t unmapped)
{
	inherited_by_none = private;
	unmappable = unmapped;
	limits_measure_again();
}

void limits_measure_again(void)
{
	unsigned long size;
	FILE *f = fopen("/proc/self/statm", "re");

	memory = RLIM_INFINITY;
	if (!f)
		return;
	if (fscanf(f, "%lu", &size) == 1) /* pages: proc(5) */
		memory = size * (unsigned long)sysconf(_SC_PAGESIZE) - inherited_by_none + MEMORY;
	fclose(f);
}

static bool set(int what, rlim_t value)
{
	struct rlimit r;

	if (getrlimit((__rlimit_resource_t)what, &r) < 0)
		return false;
	if (value < r.rlim_max)
		r.rlim_max = value;
	if (value < r.rlim_cur)
		r.rlim_cur = value;
	return setrlimit((__rlimit_resource_t)what, &r) == 0;
}

bool limits_enter(const struct limits *l)
{
	rlim_t most = (l->unmaps ? memory - unmappable : memory) + l->more;

#ifdef WITH_SANITIZERS /* they need terabytes of address space */
	(void)most;
#else
	if (memory != RLIM_INFINITY && !set(RLIMIT_AS, most))
		return false;
#endif
	/* no core: it would contain packets */
	return set(RLIMIT_CORE, 0) && (l->threads || set(RLIMIT_NPROC, 0)) &&
	       (!l->few_descriptors || set(RLIMIT_NOFILE, DESCRIPTORS));
}

bool limits_cpu(unsigned seconds, unsigned long *before)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_CPU, &r) < 0)
		return false;
	*before = r.rlim_cur;
	if (r.rlim_cur > seconds)
		r.rlim_cur = seconds;
	return setrlimit(RLIMIT_CPU, &r) == 0;
}

bool limits_cpu_off(unsigned long before)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_CPU, &r) < 0)
		return false;
	r.rlim_cur = before;
	return setrlimit(RLIMIT_CPU, &r) == 0;
}
