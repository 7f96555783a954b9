/* meter: runs a program and writes what it and all its descendants have cost into a file: user and
 * system CPU seconds, the time from start to end, and the most memory that any of them had at once
 * (kB). TERM and INT are passed on.
 * usage: meter FILE PROGRAM [ARGUMENT…] */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "bench.h"

static pid_t child;

static void pass_on(int sig)
{
	kill(child, sig);
}

static double of(struct timeval tv)
{
	return (double)tv.tv_sec + (double)tv.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
	struct sigaction pass = {.sa_handler = pass_on, .sa_flags = SA_RESTART};
	struct rusage u;
	double start = seconds();
	int status, code = 1;
	pid_t pid;
	FILE *f;

	if (argc < 3)
		return 2;
	prctl(PR_SET_CHILD_SUBREAPER, 1); /* orphans count, too */
	child = fork();
	if (child == 0) {
		execvp(argv[2], argv + 2);
		die(argv[2]);
	}
	sigaction(SIGTERM, &pass, NULL);
	sigaction(SIGINT, &pass, NULL);
	while ((pid = wait(&status)) > 0)
		if (pid == child)
			code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
	getrusage(RUSAGE_CHILDREN, &u);
	f = fopen(argv[1], "w");
	if (!f)
		die(argv[1]);
	fprintf(f, "%.6f %.6f %.6f %ld\n", of(u.ru_utime), of(u.ru_stime), seconds() - start,
	    u.ru_maxrss);
	fclose(f);
	return code;
}
