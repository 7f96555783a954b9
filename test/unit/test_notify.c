/* test_notify: the environment of a service manager, and a receiver whose queue is full. */
#include "tap.h"
#include "support.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "daemon/notify.h"

static char *dir, path[100];

/* A socket that receives at `path`. */
static int receiver(void)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&sun, sizeof(sun)) < 0)
		support_die("socket");
	return fd;
}

static void test_environment(void)
{
	char reason[NOTIFY_REASON_MAX];
	struct notify n;

	setenv("NOTIFY_SOCKET", path, 1);
	setenv("WATCHDOG_USEC", "400000", 1);
	setenv("WATCHDOG_PID", "1", 1);
	OK(notify_open(&n, reason) && n.fd >= 0 && n.watchdog == 0,
	    "a watchdog of another process");
	OK(!getenv("NOTIFY_SOCKET") && !getenv("WATCHDOG_USEC") && !getenv("WATCHDOG_PID"),
	    "the variables are unset");
	notify_close(&n);
	setenv("NOTIFY_SOCKET", path, 1);
	setenv("WATCHDOG_USEC", "400000", 1);
	OK(notify_open(&n, reason), "a watchdog of whoever is started");
	IS_INT(n.watchdog, 200, "is told twice in each interval, in milliseconds");
	notify_close(&n);
}

/* Takes everything; whether the last message is `text`. */
static bool last_is(int fd, const char *text)
{
	char got[NOTIFY_TEXT_MAX] = "", next[NOTIFY_TEXT_MAX];
	ssize_t k;

	while ((k = recv(fd, next, sizeof(next) - 1, 0)) >= 0) {
		next[k] = '\0';
		snprintf(got, sizeof(got), "%s", next);
	}
	return strcmp(got, text) == 0;
}

static void test_full(int fd)
{
	char reason[NOTIFY_REASON_MAX];
	struct notify n;

	setenv("NOTIFY_SOCKET", path, 1);
	notify_open(&n, reason);
	while (send(n.fd, "x", 1, MSG_DONTWAIT) == 1)
		;
	notify_ready(&n, false);
	OK(last_is(fd, "x"), "a full queue takes nothing");
	notify_tick(&n, 1000000);
	OK(last_is(fd, "READY=1"), "what it did not take is sent later");
	notify_tick(&n, 2000000);
	OK(last_is(fd, ""), "once");
	notify_close(&n);
}

int main(void)
{
	int fd;

	dir = temporary_directory();
	snprintf(path, sizeof(path), "%s/notify", dir);
	fd = receiver();
	test_environment();
	test_full(fd);
	close(fd);
	remove_directory(dir);
	return tap_done();
}
