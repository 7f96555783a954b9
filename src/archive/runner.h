/* runner: a command in a process of its own: started, listened to, ended.
 *
 * It inherits no descriptor but /dev/null and, as standard error, a pipe whose lines are told, the
 * first ones of each command and the beginning of long ones. Where it takes too long its process
 * group is ended, and what it leaves behind in that group when it ends is killed. Refuses to wait
 * and to know what the command is for. Times are milliseconds of CLOCK_MONOTONIC. */
#ifndef ARCHIVE_RUNNER_H
#define ARCHIVE_RUNNER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define RUNNER_LINE_MAX   400 /* bytes of a line that are told */
#define RUNNER_LINES      20  /* lines of a command that are told */
#define RUNNER_GRACE_MS   5000
#define RUNNER_REASON_MAX 100

/* One line of its standard error, printable. */
typedef void runner_line(void *context, const char *line);

struct runner {
	pid_t pid;   /* 0: there is none */
	int channel; /* to poll for reading; -1: it has closed its standard error */
	int64_t due; /* when it is told to end, and then when it is killed */
	bool late, told;
	int status; /* of its end, as waitpid() has it */

	runner_line *line;
	void *context;
	char text[RUNNER_LINE_MAX + 1];
	size_t len;
	uint64_t lines; /* all of them */
};

/* Whether there is such a program, as execvp() looks for it. */
bool runner_finds(const char *program);

/* line and context are set, the rest is zero. False with errno. A program that cannot be started
 * ends with status 127, and a line that says why. */
bool runner_start(struct runner *r, char *const argv[], int64_t timeout_ms, int64_t now_ms);

/* After SIGCHLD, when the channel is readable, and when it is due. True: it has ended. */
bool runner_go_on(struct runner *r, int64_t now_ms);

/* Has it end: what does not end at this signal is killed later. */
void runner_finish(struct runner *r, int64_t now_ms);

/* Kills it, and waits for its end, but not for ever: a filesystem may hang. */
void runner_kill(struct runner *r, int64_t until_ms);

/* After its end: whether it has succeeded, and why not. */
bool runner_succeeded(const struct runner *r, char reason[RUNNER_REASON_MAX]);

#endif
