/* options: the command line of osmo-pcap-read.
 *
 * Reads it into one structure; prints what is wrong with it, and exits then. Refuses to open what
 * it names. */
#ifndef READ_OPTIONS_H
#define READ_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/when.h"

enum mode {
	MODE_PACKETS,
	MODE_LIST,
	MODE_COVERAGE
};

struct options {
	const char *config;
	enum mode mode;
	bool json, html;
	bool follow, pcap;
	const char *filter, *output; /* NULL: none given */
	bool limited;                /* by one of these */
	int64_t from, to;            /* nanoseconds since 1970; INT64_MIN, INT64_MAX: no limit */
	char *const *client;
	int clients;
};

/* now, zone: for its times. */
void options_parse(
    int argc, char **argv, int64_t now, const struct when_zone *zone, struct options *o);

#endif
