/* rehearsal: see rehearsal.h. */
#include "server/rehearsal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "server/sandbox_roles.h"
#include "server/session_signal.h"

/* GnuTLS asks for random numbers in each child anew. */
static bool has_random(void)
{
	char byte;

	return getrandom(&byte, sizeof(byte), 0) == sizeof(byte);
}

/* In the child, whose parent would have locked itself in before it forks. NULL, or what failed,
 * with errno. */
static const char *fail_to_begin(const struct generation *g, int out)
{
	const struct place *p = g->places.npairs > 0 ? &g->places.pair[0] : &g->places.nothing;
	int keep[] = {log_fd(), out, p->base, p->done, p->rules};
	const char *refused;

	if (!io_close_except(STDERR_FILENO + 1, keep, sizeof(keep) / sizeof(*keep)))
		return "descriptors cannot be closed: close_range(2), /proc/self/fd";
	if (session_take_signals() < 0)
		return "signals cannot be read: signalfd(2)";
	refused = sandbox_enter(&role_master, NULL, 0, -1);
	if (!refused)
		refused = roles_enter_session(p->base, p->done, p->may_link, -1, p->rules);
	if (!refused && g->creds && !has_random())
		return "there are no random numbers: getrandom(2)";
	return refused;
}

static _Noreturn void child_main(const struct generation *g, int out)
{
	char text[REHEARSAL_REASON_MAX / 2];
	const char *what = fail_to_begin(g, out);

	if (what) {
		snprintf(text, sizeof(text), "%s: %s", what, strerror(errno));
		io_write_all(out, text, strlen(text));
	}
	_exit(0);
}

/* What the child says. False: its end could not be waited for, or it died. */
static bool listen_to(pid_t pid, int in, char *text, size_t size)
{
	ssize_t n = io_read_full(in, text, size - 1);
	int status;

	text[n > 0 ? n : 0] = '\0';
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	if (n == 0 && WIFSIGNALED(status))
		snprintf(text, size, "it was killed by signal %d (%s)", WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
	return n >= 0;
}

bool rehearsal(const struct generation *g, char reason[REHEARSAL_REASON_MAX])
{
	char text[REHEARSAL_REASON_MAX / 2] = "";
	int fd[2];
	pid_t pid;
	bool heard;

	sandbox_measure_again();
	if (pipe(fd) < 0 || (pid = fork()) < 0) {
		snprintf(
		    reason, REHEARSAL_REASON_MAX, "no child can be started: %s", strerror(errno));
		return false;
	}
	if (pid == 0)
		child_main(g, fd[1]);
	close(fd[1]);
	heard = listen_to(pid, fd[0], text, sizeof(text));
	if (!heard)
		snprintf(text, sizeof(text), "%s", strerror(errno));
	close(fd[0]);
	snprintf(reason, REHEARSAL_REASON_MAX, "no child can record here: %s", text);
	return heard && !text[0];
}
