/* channel: what a child gets from its master beside the connection.
 *
 * Values only: what goes over its descriptors is child_report's and tls/keeper_process's. */
#ifndef SERVER_CHANNEL_H
#define SERVER_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "server/peer.h"
#include "status/layout.h"

struct channel {
	struct peer peer; /* as it was accepted: a peer may be gone and its bytes still there */
	int fd;           /* SOCK_SEQPACKET, see child_report.h; -1: there is no master */
	bool log_routine; /* lines that every connection causes are logged; else they are debug */
	int keeper;       /* for one signature of the TLS key; -1: none is needed */
	struct status_page *page; /* shared with the master, and with all that read */
};

#endif
