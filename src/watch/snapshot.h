/* snapshot: what is known at one moment, as one structure that everything is printed from.
 *
 * The server and its clients come from status areas (status/area.h): one of a server that runs, or
 * has run last, and those of earlier ones whose recordings go on. Adds up, sorts, and computes
 * rates; refuses to look anything up. Pure.
 *
 * Times are milliseconds since 1970, 0 for never. Texts are printable ASCII. */
#ifndef WATCH_SNAPSHOT_H
#define WATCH_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/region.h"
#include "view/pattern.h"
#include "status/area.h"

/* A connection that is recorded. */
struct snapshot_session {
	const char *client; /* "": not known yet */
	const char *peer, *file, *protocol, *subject;
	const char *via;     /* the proxy that it came through; "": none */
	uint32_t pid, state; /* state: enum status_state */
	bool tls;
	bool outlived; /* its server has ended */
	bool waiting;  /* for room on the disk */
	int64_t since, last_packet, expires;
	int64_t begun; /* the file */
	uint64_t order, packets, bytes, files, cut, filtered, file_bytes;
	double packet_rate, byte_rate; /* per second, of the last seconds */
};

/* In the order in which they are shown: what needs a look comes first. */
enum snapshot_state {
	SNAPSHOT_SILENT,    /* no packet for longer than max-silence */
	SNAPSHOT_ABSENT,    /* no connection, but there was one */
	SNAPSHOT_NEVER,     /* no connection since the server knows the client */
	SNAPSHOT_WAITING,   /* for room on the disk */
	SNAPSHOT_RECORDING, /* or counting, without `store` */
};

struct snapshot_client {
	const char *name;
	enum snapshot_state state;
	bool tls, store;
	bool listed;          /* false: only a recording of an earlier server has this name */
	uint64_t max_silence; /* seconds; 0: none */
	int64_t since, last_packet, last_connection, last_end;
	const char *last_end_word, *last_reason;
	uint64_t packets, bytes, files, cut, filtered, connections, refused, rejected;
	const struct snapshot_session *session; /* its first; they follow each other */
	size_t sessions;
	bool waiting;
	/* of its sessions, and of connections that have ended in the last seconds */
	double packet_rate, byte_rate;
	double ended_packet_rate, ended_byte_rate; /* of the latter alone */
};

/* What watch/kept finds out. Bytes but for names that say otherwise. */
struct snapshot_archive {
	bool configured;
	const char *why; /* it could not be read: the reason; NULL: it could */
	uint64_t files, bytes, free, size;
	int64_t oldest;     /* when the recording of the oldest file ended */
	uint64_t growth;    /* bytes a day */
	int64_t full_in;    /* seconds until retention has to make room; -1: never at this rate */
	bool hands_over;    /* files wait for that */
	uint64_t waiting;   /* so many */
	const char *unseen; /* a directory of completed captures that cannot be read */
	uint64_t completed; /* captures that the archive has not taken yet */
	int64_t completed_oldest; /* when the oldest of them was completed */
};

struct snapshot_disk {
	bool known;
	uint64_t free, size; /* bytes, of the filesystem that is recorded to */
};

struct snapshot_expiry {
	int64_t certificate, list; /* of the server; 0: there is none, or it was not looked at */
	const char *why;           /* it could not be looked at */
};

struct snapshot {
	struct region *region;
	int64_t now;
	bool known;      /* there is an area: the rest of what a server says holds */
	bool running;    /* its server does */
	const char *why; /* not known: why, one line */
	bool none;       /* not known, as there is no server */
	struct status_server server;
	int64_t started, reloaded;
	struct snapshot_client *client;
	size_t clients; /* in the order of enum snapshot_state, then by name */
	struct snapshot_session *session;
	size_t sessions;    /* by client, then by age */
	size_t unknown;     /* the first so many: of no known client yet */
	const char *nobody; /* the first pattern that no client matches; NULL: there is none */
	struct snapshot_archive archive;
	struct snapshot_disk disk;
	struct snapshot_expiry expiry;
};

/* An area, and what the machine says of it. */
struct snapshot_source {
	const struct area *area;
	bool alive; /* its server is */
	/* whether a child of a server that is not alive is there; may be NULL: none is */
	bool (*is_there)(const struct status_child *k);
};

/* From n areas of one configuration; source[0] is the server's own. clock: CLOCK_MONOTONIC now, in
 * milliseconds. False: no memory. */
bool snapshot_make(struct snapshot *s, struct region *r, const struct snapshot_source *source,
    size_t n, int64_t now, int64_t clock);

/* Leaves these clients, and what is of no client only where there is no pattern. The first pattern
 * that means none of them becomes `nobody`. */
void snapshot_choose(struct snapshot *s, struct patterns *p);

const char *snapshot_state_word(enum snapshot_state state);

/* How many clients are in that state. */
size_t snapshot_count(const struct snapshot *s, enum snapshot_state state);

#endif
