/* live: see live.h. */
#include "watch/live.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/io.h"
#include "view/terminal.h"

/* The other screen, without a cursor; and back. */
#define ENTER "\033[?1049h\033[?25l"
#define LEAVE "\033[0m\033[?25h\033[?1049l"

/* What a handler needs. */
static struct termios before;
static volatile sig_atomic_t taken, resized;

/* ---- the terminal, taken and given back ---- */

static void write_or_not(const char *text, size_t len)
{
	ssize_t n = write(STDOUT_FILENO, text, len);

	(void)n; /* there is nobody left to tell */
}

/* Called by handlers, too: async-signal-safe calls only. */
static void give_back(void)
{
	if (!taken)
		return;
	taken = 0;
	tcflow(STDOUT_FILENO, TCOON); /* it may have been held by ^S */
	tcsetattr(STDIN_FILENO, TCSANOW, &before);
	write_or_not(LEAVE, sizeof(LEAVE) - 1);
}

static bool is_background(void)
{
	pid_t group = tcgetpgrp(STDIN_FILENO);

	return group >= 0 && group != getpgrp();
}

/* In the background it stops, as everything does there that would change the terminal. */
static void take(void)
{
	struct termios raw;

	while (is_background())
		raise(SIGTTOU);
	if (tcgetattr(STDIN_FILENO, &before) != 0)
		return;
	taken = 1; /* before it is: a signal may come now */
	raw = before;
	raw.c_lflag &= (tcflag_t) ~(ICANON | ECHO);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	write_or_not(ENTER, sizeof(ENTER) - 1);
}

/* Ends as the signal would have, on a terminal as it was. */
static void on_end(int signal_number)
{
	give_back();
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

static void on_stop(int signal_number)
{
	int error = errno;

	(void)signal_number;
	give_back();
	raise(SIGSTOP);
	/* goes on here */
	take();
	resized = 1;
	errno = error;
}

static void on_resize(int signal_number)
{
	(void)signal_number;
	resized = 1;
}

static void handle(int signal_number, void (*handler)(int), unsigned flags)
{
	struct sigaction a = {.sa_handler = handler, .sa_flags = (int)flags};

	sigemptyset(&a.sa_mask);
	sigaction(signal_number, &a, NULL);
}

static void handle_all(void)
{
	static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGALRM, SIGUSR1,
	    SIGUSR2, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, SIGXCPU, SIGXFSZ};

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		handle(ends[i], on_end, SA_RESETHAND | SA_NODEFER);
	handle(SIGTSTP, on_stop, 0);
	handle(SIGWINCH, on_resize, 0);
}

/* ---- drawing ---- */

static char *compose(const struct live *l, size_t width, size_t lines, size_t *len)
{
	char *text = NULL;
	FILE *to = open_memstream(&text, len);

	if (!to)
		return NULL;
	l->print(l->of, width, lines, to);
	if (fclose(to) == 0)
		return text;
	free(text);
	return NULL;
}

/* How many columns a line takes: of one byte each, but for colours. */
static size_t columns_of(const char *line)
{
	size_t n = 0;

	for (; *line && *line != '\n'; line++) {
		if (*line != '\033')
			n++;
		else
			line += strcspn(line, "m");
	}
	return n;
}

/* Each line over what stood there, so that nothing flickers. Behind one that is as wide as the
 * terminal the cursor still stands on its last letter, which erasing to the end would take away, as
 * xterm and the Linux console do it: the last one is written on a screen that is empty from there.
 */
static void draw_lines(const char *text, size_t width, FILE *to)
{
	fputs("\033[H", to);
	for (;;) {
		size_t len = strcspn(text, "\n");
		bool last = !text[len] || !text[len + 1]; /* behind it nothing may scroll */

		if (last)
			fputs("\033[J", to);
		(void)fwrite(text, 1, len, to);
		if (last)
			break;
		fputs(columns_of(text) < width ? "\033[K\r\n" : "\r\n", to);
		text += len + 1;
	}
}

static bool draw(const struct live *l)
{
	size_t width = terminal_columns(), lines = terminal_lines(), len, drawn_len;
	char *text = compose(l, width, lines, &len), *drawn = NULL;
	FILE *to = text ? open_memstream(&drawn, &drawn_len) : NULL;
	bool ok = false;

	if (to) {
		draw_lines(text, width, to);
		ok = fclose(to) == 0 && io_write_all(STDOUT_FILENO, drawn, drawn_len);
	}
	free(text);
	free(drawn);
	return ok;
}

static bool print(const struct live *l)
{
	size_t len;
	char *text = compose(l, terminal_columns(), 0, &len);
	bool ok =
	    text && io_write_all(STDOUT_FILENO, text, len) && io_write_all(STDOUT_FILENO, "\n", 1);

	free(text);
	return ok;
}

/* ---- waiting ---- */

/* Until the next table is due, or a key or a new size asks for it. False: it is the end. */
static bool wait_for(int64_t until, bool keys)
{
	for (;;) {
		struct pollfd p = {.fd = keys ? STDIN_FILENO : -1, .events = POLLIN};
		int64_t left = until - io_monotonic_ms();
		int n = resized || left <= 0 ? 0 : poll(&p, 1, (int)left);
		char key;

		if (n < 0 && errno != EINTR)
			return false;
		if (n == 0 || resized) {
			resized = 0;
			return true;
		}
		if (n < 0)
			continue;
		errno = 0;
		if (read(STDIN_FILENO, &key, 1) != 1 || key == 'q' || key == 'Q')
			return false;
		if (key == ' ')
			return true;
	}
}

bool live_run(const struct live *l)
{
	bool screen =
	    isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && tcgetattr(STDIN_FILENO, &before) == 0;
	bool ok = true;

	if (screen) {
		handle_all();
		take();
	}
	while (ok) {
		int64_t due = io_monotonic_ms() + (int64_t)l->seconds * 1000;

		ok = screen ? draw(l) : print(l);
		if (ok && !wait_for(due, screen))
			break;
	}
	if (screen) {
		int error = errno;

		give_back();
		errno = error;
	}
	return ok;
}
