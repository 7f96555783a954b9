/* layout: the status area, byte for byte: the contract between the server, which writes it, and all
 * that read it. Types, numbers, and how texts are copied; no system calls.
 *
 * WHERE. With `status-path` each running server (a master with its children) has one file in that
 * directory, named "server-PID", or "server-PID.N" where that name is taken. Names that begin with
 * a dot are files that are being made. A file appears under its name whole and locked, and never
 * shrinks. It is meant for a tmpfs (/run): it is memory that others may read.
 *
 * WHO IS ALIVE. The master holds a write lock on the file's first byte (fcntl(2), F_SETLK). A
 * reader asks with F_GETLK and l_type = F_RDLCK: F_UNLCK means that the master is gone. Only who
 * may write the file can hold that lock, and asking takes none. An `inherited` file has no master
 * any more, whoever holds the lock. Children hold no lock: while there is a master its table says
 * which are there. Recordings can outlive their master: then a child is there when its row is not
 * free, its page does not say `ended`, its pid is a process, and that process began at
 * `start_boot_ms` (field 22 of /proc/PID/stat in clock ticks, within two seconds, where it can be
 * read).
 *
 * PARTS, in the order of the file; all offsets are from its beginning:
 *
 *   struct status_server             at 0          the master writes
 *   struct status_child[slots]       at child_at   the master writes
 *   struct status_page[slots]        at page_at    each the child in that slot writes, alone;
 *                                                  the next is `page_step` bytes further
 *   struct status_client[clients]    at client_at  the master writes; a reload may put it elsewhere
 *
 * Slots are many, and the file is sparse: only the first `top` of them can be in use. A reader
 * copies with pread(2), or maps the file; what it has mapped may have become too short after
 * a reload, and a mapping has to expect SIGBUS from a file that somebody else has cut. Where the
 * filesystem is full, recordings go on unseen: their pages are zero, and `clients` may be 0.
 *
 * NUMBERS have the byte order and alignment of the machine. Each is written by one store (64 bits:
 * relaxed, as record/stats.h says), so that each is whole. Counters only rise, as long as their
 * writer is honest. Names tell units: _ms are milliseconds of CLOCK_MONOTONIC, 0 for never
 * (the same clock for all processes of one boot: `boot` says which, and is "" where a unit hides
 * it: a file on a tmpfs is of this one); _boot_ms of CLOCK_BOOTTIME;
 * _s seconds, _unix seconds since 1970. For wall-clock time: now - (monotonic now - _ms).
 *
 * TEXTS end with a 0 byte within their room; who reads makes sure of that, as nothing here is to be
 * believed: a child may have been taken over by its peer, and writes what it likes into its page.
 *
 * SEQUENCE NUMBERS are odd while something is being changed (status_write_begin, status_write_end).
 * `status_server.seq` covers everything that the master writes: who copies header, clients,
 * children and pages between two equal, even values has a consistent picture, in which a connection
 * that ends is counted once. `status_page.seq` covers the part of the page behind it; the counters
 * before it are free of it. A number that stays odd (its writer has died, or lies) must not stop a
 * reader: it tries some times (STATUS_TRIES), and then takes what is there.
 *
 * TOTALS of a client are in its row for connections that have ended, and in the page of each child
 * for those that run: they are added by who reads. They survive a reload, and a restart: the next
 * master of the same configuration takes them over, and marks the old file `inherited`: of such a
 * file only children whose row is not free count, also those that are not there any more. That
 * master looks every few seconds which have ended: it frees the row, adds the page up, and removes
 * the file when all are free. So a reader reads that master's file before those.
 *
 * RATES. Every STATUS_SAMPLE_MS the master notes in each row what it counts at that moment: twice,
 * in turn (`packets_at`, `bytes_at`; when, in the head: `sampled_ms`). A reader takes the later of
 * the two that is at least so old, and has the rate of the last 5 to 10 seconds. Of a child it is
 * stats.packets - packets_at; of a client that of its children, and packets - packets_at of its
 * row, which is of connections that have ended meanwhile. Without connections nothing is noted, as
 * nothing changes; of a master that is gone the last samples stay. While `sampled_ms` is 0 there is
 * no sample.
 *
 * VERSIONS. A reader refuses another `magic`, `byte_order` or `version`. A later server may append
 * members to each structure, and then only its size changes: readers step by header_size,
 * child_size, client_size and page_step, and never by sizeof. What an earlier one did not have yet
 * (STATUS_..._LEAST is what the first one had) is 0 for who reads: see status_take(). */
#ifndef STATUS_LAYOUT_H
#define STATUS_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "record/stats.h"

