/* options: the command line of osmo-pcap-publish.
 *
 * -h, -V and wrong options end the program here; everything else is only read. */
#ifndef PUBLISH_OPTIONS_H
#define PUBLISH_OPTIONS_H

#include <stdbool.h>

struct options {
	const char *file; /* the configuration; in argv, or the default */
	bool daemonize, test;
};

void options_parse(int argc, char **argv, struct options *o);

#endif
