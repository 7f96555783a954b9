/* log: see log.h. */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/cstr.h"

/* How often the syslog socket is connected anew: normally, and after a line was lost. */
#define RENEW_MS      60000
#define RENEW_LOST_MS 1000

enum sink {
	SINK_STDERR,
	SINK_JOURNAL,
	SINK_SYSLOG
};

/* What lg.cut points to while no other process writes to the same sink. */
static bool own_cut;

static struct {
	const char *ident; /* program name in syslog lines */
	enum sink sink;
	int fd;
	bool *cut; /* the last line was written in part: end it before the next one */
	bool is_socket;
	enum log_level level;
	unsigned long lost; /* not reported yet */
	uint64_t lost_ever;
	bool child;      /* forked: does not reconnect */
	int64_t renewed; /* when it was last connected or tried, monotonic ms */
} lg = {.sink = SINK_STDERR, .fd = STDERR_FILENO, .cut = &own_cut, .level = LVL_INFO};

static const int priorities[] = {LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG};

static bool is_journal(const struct stat *st)
{
	const char *env = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;

	return env && sscanf(env, "%llu:%llu", &dev, &ino) == 2 && st->st_dev == (dev_t)dev &&
	       st->st_ino == (ino_t)ino;
}

/* On a full disk a regular file may take only the first part of a line. The next process that
 * writes to it, parent or child, must start a new line, so the flag is in shared memory. */
static void share_cut(void)
{
	void *page =
	    mmap(NULL, sizeof(*lg.cut), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return;
	lg.cut = page;
	*lg.cut = own_cut;
}

/* O_NONBLOCK belongs to the open file description, which other programs share (a shell's terminal),
 * so a pipe or terminal is opened again. A regular file keeps its description, with its offset. */
static void open_stderr(void)
{
	struct stat st;
	int fd;

	if (fstat(STDERR_FILENO, &st) < 0)
		return;
	lg.is_socket = S_ISSOCK(st.st_mode);
	if (S_ISREG(st.st_mode))
		share_cut();
	if (is_journal(&st))
		lg.sink = SINK_JOURNAL;
	if (!S_ISFIFO(st.st_mode) && !isatty(STDERR_FILENO))
		return;
	fd = open("/proc/self/fd/2", O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0)
		lg.fd = fd;
}

static bool connect_syslog(int fd)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};

	return connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == 0;
}

bool log_open(const char *ident, bool to_syslog)
{
	int fd;

	lg.ident = ident;
	if (!to_syslog) {
		open_stderr();
		return true;
	}
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	lg.sink = SINK_SYSLOG;
	lg.fd = fd;
	lg.is_socket = true;
	return connect_syslog(fd);
}

void log_open_syslog(const char *ident)
{
	if (!log_open(ident, true))
		fputs("warning: there is no syslog socket: the log is lost until there is one\n",
		    stderr);
}

void log_set_level(enum log_level level)
{
	lg.level = level;
}

bool log_is_stderr(void)
{
	return lg.sink != SINK_SYSLOG;
}

int log_fd(void)
{
	return lg.fd;
}

uint64_t log_lost(void)
{
	return lg.lost_ever;
}

void log_forget_lost(void)
{
	/* written only when it changes: a write would give the child its own copy of the page */
	if (lg.lost > 0)
		lg.lost = 0;
	if (lg.sink == SINK_SYSLOG)
		lg.child = true;
}

static size_t prefix(char *buf, size_t size, enum log_level level)
{
	struct timespec ts;
	struct tm tm;
	size_t n;

	if (lg.sink == SINK_JOURNAL)
		return (size_t)snprintf(buf, size, "<%d>", priorities[level]);
	if (lg.sink == SINK_SYSLOG)
		return (size_t)snprintf(buf, size, "<%d>%s[%d]: ", LOG_DAEMON | priorities[level],
		    lg.ident, (int)getpid());
	clock_gettime(CLOCK_REALTIME, &ts);
	localtime_r(&ts.tv_sec, &tm);
	n = strftime(buf, size, "%Y-%m-%dT%H:%M:%S", &tm);
	n += (size_t)snprintf(buf + n, size - n, ".%03ld", ts.tv_nsec / 1000000);
	return n + strftime(buf + n, size - n, "%z ", &tm);
}

static ssize_t put_once(const char *line, size_t len)
{
	struct pollfd p = {.fd = lg.fd, .events = POLLOUT};

	if (lg.is_socket)
		return send(lg.fd, line, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (poll(&p, 1, 0) == 1)
		return write(lg.fd, line, len);
	errno = EAGAIN;
	return -1;
}

/* True when the whole line was written. A part that was written stays in the file. */
static bool put(const char *line, size_t len)
{
	for (int tries = 0; tries < 3; tries++) {
		ssize_t n = put_once(line, len);

		if (n > 0 && lg.sink != SINK_SYSLOG && *lg.cut != (line[n - 1] != '\n'))
			*lg.cut = !*lg.cut;
		if (n >= 0)
			return (size_t)n == len;
		if (lg.sink == SINK_SYSLOG && !lg.child &&
		    (errno == ECONNREFUSED || errno == ENOTCONN))
			connect_syslog(lg.fd);
		else if (errno != EINTR)
			break;
	}
	return false;
}

static void emit(enum log_level level, const char *text)
{
	char all[1 + LOG_LINE_MAX] = "\n", *line = all + 1;
	size_t start = prefix(line, LOG_LINE_MAX, level);
	size_t len = strlen(text);

	if (len > LOG_LINE_MAX - start - 1)
		len = LOG_LINE_MAX - start - 1;
	memcpy(line + start, text, len);
	cstr_printable(line + start, len);
	len += start;
	if (lg.sink != SINK_SYSLOG)
		line[len++] = '\n';
	if (*lg.cut ? !put(all, len + 1) : !put(line, len)) {
		lg.lost++;
		lg.lost_ever++;
	}
}

static void report_lost(void)
{
	unsigned long lost = lg.lost;
	char text[48];

	if (lost == 0)
		return;
	lg.lost = 0;
	snprintf(text, sizeof(text), "log lost=%lu", lost);
	emit(LVL_WARNING, text);
	if (lg.lost > 0)
		lg.lost = lost;
}

int64_t log_renew_due(void)
{
	if (lg.sink != SINK_SYSLOG || lg.child)
		return INT64_MAX;
	return lg.renewed + (lg.lost > 0 ? RENEW_LOST_MS : RENEW_MS);
}

void log_renew(int64_t now)
{
	lg.renewed = now;
	if (connect_syslog(lg.fd))
		report_lost();
}

void log_line(enum log_level level, const char *fmt, ...)
{
	char text[LOG_LINE_MAX];
	va_list ap;
	int saved = errno;

	if (level > lg.level)
		return;
	report_lost();
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	emit(level, text);
	errno = saved;
}

const char *log_quote(struct log_text *out, const char *text)
{
	static const char hex[] = "0123456789abcdef";
	char *o = out->s, *end = out->s + sizeof(out->s) - 6;

	*o++ = '"';
	for (; *text && o < end; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= ' ' && c < 0x7f && c != '"' && c != '\\') {
			*o++ = (char)c;
		} else {
			*o++ = '\\';
			*o++ = 'x';
			*o++ = hex[c >> 4];
			*o++ = hex[c & 15];
		}
	}
	*o++ = '"';
	*o = '\0';
	return out->s;
}