#define STATUS_MAGIC      "OSMOPCST" /* 8 bytes, without the 0 */
#define STATUS_VERSION    1
#define STATUS_BYTE_ORDER 0x01020304u
#define STATUS_PREFIX     "server-"               /* of the file's name; the pid follows */
#define STATUS_PATH       "/run/osmo-pcap-server" /* where the units put it */

#define STATUS_CONFIG_MAX   1024
#define STATUS_LISTENER_MAX 128
#define STATUS_LISTENERS    64
#define STATUS_NAME_MAX     72 /* of a client */
#define STATUS_PEER_MAX     64 /* "address:port", "[address]:port" */
#define STATUS_FILE_MAX     256
#define STATUS_REASON_MAX   256
#define STATUS_NONE         UINT32_MAX
#define STATUS_SAMPLE_MS    5000

/* Why a connection was not taken: server.refused[]. */
enum status_refused {
	STATUS_UNLISTED,   /* no client has the address */
	STATUS_NO_KEEPER,  /* TLS, and the process that holds the key is not running */
	STATUS_PER_CLIENT, /* the client has as many connections as it may */
	STATUS_RESOURCES,  /* no process or no descriptor was left */
	STATUS_PROXY,      /* it came from a proxy, without a usable PROXY header */
	STATUS_REFUSED     /* how many there are; the array has room for more */
};

/* How a connection ended: server.ended[], client.last_end. Rejected are PROTOCOL, TLS, DENIED and
 * TIMEOUT. */
enum status_end {
	STATUS_FINISHED,   /* the peer closed it between frames, or it was idle too long */
	STATUS_PROTOCOL,   /* the stream was refused, or ended inside a frame */
	STATUS_TLS,        /* the handshake or a TLS record failed */
	STATUS_DENIED,     /* the peer is not the client that it must be */
	STATUS_TIMEOUT,    /* a deadline passed */
	STATUS_STORAGE,    /* the capture file could not be written */
	STATUS_STOPPED,    /* told to finish: stop, reload, replaced, revoked */
	STATUS_CONNECTION, /* the connection broke */
	STATUS_INTERNAL,   /* the child could not be set up */
	STATUS_DIED,       /* killed by a signal, or an unknown exit status */
	STATUS_ENDS        /* how many there are; the array has room for more */
};

enum status_state {
	STATUS_FREE,      /* a slot without a child; a server that has ended regularly */
	STATUS_BEGINNING, /* a child before its first valid link header (TLS handshake) */
	STATUS_RUNNING,   /* a child that records; a server that accepts connections */
	STATUS_FINISHING  /* a child that was told to finish; a server that stops */
};

struct status_server {
	/* what does not change while the file has its name */
	char magic[8];
	uint32_t version;
	uint32_t byte_order;
	uint32_t header_size; /* sizeof(struct status_server) of who writes */
	uint32_t child_size;
	uint32_t client_size;
	uint32_t page_size; /* bytes of a page that mean something */
	uint64_t page_step; /* from one page to the next: the machine's page size */
	uint64_t slots;
	uint64_t child_at, page_at;
	char boot[40]; /* /proc/sys/kernel/random/boot_id, without its newline */
	uint32_t pid;
	uint32_t reserved0;
	int64_t started_ms, started_unix;
	char program[64];               /* "osmo-pcap-server VERSION" */
	char config[STATUS_CONFIG_MAX]; /* absolute path */
	char sandbox[24];               /* "full", "landlock", "seccomp", "none", "off" */

	uint64_t seq; /* of everything that the master writes from here on, in all parts */

	uint64_t client_at, clients; /* in the order of the configuration */
	uint64_t top;                /* slots from here up are free */
	uint32_t state;              /* enum status_state */
	uint32_t inherited;          /* 1: a later master has taken over the totals; see TOTALS */
	uint64_t generation;   /* of the configuration: 1 from the start, one more each reload */
	int64_t generation_ms; /* when it was read */
	uint64_t reloads_failed;
	uint64_t max_connections, max_unestablished;
	uint64_t connections, unestablished; /* now */
	uint64_t accepted;
	uint64_t refused[16]; /* by enum status_refused */
	uint64_t full;        /* times that connections had to wait, as the server was full */
	uint64_t ended[32];   /* by enum status_end */
	uint64_t repair_rounds, repair_rounds_failed;
	uint64_t repaired_files; /* finished by repair */
	uint64_t log_lines_lost; /* by the master */
	uint64_t listeners;
	char listener[STATUS_LISTENERS][STATUS_LISTENER_MAX]; /* as in the log */
	int64_t sampled_ms[2];                                /* see RATES */
};

