/* log: one line an event, built whole and written with one call.
 *
 * Sinks: standard error with a time stamp; standard error with <N> priorities when it is the
 * journal's stream (systemd.exec(5), JOURNAL_STREAM); the syslog socket. Writing never waits: a
 * line that the sink does not take at once, or not whole, is counted, and the count is logged when
 * it takes lines again. Refuses to decide what is worth a line and to keep rates (ratelimit does).
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

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

/* Chooses the sink. Before it, lines go to standard error with time stamps. `ident` is the
 * program's name in syslog lines; the string must stay valid. With to_syslog the syslog socket is
 * opened now and standard error is no longer used; false when there is no such socket yet: lines
 * are lost, and counted, until there is. */
bool log_open(const char *ident, bool to_syslog);

/* log_open() for a program that goes into the background: standard error is told when there is no
 * such socket. */
void log_open_syslog(const char *ident);

/* A restarted syslog daemon has another socket under the same name. The descriptor is shared by the
 * master and all its children, so one connect() is enough for all of them; children may not call
 * it, so the master does: once a minute, or a second after it has lost a line.
 *
 * log_renew_due() is when (monotonic ms, may be past), INT64_MAX: never; log_renew() does it. */
int64_t log_renew_due(void);
void log_renew(int64_t now);

/* Lines above this level are dropped; LVL_INFO at first. */
void log_set_level(enum log_level level);

/* Whether lines go to standard error, in whatever form. */
bool log_is_stderr(void);

/* The descriptor that a process must keep open to be able to log. */
int log_fd(void);

/* How many lines could not be written so far, whether that was reported or not. */
uint64_t log_lost(void);

/* To be called after fork() in the child: lines that the parent has lost are for the parent to
 * report, and reconnecting to syslog is the parent's task. */
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
