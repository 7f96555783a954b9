/* test_landlock: what the rules of a directory let through, and what they deny without any filter
 * of system calls. Each case is a process of its own that enters a ruleset. */
#include "tap.h"
#include "support.h"

#include <linux/landlock.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "daemon/landlock.h"

static int base, done, top;

static int made(const char *name, int flags)
{
	int fd = openat(base, name, flags | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return fd;
}

/* Each returns 0, or errno. */
static int result(int r)
{
	return r >= 0 ? 0 : errno;
}

static int create(void)
{
	return result(made("new", O_WRONLY | O_CREAT | O_EXCL));
}
static int write_own(void)
{
	return result(made("file", O_WRONLY));
}
static int read_own(void)
{
	return result(made("file", O_RDONLY));
}
static int list_own(void)
{
	return result(made(".", O_RDONLY | O_DIRECTORY));
}
static int remove_own(void)
{
	return result(unlinkat(base, "file", 0));
}
static int make_directory(void)
{
	return result(mkdirat(base, "directory", 0700));
}
static int publish(void)
{
	return result(renameat(base, "file", done, "file"));
}
static int take_back(void)
{
	return result(renameat(done, "finished", base, "finished"));
}
static int remove_finished(void)
{
	return result(unlinkat(done, "finished", 0));
}
static int write_finished(void)
{
	return result(openat(done, "finished", O_WRONLY | O_CLOEXEC));
}
static int truncate_outside(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d/outside", top);
	return result(truncate(path, 0));
}

static int ask_device(void)
{
	int fd = openat(base, "device", O_RDONLY | O_CLOEXEC), n;

	return result(ioctl(fd, FIONREAD, &n));
}

static int tcp(bool to)
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (!to)
		return result(bind(fd, (struct sockaddr *)&sin, sizeof(sin)));
	sin.sin_port = htons(9);
	return result(connect(fd, (struct sockaddr *)&sin, sizeof(sin)));
}
static int bind_tcp(void)
{
	return tcp(false);
}
static int connect_tcp(void)
{
	return tcp(true);
}
static int signal_parent(void)
{
	return result(kill(getppid(), 0));
}

static const struct sockaddr_un abstract = {.sun_family = AF_UNIX, .sun_path = "\0osmo-pcap-unit"};

static int connect_abstract(void)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return result(connect(fd, (const struct sockaddr *)&abstract, sizeof(abstract)));
}

/* What comes of it under these rules. */
static int under(const struct landlock_dir *dir, size_t n, int (*what)(void))
{
	int status = -1;
	pid_t pid;

	write_file(base, "file", "x", 1);
	write_file(done, "finished", "x", 1);
	unlinkat(done, "file", 0);
	unlinkat(base, "new", 0);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		int rules = landlock_rules(dir, n);

		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		if (rules < 0 || !landlock_enter(rules))
			_exit(255);
		_exit(what());
	}
	if (pid > 0)
		waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

#define ALLOWED(n, dir, what, text) IS_INT(under(dir, n, what), 0, "%s", text)
#define DENIED(n, dir, what, text)                                                                 \
	do {                                                                                       \
		int denied_got = under(dir, n, what);                                              \
		OK(denied_got == EACCES || denied_got == EPERM || denied_got == EXDEV, "%s (%d)",  \
		    text, denied_got);                                                             \
	} while (0)

static void test_directories(void)
{
	const struct landlock_dir moves[] = {{.fd = base, .record = true}, {.fd = done}},
				  keeps[] = {{.fd = base, .record = true, .keep = true},
				      {.fd = -1}},
				  repairs[] = {{.fd = base, .repair = true}, {.fd = done}};

	ALLOWED(2, moves, create, "recording: a file is made");
	ALLOWED(2, moves, write_own, "recording: it is written");
	ALLOWED(2, moves, publish, "recording: it is moved to where finished ones are");
	ALLOWED(2, moves, remove_own, "recording: an empty one is removed");
	DENIED(2, moves, read_own, "recording: none is read");
	DENIED(2, moves, list_own, "recording: the directory is not listed");
	DENIED(2, moves, make_directory, "recording: no directory is made");
	DENIED(2, moves, take_back, "recording: no finished one is taken back");
	DENIED(2, moves, remove_finished, "recording: no finished one is removed");
	DENIED(2, moves, write_finished, "recording: no finished one is written");
	ALLOWED(2, keeps, create, "where finished ones stay, too: a file is made");
	DENIED(2, keeps, remove_own, "where finished ones stay, too: none is removed");
	DENIED(2, keeps, publish, "where finished ones stay, too: none is moved away");
	ALLOWED(2, repairs, read_own, "repair: files are read");
	ALLOWED(2, repairs, list_own, "repair: and listed");
	ALLOWED(2, repairs, write_own, "repair: and cut");
	ALLOWED(2, repairs, remove_own, "repair: and removed");
	ALLOWED(2, repairs, publish, "repair: and moved");
	DENIED(2, repairs, remove_finished, "repair: no finished one is removed");
}

static void test_rest(int abi)
{
	const struct landlock_dir here[] = {{.fd = base, .record = true}};
	int fd;

	if (abi >= 3)
		DENIED(1, here, truncate_outside, "nothing outside is cut");
	if (abi >= 4) {
		DENIED(1, here, bind_tcp, "no port is taken");
		DENIED(1, here, connect_tcp, "nobody is connected to");
	}
	if (abi >= 5 && mknodat(base, "device", S_IFCHR | 0600, (dev_t)(1 << 8 | 3)) == 0) {
		const struct landlock_dir mends[] = {{.fd = base, .repair = true}};

		DENIED(1, mends, ask_device, "no device is asked anything");
	}
	if (abi < 6) {
		OK(true, "signals and abstract sockets # skip: Landlock of ABI %d", abi);
		return;
	}
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bind(fd, (const struct sockaddr *)&abstract, sizeof(abstract));
	DENIED(1, here, signal_parent, "nobody outside gets a signal");
	DENIED(1, here, connect_abstract, "no socket without a path is reached");
}

int main(void)
{
	int abi =
	    (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	char *dir = temporary_directory();

	if (!landlock_prepare()) {
		OK(true, "rules # skip: this kernel has no Landlock that is new enough");
		return tap_done();
	}
	top = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	mkdirat(top, "base", 0700);
	mkdirat(top, "done", 0700);
	base = openat(top, "base", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	done = openat(top, "done", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	write_file(top, "outside", "x", 1);
	test_directories();
	test_rest(abi);
	remove_directory(dir);
	return tap_done();
}
