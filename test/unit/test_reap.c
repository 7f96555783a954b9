/* test_reap: which children are killed, and when the next one is. */
#include "tap.h"
#include "support.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/log.h"
#include "server/reap.h"
#include "server/state.h"
#include "server/timers.h"

static struct master m;

/* A process that waits to be killed, as a child in the table. */
static struct child *child(void)
{
	struct child *k = children_add(&m.children);

	pid_t pid = fork();

	if (pid == 0) /* without memory at `k` */
		for (;;)
			pause();
	k->client = "foo";
	k->pid = pid;
	return k;
}

static bool killed(struct child *k)
{
	int status;
	pid_t pid = waitpid(k->pid, &status, WNOHANG);

	for (unsigned i = 0; pid == 0 && k->finish_by_ms == TIMER_NEVER && i < 10000; i++) {
		usleep(1000);
		pid = waitpid(k->pid, &status, WNOHANG);
	}
	return pid == k->pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

static void test_overdue(void)
{
	struct child *silent = child(), *later = child(), *known = child(), *told = child();

	silent->establish_by_ms = 1000;
	later->establish_by_ms = 2000;
	known->establish_by_ms = told->establish_by_ms = 500;
	children_establish(&m.children, known);
	told->finishing = true;
	told->finish_by_ms = 9000;
	reap_overdue(&m, 999);
	IS_INT(m.ends.overdue_due, 1000, "the first that is not established is the next");
	reap_overdue(&m, 1000);
	OK(killed(silent), "one that is not established in time is killed");
	OK(!killed(later), "one that has time left is not");
	OK(!killed(known), "one that is established is not");
	OK(!killed(told), "one that was told to finish has the time that it was given");
	IS_INT(m.ends.overdue_due, 2000, "the next one");
	reap_late(&m, 8999);
	IS_INT(m.ends.late_due, 9000, "the first that was told to finish is the next");
	OK(!killed(told) && !killed(known), "nobody before its time");
	reap_late(&m, 9000);
	OK(killed(told), "one that does not finish in time is killed");
	OK(!killed(known), "one that was not told is not");
	IS_INT(m.ends.late_due, TIMER_NEVER, "there is no next one");
	kill(later->pid, SIGKILL);
	kill(known->pid, SIGKILL);
}

static void test_patient(void)
{
	struct child *k = child();
	struct stats *stats = statpages_slot(&m.pages, children_slot(&m.children, k));

	k->finishing = k->patient = true;
	k->finish_by_ms = 9000;
	stats->waiting = true;
	reap_late(&m, 9000);
	OK(!killed(k), "one that waits for room on a full disk is waited for");
	IS_INT(m.ends.late_due, 10000, "and looked at again a second later");
	stats->waiting = false;
	reap_late(&m, 10000);
	OK(!killed(k), "when it has room, it has all its time");
	IS_INT(m.ends.late_due, 18000, "which begins when it was seen waiting last");
	reap_late(&m, 18000);
	OK(killed(k), "and no more");
}

/* What is no report is the last that the master reads of a child. */
static void test_channel(void)
{
	struct child *k = child();
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) < 0)
		support_die("socketpair");
	k->channel = pair[0];
	reap_reports(&m, k);
	IS_INT(k->channel, pair[0], "a channel without a report stays");
	if (send(pair[1], "x", 1, 0) != 1)
		support_die("send");
	reap_reports(&m, k);
	IS_INT(k->channel, -1, "one with something else is closed");
	OK(fcntl(pair[0], F_GETFD) < 0, "for good");
	kill(k->pid, SIGKILL);
}

int main(void)
{
	if (!children_init(&m.children, 8) || !statpages_reserve(&m.pages, 8, -1, 0))
		support_die("memory");
	log_set_level(LVL_ERROR);
	dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
	test_overdue();
	test_patient();
	test_channel();
	return tap_done();
}
