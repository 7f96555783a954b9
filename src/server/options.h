/* options: the command line of osmo-pcap-server.
 *
 * -h, -V and wrong options end the program here; everything else is only read. */
#ifndef SERVER_OPTIONS_H
#define SERVER_OPTIONS_H

#include <stdbool.h>

struct options {
	const char *file;                   /* the configuration; in argv, or the default */
	bool named;                         /* it was named with -c */
	bool daemonize, test, print, inetd; /* at most one of them, or of these and explain */
	const char *explain;                /* an address; NULL: not asked for */
	const char *certificate, *at;       /* with it; NULL: not given */
};

/* Wrong options exit with EXITCODE_USAGE, and say so where errout tells: on standard error, or in
 * the log when that may be the connection. */
void options_parse(int argc, char **argv, struct options *o);

/* Nothing is served: something is printed. */
static inline bool options_only_print(const struct options *o)
{
	return o->test || o->print || o->explain;
}

/* What was found to be wrong with them later: exits likewise. The word comes after the reason. */
_Noreturn void options_wrong(const char *reason, const char *word);

#endif
