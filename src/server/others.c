/* others: see others.h. */
#include "server/others.h"

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "capture/capname.h"
#include "record/unfinished.h"
#include "server/repairs.h"

/* How long the start and the stop wait for the count. */
#define WAIT_MS 1000

/* ---- in the process that counts ---- */

static bool is_recorded(int base, const char *name)
{
	struct capname parsed;
	struct unfinished u;

	if (!capname_parse(name, &parsed))
		return false;
	switch (unfinished_take(&u, base, name)) {
	case UNFINISHED_RECORDED:
		return true;
	case UNFINISHED_TAKEN:
		close(u.file.fd); /* repair's */
		return false;
	case UNFINISHED_NOT:
	case UNFINISHED_FOREIGN:
		break;
	}
	return false;
}

static int count_in(int base)
{
	DIR *dir = io_list(base);
	struct dirent *e;
	int n = 0;

	if (!dir)
		return 0; /* repair says so */
	while ((e = readdir(dir)))
		n += is_recorded(base, e->d_name);
	closedir(dir);
	return n;
}

static bool seen_before(const struct places *p, size_t pair)
{
	for (size_t i = 0; i < pair; i++)
		if (p->pair[i].base == p->pair[pair].base)
			return true;
	return false;
}

static _Noreturn void count_main(const struct generation *g, int out)
{
	const struct places *p = &g->places;
	int n = 0;

	if (!repairs_confine(g, out))
		_exit(1);
	for (size_t i = 0; i < p->npairs; i++)
		if (!seen_before(p, i))
			n += count_in(p->pair[i].base);
	io_write_all(out, &n, sizeof(n));
	_exit(0);
}

/* ---- in the master ---- */

int others_count(const struct generation *g)
{
	int fd[2], n = -1;
	struct pollfd p = {.events = POLLIN};
	pid_t pid;

	/* no pipe: the filter of the master knows it not */
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) < 0)
		return -1;
	pid = fork();
	if (pid == 0)
		count_main(g, fd[1]);
	close(fd[1]);
	p.fd = fd[0];
	if (pid > 0 && (poll(&p, 1, WAIT_MS) != 1 || read(fd[0], &n, sizeof(n)) != sizeof(n)))
		n = -1;
	close(fd[0]);
	if (pid > 0) {
		kill(pid, SIGKILL);          /* it has said all, or takes too long */
		waitpid(pid, NULL, WNOHANG); /* one that hangs in a filesystem is reaped later */
	}
	return n;
}
