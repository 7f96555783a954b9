/* options: the command line of osmo-pcap-status. */
#ifndef WATCH_OPTIONS_H
#define WATCH_OPTIONS_H

#include <stdbool.h>

#define OPTIONS_HOSTS 16u

enum mode {
	MODE_TABLE,
	MODE_WATCH,
	MODE_JSON,
	MODE_METRICS,
	MODE_HTTP,
	MODE_CHECK
};

struct options {
	const char *config;
	enum mode mode;
	unsigned seconds;                    /* of --watch */
	const char *host[OPTIONS_HOSTS + 1]; /* names of --host, and NULL behind the last */
	unsigned hosts;
	char *const *client; /* patterns */
	int clients;
};

/* Exits when there is nothing more to do. */
void options_parse(int argc, char **argv, struct options *o);

#endif
