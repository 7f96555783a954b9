/* cmdline: how a program ends when its command line is wrong, or asks for help or version.
 *
 * Refuses to read options: getopt_long(3) does. Not for osmo-pcap-server, whose standard error may
 * be the connection of a peer (server/errout). */
#ifndef BASE_CMDLINE_H
#define BASE_CMDLINE_H

#include "base/option.h"

struct cmdline {
	const char *program; /* its name, which its lines on standard error begin with */
	const char *usage;   /* the text of --help */
	int wrong;           /* exit status for wrong options */
};

/* Where the option that getopt_long(3) has returned has an empty value: it is wrong. value: optarg.
 */
void cmdline_refuse_empty(
    const struct cmdline *c, const struct option *longs, int option, const char *value);

/* All that follow exit. */

/* Prints the text on standard output: EXITCODE_OK, or EXITCODE_FAILURE when it did not arrive. */
_Noreturn void cmdline_print(const struct cmdline *c, const char *text);

/* Prints the usage on standard error, behind what getopt_long(3) has printed. */
_Noreturn void cmdline_usage(const struct cmdline *c);

/* Prints what is wrong, and where to look it up. */
__attribute__((format(printf, 2, 3))) _Noreturn void cmdline_wrong(
    const struct cmdline *c, const char *fmt, ...);

#endif
