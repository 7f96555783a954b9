/* child_report: what a child tells the master, and what the master tells a child, over their
 * channel.
 *
 * The channel is a SOCK_SEQPACKET pair: one message is one struct, whole or not at all. The child
 * may have been taken over by its peer, so the master validates every field and answers nothing.
 * Orders only give the reason for the signal that follows them: a child that reads none stops
 * for an unknown one. Nothing here goes to the log: events and session_tell word its lines. Pure:
 * encoding and checking; the processes do the I/O. */
#ifndef SERVER_CHILD_REPORT_H
#define SERVER_CHILD_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/capname.h"
#include "tls/certname.h"

enum report_kind {
	REPORT_ESTABLISHED = 1,
	REPORT_OPENED = 2,
	REPORT_PUBLISHED = 3 /* or taken away: nothing is left to repair */
};

struct report {
	uint32_t kind;          /* enum report_kind */
	struct certid id;       /* ESTABLISHED: the certificate it showed */
	uint32_t candidate;     /* ESTABLISHED: which of the candidates of the fork */
	char name[CAPNAME_MAX]; /* OPENED, PUBLISHED: the file's name in base-path */
};

/* True when the received bytes are a report: right size, known kind, candidate below
 * `candidates`, a terminated name of ours. */
bool report_check(const void *data, size_t len, uint32_t candidates, struct report *out);

enum order {
	ORDER_STOP = 's',
	ORDER_REPLACED = 'r',
	ORDER_RECONFIGURED = 'c',
	ORDER_REVOKED = 'x'
};

/* Whether a child that is told to finish with this order may first wait for space on a full disk,
 * without a time limit. */
bool order_is_patient(char order);

/* The reason as it is logged; unknown bytes read as a plain stop. */
const char *order_text(char order);

#endif
