/* log: one line an event, built whole and written with one call.
 *
 * Sinks: standard error with a time stamp; standard error with <N> priorities when it is the
 * journal's stream (systemd.exec(5), JOURNAL_STREAM); the syslog socket. Writing never waits: a
 * line that the sink does not take at once, or not whole, is counted, and the count is logged when
 * it takes lines again. Refuses to decide what is worth a line and to keep rates (ratelimit does).
 */
#ifndef LOG_H
#define LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longest line, newline included; below PIPE_BUF, so lines of several processes never mix. */
#define LOG_LINE_MAX 2048

enum log_level {
	LVL_ERROR,
	LVL_WARNING,
	LVL_NOTICE,
	LVL_INFO,
	LVL_DEBUG
};

/* Chooses the sink. Before it, lines go to standard error with time stamps. With to_syslog the
 * syslog socket is opened now and standard error is no longer used; false when there is none yet:
 * lines are lost, and counted, until there is. */
bool log_open(bool to_syslog);

/* A syslog daemon that was started anew has another socket under the same name. The descriptor is
 * one for the master and all its children, so whoever connects it connects it for all; the
 * children may not, so the master does: once a minute, or a second after it has lost a line. To be
 * called with the time now (monotonic ms), whenever; returns the ms until it wants to be called
 * again, -1 for never. */
int64_t log_renew(int64_t now);

/* Lines above this level are dropped; LVL_INFO at first. */
void log_set_level(enum log_level level);

/* A level's name in the configuration. */
const char *log_level_name(enum log_level level);

/* Whether lines go to standard error, in whatever form. */
bool log_is_stderr(void);

/* The descriptor that a process must keep open to be able to log. */
int log_fd(void);

/* In a new process: the lines that its parent has lost are the parent's to report, and a syslog
 * socket that is gone is the parent's to find again. */
void log_forget_lost(void);

/* One event: a fixed word, then key=value. Bytes that are not printable become '?'. */
__attribute__((format(printf, 2, 3))) void log_line(enum log_level level, const char *fmt, ...);

struct log_text {
	char s[512];
};

/* `text` between double quotes; quotes, backslashes and unprintable bytes as \xNN. Cut when it
 * does not fit. Text from the network goes through here, always. */
const char *log_quote(struct log_text *out, const char *text);

/* A quoted copy that lives as long as the enclosing block. */
#define LOG_QUOTE(text) log_quote(&(struct log_text){{0}}, (text))

#endif
