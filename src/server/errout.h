/* errout: where an error goes while the server starts: to standard error, to the log, or nowhere.
 *
 * Standard error is not ours when inetd has made it the connection: not a byte is printed there.
 * Somebody waits at a terminal, or the log is the only place. Refuses to know what is wrong. */
#ifndef SERVER_ERROUT_H
#define SERVER_ERROUT_H

#include "base/problem.h"

/* The program's name in syslog lines. */
#define ERROUT_IDENT "osmo-pcap-server"

enum errout {
	ERROUT_STDERR, /* also after a terminal's log was opened: a person reads it */
	ERROUT_LOG,    /* the log is open, and standard error is not read by a person */
	ERROUT_NOWHERE /* standard error may be the connection, and no log is open */
};

/* From now on errors go there. The start: ERROUT_STDERR. */
void errout_set(enum errout where);
enum errout errout_get(void);

/* One line: "error: REASON", or the log event of an error. */
void errout_error(const char *reason);

/* The same, and exits with EXITCODE_FAILURE. */
_Noreturn void errout_die(const char *reason);

/* Reports all problems and frees them. Returns the exit status that they call for: EXITCODE_CONFIG
 * when there was an error, or EXITCODE_OK. */
int errout_problems(struct problems *p);

/* What was printed to standard output has arrived there: EXITCODE_OK; else reports why not, and
 * returns EXITCODE_FAILURE. */
int errout_printed(void);

#endif
