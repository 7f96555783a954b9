/* worker: see worker.h. */
#include "archive/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
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

/* A process that was killed ends at once, unless a filesystem hangs. */
#define END_MS 5000

/* Metadata, and what a capture grows by that does not compress. */
#define FILE_MORE (64u << 20)

/* A sound worker is faster on the slowest machine, at whatever level. One that is hijacked could do
 * something small again and again, and would keep its place for ever. */
#define LEAST_RATE (64u << 10) /* bytes of its files a second */
#define LATE_MS    (10 * 60 * 1000)

/* Workers that did not, and are to be reaped. */
#define LATE 64u
static pid_t late[LATE];

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

/* It is to make a file of about the size of its capture; one that is hijacked could fill the disk.
 */
static void limit_file(const struct job *job)
{
	rlim_t most = 2 * (rlim_t)job->names.size + FILE_MORE;
	const struct rlimit r = {.rlim_cur = most, .rlim_max = most};

	if (job->kind == JOB_PACK)
		setrlimit(RLIMIT_FSIZE, &r);
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
	limit_file(job);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (!place(from) || sandbox_enter(&role_packer, NULL, 0, rules < 0 ? -1 : RULES))
		_exit(1);
	run(job);
}

/* ---- its master ---- */

void worker_kill(struct worker *w)
{
	kill(w->pid, SIGKILL);
	w->killed = true;
}

/* Of those that did not end when they were killed: which have. */
static void reap_late(void)
{
	for (size_t i = 0; i < LATE; i++)
		if (late[i] > 0 && waitpid(late[i], NULL, WNOHANG) != 0)
			late[i] = 0;
}

/* Where there is no room left it stays a zombie. */
static void leave(pid_t pid)
{
	size_t i = 0;

	while (i < LATE && late[i] > 0)
		i++;
	if (i < LATE)
		late[i] = pid;
}

static uint64_t size_of(int fd)
{
	struct stat st;

	return fd < 0 || fstat(fd, &st) < 0 ? 0 : (uint64_t)st.st_size;
}

static uint64_t most_frames(const struct job *job)
{
	uint64_t bytes = size_of(job->capture);

	return job->kind == JOB_RECALL ? report_frames_of_file(bytes)
				       : report_frames_of_capture(bytes);
}

static int64_t time_for(const struct job *job)
{
	uint64_t bytes = size_of(job->capture) + size_of(job->orphan) + job->most;

	return LATE_MS + (int64_t)(bytes / LEAST_RATE) * 1000;
}

bool worker_is_late(const struct worker *w, int64_t now_ms)
{
	return now_ms >= w->due;
}

bool worker_start(struct worker *w, const struct job *job)
{
	int ends[2], why;

	reap_late();
	*w = (struct worker){.channel = -1,
	    .due = io_monotonic_ms() + time_for(job),
	    .most_frames = most_frames(job)};
	if (pipe2(ends, O_CLOEXEC) < 0)
		return false;
	sandbox_measure_again(); /* another configuration may be larger, the index has its cache */
	w->pid = fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0 ? -1 : fork();
	if (w->pid == 0)
		child(job, ends[1]);
	why = errno;
	close(ends[1]);
	if (w->pid < 0) {
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
	return report_check(r, w->most_frames) ? sizeof(*r) + r->profile_len + r->frames_len : 0;
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

bool worker_stop(struct worker *w)
{
	struct pollfd end = {.fd = w->channel};
	int wait = w->killed ? 0 : END_MS;
	bool ended;

	if (w->pid == 0)
		return true;
	worker_kill(w);
	ended = poll(&end, 1, wait) == 1; /* its channel is hung up */
	while (waitpid(w->pid, NULL, ended ? 0 : WNOHANG) < 0 && errno == EINTR)
		;
	if (!ended)
		leave(w->pid);
	close(w->channel);
	w->pid = 0;
	w->channel = -1;
	return ended;
}

void worker_end(struct worker *w)
{
	worker_stop(w);
	free(w->bytes);
	*w = (struct worker){.channel = -1};
}
