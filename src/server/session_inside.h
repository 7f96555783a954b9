/* session_inside: what session.c and session_tell.c share; nobody else includes it. */
#ifndef SESSION_INSIDE_H
#define SESSION_INSIDE_H

#include "server/childexit.h"
#include "base/log.h"
#include "record/recorder.h"
#include "server/session.h"
#include "tls/transport.h"
#include "tls/transport_tls.h"

struct session {
	const struct config *config;
	const struct generation *generation;
	const uint32_t *candidate; /* clients that it may be */
	size_t candidates;
	const struct config_client *client; /* the one that it is, or the first it may be */
	const char *name;                   /* of the client, "?" while nobody knows */
	struct tls_candidate *wanted;       /* the candidates, for TLS */
	struct tls_peer tls;                /* who it has proved to be */
	const struct channel *channel;
	struct transport transport;
	struct recorder recorder;
	char peer[ADDR_PEER_MAX];
	int64_t started;         /* monotonic ms */
	int64_t header_deadline; /* for the first link header */
	int64_t frame_since;     /* when the frame that is not whole yet began, or 0 */
	int64_t quiet_since;     /* when the last whole frame was complete */
	int signals;             /* signalfd */
	bool new_file_wanted;
	int64_t stop_since;   /* 0: not told to stop */
	const char *stop_why; /* as in the log */
	bool patient;         /* told to stop, but not to give up on a full disk */
	bool established;
	uint8_t *buffer; /* NULL: nothing has come for a while */
	size_t have;     /* bytes in it */
};

/* ---- session_tell ---- */

/* What the recorder tells goes to the master and to the log; wait_for_room is left to the caller.
 */
void session_events(struct session *s, struct recorder_events *on);

/* The line of the first byte. */
void session_connected(const struct session *s);

/* The line that refuses what came, at the frame where the recorder stands. */
void session_rejected(const struct session *s, const char *reason);

/* The last line. Returns code. */
int session_closed(const struct session *s, enum child_exit code, const char *reason);

struct log_text session_error(const char *what, int error);

#endif
