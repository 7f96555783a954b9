/* acceptclose: the least that taking a connection can cost: accepts and closes, until killed.
 * usage: acceptclose [fork]   fork: a child for each, which ends at once */
#include <signal.h>

#include "bench.h"

int main(int argc, char **argv)
{
	int listener = listen_somewhere(), fd;

	(void)argv;
	signal(SIGCHLD, SIG_IGN); /* nobody waits for them */
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		pid_t pid = argc > 1 ? fork() : 1;

		if (pid < 0)
			die("fork");
		if (pid == 0)
			_exit(0);
		close(fd);
	}
	return 1;
}
