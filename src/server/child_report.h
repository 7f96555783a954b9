/* child_report: what a child tells the master, and what the master tells a child, over their
 * channel.
 *
 * The channel is a SOCK_SEQPACKET pair: one message is one struct, whole or not at all. The child
 * may have been taken over by its peer, so the master validates every field and answers nothing.
 * An order is followed by the signal that has the child read it: HUP after settings, TERM after the
 * others, which only give the reason for it: a child that reads none stops for an unknown one.
 * Nothing here goes to the log: events and session_tell word its lines. Pure: encoding and
 * checking; the processes do the I/O. */
#ifndef SERVER_CHILD_REPORT_H
#define SERVER_CHILD_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/capname.h"
#include "capture/proxyhead.h"
#include "record/recording.h"
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

/* The only message of a doorman. */
struct door_report {
	uint32_t found;   /* enum proxyhead; not MORE */
	uint32_t port;    /* PEER */
	struct addr addr; /* PEER */
};

/* True when the received bytes are such a report: right size, something that can have been found,
 * an address that a host can have. *out has it normalised, and nothing else of it. */
bool door_report_check(const void *data, size_t len, struct door_report *out);

enum order_kind {
	ORDER_STOP = 1,
	ORDER_REPLACED = 2,
	ORDER_RECONFIGURED = 3,
	ORDER_REVOKED = 4,
	ORDER_SETTINGS = 5 /* goes on recording, with other settings */
};

struct order {
	uint32_t kind;             /* enum order_kind */
	struct recorder_live live; /* SETTINGS */
};

/* True when the received bytes are an order: right size, known kind, settings that a configuration
 * can have. */
bool order_check(const void *data, size_t len, struct order *out);

/* Whether a child that is told to finish with this order may first wait for space on a full disk,
 * without a time limit. */
bool order_is_patient(enum order_kind kind);

/* The reason as it is logged; any other kind reads as a plain stop. */
const char *order_text(enum order_kind kind);

#endif
