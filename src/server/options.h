/* options: the command line of osmo-pcap-server.
 *
 * -h, -V and wrong options end the program here; everything else is only read. */
#ifndef SERVER_OPTIONS_H
#define SERVER_OPTIONS_H

#include <stdbool.h>

struct options {
	const char *file;                   /* the configuration; in argv, or the default */
	bool named;                         /* it was named with -c */
	bool daemonize, test, print, inetd; /* at most one of them */
};

/* Wrong options exit with EXITCODE_USAGE, and say so where errout tells: on standard error, or in
 * the log when that may be the connection. */
void options_parse(int argc, char **argv, struct options *o);

#endif