/* What the master knows of the child in a slot. */
struct status_child {
	uint32_t state; /* enum status_state */
	uint32_t pid;
	uint32_t client; /* index of its row; STATUS_NONE: not known yet, or not listed any more */
	uint32_t tls;    /* 1: the connection has TLS */
	uint64_t order;  /* rises with every connection: another one, another child */
	uint64_t generation;   /* of the configuration that it was started with */
	int64_t since_ms;      /* accepted */
	int64_t start_boot_ms; /* its process was started */
	int64_t established_ms;
	char name[STATUS_NAME_MAX]; /* of the client, "" as long as it is not known */
	char peer[STATUS_PEER_MAX];
	uint64_t packets_at[2], bytes_at[2]; /* see RATES */
	char via[STATUS_PEER_MAX];           /* the proxy that it came through, "" for none */
};

/* What a child writes itself. Zero before it is started. */
struct status_page {
	struct stats stats; /* 72 bytes, each number for itself */
	uint64_t reserved0[6];

	uint64_t seq;   /* of the rest */
	uint32_t ended; /* 1: it has ended, and says so itself */
	uint32_t reserved1;
	int64_t file_unix;          /* when the current file was begun */
	int64_t expires_unix;       /* the peer's certificate; 0: there is none */
	char file[STATUS_FILE_MAX]; /* being recorded, "" for none */
	char protocol[96];          /* "TLS1.3/AES-256-GCM"; "" without TLS */
	char subject[256];          /* of the peer's certificate */
	char fingerprint[80];
	char reason[STATUS_REASON_MAX]; /* why it has ended, as in the log */
};

/* A configured client. */
struct status_client {
	char name[STATUS_NAME_MAX];
	uint64_t max_silence_s; /* 0: none */
	int64_t since_ms;       /* since when it counts: the start, or the reload that added it */
	/* of connections that have ended; see TOTALS */
	uint64_t packets, bytes, files, cut;
	uint64_t connections;       /* established, with those that run */
	uint64_t connected;         /* now: established ones of this master */
	uint64_t refused;           /* where the client was known */
	uint64_t rejected;          /* where the client was known */
	int64_t last_connection_ms; /* established */
	/* of connections that have ended, and now and then of those that run: later ones may be in
	 * their pages (stats.heard_ms, where stats.packets is not 0) */
	int64_t last_packet_ms;
	int64_t last_end_ms;
	/* enum status_end, with last_end_ms; STATUS_NONE: of a recording that had outlived its
	 * master, so that nobody knows */
	uint32_t last_end;
	uint32_t silent; /* 1: the log says that it is silent, since the last packet or since_ms */
	int64_t silent_ms;   /* when that was said */
	uint32_t tls, store; /* 1: as configured */
	char last_reason[STATUS_REASON_MAX];
	uint64_t filtered;                   /* of connections that have ended, as `cut` */
	uint64_t packets_at[2], bytes_at[2]; /* of those, too; see RATES */
};

#define STATUS_SERVER_LEAST offsetof(struct status_server, sampled_ms)
#define STATUS_CHILD_LEAST  offsetof(struct status_child, packets_at)
#define STATUS_CLIENT_LEAST offsetof(struct status_client, packets_at)

_Static_assert(sizeof(struct stats) == 72 && offsetof(struct stats, packets) == 8 &&
		   offsetof(struct stats, bytes) == 16 && offsetof(struct stats, files) == 24 &&
		   offsetof(struct stats, file_bytes) == 32 &&
		   offsetof(struct stats, waiting) == 40 && offsetof(struct stats, cut) == 48 &&
		   offsetof(struct stats, heard_ms) == 56 && offsetof(struct stats, filtered) == 64,
    "the counters of a page");
_Static_assert(offsetof(struct status_page, seq) == 120, "the counters of a page");
_Static_assert(sizeof(struct status_page) <= 4096, "a child has one page");

/* ---- sequence numbers ---- */

#define STATUS_TRIES 1000

/* The writer, around what it changes. */
static inline void status_write_begin(uint64_t *seq)
{
	__atomic_store_n(seq, *seq + 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

static inline void status_write_end(uint64_t *seq)
{
	__atomic_store_n(seq, *seq + 1, __ATOMIC_RELEASE);
}

/* Who reads a mapping: the number before, and whether it is the same after. */
static inline uint64_t status_seq(const uint64_t *seq)
{
	return __atomic_load_n(seq, __ATOMIC_ACQUIRE);
}

static inline bool status_same(const uint64_t *seq, uint64_t before)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return (before & 1) == 0 && __atomic_load_n(seq, __ATOMIC_RELAXED) == before;
}

#endif
