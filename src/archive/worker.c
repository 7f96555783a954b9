/* worker: see worker.h. */
#include "archive/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "archive/roles.h"
#include "base/io.h"

/* Descriptors as the process has them: the same in every worker. */
enum {
	CHANNEL = 3,
	CAPTURE,
	ARCHIVED,
	ORPHAN,
	RULES,
	DESCRIPTORS
};

/* ---- the process ---- */

static _Noreturn void run(const struct job *given)
{
	struct job job = *given;
	uint8_t *columns = NULL;
	static struct report r;

	job.capture = CAPTURE;
	job.archived = job.archived < 0 ? -1 : ARCHIVED;
	job.orphan = job.orphan < 0 ? -1 : ORPHAN;
	job_run(&job, &r, &columns);
	if (!io_write_all(CHANNEL, &r, sizeof(r)) ||
	    !io_write_all(CHANNEL, columns, (size_t)r.profile_len + r.frames_len))
		_exit(1);
	_exit(0);
}

/* Puts descriptors where a worker has them, and closes all others, standard ones, too. First all
 * behind these, so that none is overwritten. */
static bool place(const int from[DESCRIPTORS])
{
	int high[DESCRIPTORS], keep[] = {CHANNEL, CAPTURE, ARCHIVED, ORPHAN, RULES};

	for (int i = CHANNEL; i < DESCRIPTORS; i++) {
		high[i] = from[i] < 0 ? -1 : fcntl(from[i], F_DUPFD, (int)DESCRIPTORS);
		if (from[i] >= 0 && high[i] < 0)
			return false;
	}
	for (int i = CHANNEL; i < DESCRIPTORS; i++)
		if (high[i] >= 0 ? dup2(high[i], i) < 0 : close(i) < 0 && errno != EBADF)
			return false;
	return io_close_except(0, keep, sizeof(keep) / sizeof(*keep));
}

static _Noreturn void child(const struct job *job, int channel)
{
	int rules = archive_roles_no_files();
	const int from[DESCRIPTORS] = {[CHANNEL] = channel,
	    [CAPTURE] = job->capture,
	    [ARCHIVED] = job->archived,
	    [ORPHAN] = job->orphan,
	    [RULES] = rules};
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL); /* its file would be nobody's */
	setsid();                         /* a ^C of the terminal goes to the master only */
	signal(SIGTERM, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (!place(from) || sandbox_enter(&role_packer, NULL, 0, rules < 0 ? -1 : RULES))
		_exit(1);
	run(job);
}

/* ---- its master ---- */

bool worker_start(struct worker *w, const struct job *job)
{
	int ends[2], why;

	*w = (struct worker){.channel = -1};
	if (pipe2(ends, O_CLOEXEC) < 0)
		return false;
	sandbox_measure_again(); /* another configuration may be larger, the index has its cache */
	w->pid = fork();
	if (w->pid == 0)
		child(job, ends[1]);
	why = errno;
	close(ends[1]);
	if (w->pid < 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0) {
		close(ends[0]);
		errno = why;
		w->pid = 0;
		return false;
	}
	w->channel = ends[0];
	return true;
}

/* How many bytes there will be, as far as that is known. 0: it is no sound report. */
static size_t wanted(struct worker *w, struct report *r)
{
	if (w->have < sizeof(*r))
		return sizeof(*r);
	memcpy(r, w->bytes, sizeof(*r));
	return report_check(r) ? sizeof(*r) + r->profile_len + r->frames_len : 0;
}

enum worker_status worker_read(
    struct worker *w, struct report *out, const uint8_t **profile, const uint8_t **frames)
{
	for (;;) {
		size_t want = wanted(w, out);
		uint8_t *bytes;
		ssize_t n;

		if (want == 0)
			return WORKER_FAILED;
		if (w->have == want)
			break;
		bytes = realloc(w->bytes, want);
		if (!bytes)
			return WORKER_FAILED;
		w->bytes = bytes;
		n = read(w->channel, w->bytes + w->have, want - w->have);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return WORKER_MORE;
		if (n <= 0)
			return WORKER_FAILED;
		w->have += (size_t)n;
	}
	*profile = w->bytes + sizeof(*out);
	*frames = *profile + out->profile_len;
	return WORKER_DONE;
}

void worker_end(struct worker *w)
{
	if (w->pid == 0)
		return;
	kill(w->pid, SIGKILL);
	while (waitpid(w->pid, NULL, 0) < 0 && errno == EINTR)
		;
	close(w->channel);
	free(w->bytes);
	*w = (struct worker){.channel = -1};
}
