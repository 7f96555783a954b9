/* log: one line an event, built whole and written with one call.
 *
 * Sinks: standard error with a time stamp; standard error with <N> priorities when it is the
 * journal's stream (systemd.exec(5), JOURNAL_STREAM); the syslog socket. Writing never waits: a
 * line that the sink does not take at once is counted, and the count is logged when it takes
 * lines again. Refuses to decide what is worth a line and to keep rates (ratelimit does). */
#ifndef LOG_H
#define LOG_H

#include <stdbool.h>
#include <stddef.h>

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
 * syslog socket is opened now and standard error is no longer used; false when there is none. */
bool log_open(bool to_syslog);

/* Lines above this level are dropped; LVL_INFO at first. */
void log_set_level(enum log_level level);

/* A level's name in the configuration, and the reverse (false when there is no such level). */
const char *log_level_name(enum log_level level);
bool log_level_parse(const char *name, enum log_level *out);

/* The descriptor that a process must keep open to be able to log. */
int log_fd(void);

/* In a new process: the lines that its parent has lost are the parent's to report. */
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
