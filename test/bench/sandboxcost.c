/* sandboxcost: what the sandbox adds to a child: from fork to reaped, with it and without it in
 * turn, and the CPU time of entering it alone.
 * usage: sandboxcost BASE DONE CHILDREN
 * Prints three lines: WHAT MEDIAN P99, in ms. */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "bench.h"
#include "server/sandbox_roles.h"

/* Of this process alone: a busy machine makes it wait, but that is not the sandbox's. */
static double cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void print(const char *what, double *v, size_t n)
{
	qsort(v, n, sizeof(*v), by_value);
	printf("%s %.4f %.4f\n", what, v[n / 2] * 1e3, v[n * 99 / 100] * 1e3);
}

int main(int argc, char **argv)
{
	int base = argc == 4 ? open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	int done = argc == 4 ? open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	size_t n = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;
	double *took[2], *enter;
	char lacking[SANDBOX_LACKING_MAX];
	int rules;

	if (base < 0 || done < 0 || n == 0)
		die("usage: sandboxcost BASE DONE CHILDREN");
	roles_prepare(lacking);
	if (lacking[0])
		die(lacking);
	rules = sandbox_rules(
	    (const struct landlock_dir[]){{.fd = base, .record = true}, {.fd = done}}, 2);
	enter = mmap(
	    NULL, n * sizeof(*enter), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	took[0] = calloc(n, sizeof(double));
	took[1] = calloc(n, sizeof(double));
	if (rules < 0 || enter == MAP_FAILED || !took[0] || !took[1])
		die("no memory or no rules");
	for (size_t i = 0; i < 2 * n; i++) {
		double start = seconds();
		pid_t pid = fork();
		int status;

		if (pid < 0)
			die("fork");
		if (pid == 0) {
			double began = cpu();

			if (i % 2 && roles_enter_session(base, done, false, -1, rules))
				_exit(1);
			if (i % 2)
				enter[i / 2] = cpu() - began;
			_exit(0);
		}
		if (waitpid(pid, &status, 0) < 0 || status != 0)
			die("a child failed");
		took[i % 2][i / 2] = seconds() - start;
	}
	print("without", took[0], n);
	print("with", took[1], n);
	print("enter", enter, n);
	return 0;
}
