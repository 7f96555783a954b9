/* options: the command line of osmo-pcap-archive.
 *
 * -h, -V and wrong options end the program here; everything else is only read. */
#ifndef ARCHIVE_OPTIONS_H
#define ARCHIVE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

enum mode {
	MODE_DAEMON,
	MODE_TEST,
	MODE_ONCE,
	MODE_PLAN,
	MODE_VERIFY,
	MODE_REBUILD
};

struct options {
	const char *file; /* the configuration; in argv, or the default */
	enum mode mode;
	bool daemonize; /* with MODE_DAEMON */
	bool all;       /* MODE_VERIFY: every file; else those of the last `since` seconds */
	uint64_t since;
};

void options_parse(int argc, char **argv, struct options *o);

#endif
