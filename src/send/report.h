/* send_report: what is told on standard error: messages, the progress, the summary.
 *
 * Refuses to decide what is an error. */
#ifndef SEND_REPORT_H
#define SEND_REPORT_H

#include "send/job.h"

/* One line, behind the name of the program. job: a struct send_job; a callback of send_link. */
void send_report_line(void *job, const char *text);

/* The same about the input at an offset. */
__attribute__((format(printf, 3, 4))) void send_report_input(
    struct send_job *j, uint64_t offset, const char *fmt, ...);

/* The progress, about ten times a second; a callback of send_link. */
void send_report_progress(void *job, int64_t now);

/* The last line, unless --quiet was given. */
void send_report_summary(struct send_job *j);

#endif
