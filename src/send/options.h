/* send_options: the command line of osmo-pcap-send.
 *
 * Reads options and operands into one structure; prints on standard error what is wrong with them,
 * and exits then. Refuses to open the files that they name. */
#ifndef SEND_OPTIONS_H
#define SEND_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "send/tls_creds.h"

struct send_options {
	uint32_t snaplen;
	struct addr source;      /* len 0: the kernel's choice */
	const char *source_zone; /* NULL: none given */
	uint64_t rate;           /* packets per second; 0: as fast as it goes */
	bool original;           /* by the packets' times */
	uint64_t loop;           /* passes; 0: for ever */
	bool looped;             /* --loop was given */
	bool reconnect, quiet;
	bool tls;
	bool confirm;           /* that all is stored */
	const char *tls_option; /* one that needs --tls, if any was given */
	struct send_tls_options secure;
	uint16_t port;
	const char *interface; /* NULL: from a file */
	const char *host;
	char host_address[ADDR_TEXT_MAX]; /* of a host with a zone: without it */
	const char *file;                 /* NULL: standard input */
	char *const *filter;              /* words, up to a NULL */
};

/* The strings stay argv's. -h, -V and wrong options end the program. */
void send_options_read(struct send_options *o, int argc, char **argv);

#endif
