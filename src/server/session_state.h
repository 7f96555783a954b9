/* session_state: what the files of a session share; nobody else includes it. Types only. */
#ifndef SERVER_SESSION_STATE_H
#define SERVER_SESSION_STATE_H

#include "daemon/title.h"
#include "record/recorder.h"
#include "server/channel.h"
#include "server/child_report.h"
#include "server/childexit.h"
#include "server/generation.h"
#include "tls/transport.h"
#include "tls/transport_tls.h"

/* What to do after a step of a session. */
enum step {
	STEP_NEXT, /* continue with the next step */
	STEP_END   /* the session has ended: the last line is logged, `code` is the exit status */
};

struct session {
	const struct config *config;
	const struct generation *generation;
	const uint32_t *candidate; /* clients that the peer may be */
	size_t candidates;
	const struct place
	    *place; /* the only one that it can store in: its sandbox allows no other */
	const struct config_client
	    *client;                  /* NULL: its identity is not known, there is no recorder */
	const char *name;             /* of the client; "?": one of several */
	struct tls_candidate *wanted; /* the candidates, for TLS */
	struct tls_peer tls;          /* what the certificate proves */
	const struct channel *channel;
	struct transport transport;
	struct recorder recorder;
	char peer[PEER_TEXT_MAX];
	struct title title;
	int64_t started;          /* monotonic ms */
	int64_t header_deadline;  /* for the first link header */
	int64_t frame_since;      /* when the incomplete frame began; 0: there is none */
	int signals;              /* signalfd */
	unsigned long cpu_before; /* the limit of CPU time, while there is that of a handshake */
	bool new_file_wanted;
	bool settings_wanted;             /* `live` is to be used from the next packet on */
	struct recorder_live live;        /* as the master has ordered */
	struct filter_table *filter_next; /* which came with it; NULL: none */
	struct filter_table *filter;      /* of an order that is in use, owned */
	enum order_kind told;             /* the reason for the stop that follows; 0: none */
	int64_t stop_since;               /* 0: not told to stop */
	const char *stop_why;             /* as in the log */
	bool patient;                     /* told to stop, but not to give up on a full disk */
	bool established;
	uint8_t *buffer;      /* NULL while the connection is idle */
	size_t have;          /* bytes in it */
	enum child_exit code; /* once it has ended */
};

#endif
