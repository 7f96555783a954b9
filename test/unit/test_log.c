/* test_log: quoting of text that came from elsewhere; and lines that nobody takes. Each case of
 * those is a process of its own, as there is one log. */
#include "tap.h"
#include "support.h"

#include <ctype.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/log.h"

/* The text behind a quoted one; false when it is not well formed. */
static bool unquote(const char *s, uint8_t *out, size_t *len)
{
	size_t n = strlen(s);

	*len = 0;
	if (n < 2 || s[0] != '"' || s[n - 1] != '"')
		return false;
	for (size_t i = 1; i < n - 1; i++) {
		uint8_t c = (uint8_t)s[i];

		if (c < 0x20 || c > 0x7e || c == '"')
			return false;
		if (c == '\\') {
			unsigned v;

			if (i + 4 > n - 1 || s[i + 1] != 'x' || !isxdigit((uint8_t)s[i + 2]) ||
			    !isxdigit((uint8_t)s[i + 3]) || sscanf(s + i + 2, "%2x", &v) != 1)
				return false;
			c = (uint8_t)v;
			i += 3;
		}
		out[(*len)++] = c;
	}
	return true;
}

static void test_quote(void)
{
	static const char *const plain[] = {
	    "", "a", "peer closed the connection", "a=b, c/d 100%", "~ !#$&'()*+"};
	static uint8_t back[4096];
	char want[600], text[3000];
	struct log_text t;
	size_t len;
	unsigned wrong = 0;

	for (size_t i = 0; i < COUNT(plain); i++) {
		snprintf(want, sizeof(want), "\"%s\"", plain[i]);
		IS_STR(log_quote(&t, plain[i]), want, "printable text is left alone");
	}
	IS_STR(LOG_QUOTE("a"), "\"a\"", "the macro");
	OK(strcasecmp(log_quote(&t, "a\"b\\c\n\xff"), "\"a\\x22b\\x5cc\\x0a\\xff\"") == 0,
	    "quotes, backslashes and unprintable bytes: %s", t.s);
	for (unsigned c = 1; c < 256; c++) {
		const char one[] = {'x', (char)c, 'y', 0};

		wrong += !unquote(log_quote(&t, one), back, &len) || len != 3 ||
			 memcmp(back, one, 3) != 0;
		if (c >= 0x20 && c <= 0x7e && c != '"' && c != '\\')
			wrong += strlen(t.s) != 5;
		else
			wrong += strlen(t.s) != 8;
	}
	IS_INT(wrong, 0, "every byte can be read back");
	wrong = 0;
	for (size_t n = 0; n < sizeof(text) - 1; n += n < 600 ? 1 : 97)
		for (unsigned kind = 0; kind < 3; kind++) {
			memset(text, kind == 0 ? 'x' : '\n', n);
			for (size_t i = 0; kind == 2 && i < n; i += 3)
				text[i] = 'y';
			text[n] = 0;
			memset(&t, 'z', sizeof(t));
			log_quote(&t, text);
			wrong += strnlen(t.s, sizeof(t.s)) >= sizeof(t.s) ||
				 !unquote(t.s, back, &len) || len > n ||
				 memcmp(back, text, len) != 0 || (len < n && len < 100) ||
				 (n < 100 && len != n);
		}
	IS_INT(wrong, 0, "long text is cut, never within an escape, and still quoted");
}

/* ---- lines ---- */

static int ends[2]; /* of a pipe: standard error is the second one */

static void fill(void)
{
	int flags = fcntl(ends[1], F_GETFL);

	fcntl(ends[1], F_SETFL, flags | O_NONBLOCK);
	while (write(ends[1], "x", 1) == 1)
		;
	fcntl(ends[1], F_SETFL, flags);
}

/* Takes what is in the pipe, and returns it. */
static const char *text(void)
{
	static char got[1 << 20];
	size_t len = 0;
	ssize_t n;

	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	while ((n = read(ends[0], got + len, sizeof(got) - len - 1)) > 0)
		len += (size_t)n;
	got[len] = '\0';
	return got;
}

static bool counts_lost(void)
{
	log_open("test", false);
	fill();
	for (unsigned i = 0; i < 5; i++)
		log_line(LVL_INFO, "lost");
	text();
	log_line(LVL_INFO, "taken");
	return strstr(text(), " log lost=5\n");
}

static bool keeps_errno(void)
{
	log_open("test", false);
	fill();
	errno = EXDEV;
	log_line(LVL_INFO, "lost");
	if (errno != EXDEV)
		return false;
	close(STDERR_FILENO);
	log_line(LVL_INFO, "lost");
	return errno == EXDEV;
}

/* Where it cannot be opened again the pipe is that of other programs, which have it blocking. */
static bool never_waits(void)
{
	fill();
	alarm(20);
	log_line(LVL_INFO, "lost"); /* before log_open(): as it is */
	return true;
}

static bool journal(ino_t more)
{
	char stream[64];
	struct stat st;

	fstat(STDERR_FILENO, &st);
	snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)st.st_dev,
	    (unsigned long long)(st.st_ino + more));
	setenv("JOURNAL_STREAM", stream, 1);
	log_open("test", false);
	log_line(LVL_WARNING, "a line");
	return strcmp(text(), "<4>a line\n") == 0;
}
static bool is_journal(void)
{
	return journal(0);
}
static bool is_no_journal(void)
{
	return !journal(1);
}

static bool looks_again(void)
{
	int64_t now = 1000000;

	if (log_open("test", true)) /* somebody is there who takes it */
		return true;
	log_renew(now);
	if (log_renew_due() != now + 60000)
		return false;
	log_line(LVL_INFO, "lost");
	return log_renew_due() == now + 1000;
}

static bool children_do_not(void)
{
	log_open("test", true);
	log_forget_lost();
	return log_renew_due() == INT64_MAX;
}

static void is(bool (*test)(void), const char *what)
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	if (pipe(ends) < 0)
		support_die("pipe");
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDERR_FILENO);
		_exit(test() ? 0 : 1);
	}
	if (pid > 0)
		waitpid(pid, &status, 0);
	close(ends[0]);
	close(ends[1]);
	OK(status == 0, "%s", what);
}

static void test_lines(void)
{
	is(counts_lost, "lines that nobody takes are counted, each once");
	is(keeps_errno, "a line changes no errno");
	is(never_waits, "a line is never waited for");
	is(is_journal, "standard error that is the journal's has levels");
	is(is_no_journal, "another one of the same filesystem has the time");
	is(looks_again, "syslog is looked for every minute, every second after a line was lost");
	is(children_do_not, "not in a process that was forked");
}

int main(void)
{
	test_quote();
	test_lines();
	return tap_done();
}
