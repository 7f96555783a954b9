/* config: the configuration file as one checked, immutable structure.
 *
 * Loading reports every problem of a run, each with file and line, and never exits. Values are
 * complete when loading succeeds: defaults are filled in, a client's storage settings are the
 * server's where it has none of its own, paths are absolute. Refuses to touch what the
 * configuration names (directories, certificates): generation does. See
 * osmo-pcap-server.cfg(5).
 *
 * A configuration, and all that its structures point to, lives in one region: nothing in it is
 * freed alone, and all of it by config_free(). */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/addr.h"
#include "base/problem.h"
#include "base/region.h"
#include "capture/capname.h"
#include "capture/rotate.h"
#include "config/text.h"

struct addrs {
	struct addr_zoned *v;
	size_t n;
};

struct nets {
	struct addr_net *v;
	size_t n;
};

/* What programs read when no other is named. */
#define CONFIG_FILE "osmo-pcap-server.cfg"

#define CONFIG_KEYS_MAX 9 /* in one group */

struct origins {
	struct origin group; /* the group itself; line 0: it is not there */
	uint32_t set;        /* bit i: key i of the group's table stands in the file */
	struct origin key[CONFIG_KEYS_MAX]; /* where the keys stand, valid or not */
};

struct filter_table; /* filter/table.h */

/* What may stand in the server and be overridden by a client: how it is recorded. */
struct config_storage {
	const char *base_path;
	const char *completed_path; /* NULL: files stay in base_path */
	unsigned mode;
	unsigned max_snaplen;   /* bytes */
	uint64_t max_file_size; /* bytes; 0: no limit */
	struct rotate rotate;
	bool replace;        /* a newer connection ends an older one */
	bool close_when_due; /* a file whose period is over is published without a packet, too */
	const char *filter;  /* libpcap's language; NULL or "": every packet is stored */
	struct origins origins;
	/* What server/filters has compiled of it, in the region; NULL: every packet is stored. */
	const struct filter_table *table;
};

/* The structures hold values of these enumerations, and of enum log_level, as int: the table of
 * keys says where a value is put, and through that no enumeration can be written, whose size the
 * compiler chooses. */
enum config_auth {
	AUTH_X509,
	AUTH_NONE,
	AUTH_ANONYMOUS
};
enum config_sandbox {
	SANDBOX_BEST_EFFORT,
	SANDBOX_REQUIRED,
	SANDBOX_OFF
};

/* The most that max-snaplen may be. */
#define CONFIG_SNAPLEN_MAX 262144

/* Addresses that `ip` may list. */
#define CONFIG_IP_MAX 64

/* Addresses and networks that `proxies` may list. */
#define CONFIG_PROXIES_MAX 64

/* The most that hand-over.at-once may be. */
#define CONFIG_AT_ONCE_MAX 64

/* The most that limits.connections may be. */
#define CONFIG_CONNECTIONS_MAX 100000

struct config_tls {
	bool present; /* there is a tls group */
	int auth;     /* enum config_auth */
	const char *capath, *crlfile, *server_cert, *server_key, *priority;
	struct origins origins;
};

struct config_limits { /* times in seconds */
	unsigned connections, unestablished;
	unsigned handshake_timeout, keepalive;
	unsigned header_changes_per_minute;
	struct origins origins;
};

/* Limits that may also stand in a client, for it alone. */
struct config_own_limits {
	unsigned per_client;
	unsigned frame_timeout, idle_timeout;
	uint64_t max_silence; /* seconds without a packet until the log says so; 0: it does not */
	struct origins origins;
};

struct config_server {
	struct addrs ip;     /* empty: all addresses */
	struct nets proxies; /* connections from there begin with a PROXY header */
	unsigned port;       /* 0: the kernel chooses */
	const char *user, *group, *pid_file;
	const char *status_path; /* NULL: see status/layout.h */
	int log_level;           /* enum log_level */
	int sandbox;             /* enum config_sandbox */
	struct origins origins;
};

/* Room on a filesystem: one of both is 0. */
struct config_space {
	uint64_t bytes;
	unsigned percent;
};

/* What retention keeps; 0: no limit. */
struct config_keep {
	uint64_t max_age;  /* seconds */
	uint64_t max_size; /* bytes */
	unsigned max_files;
	struct config_space min_free; /* of the archive's filesystem */
	unsigned weight;              /* of a client: 1 or more */
	uint64_t floor;               /* of a client: bytes */
	struct origins origins;
};

/* The command that each archived file is handed over to. */
struct config_hand_over {
	bool present;           /* there is a hand-over group */
	struct strings command; /* arguments as they stand in the file: see base/expand */
	unsigned at_once;       /* commands that run at the same time */
	uint64_t timeout;       /* seconds */
	bool required;          /* retention keeps a file until it was handed over */
	struct origins origins;
};

/* What osmo-pcap-archive works by; the server reads and checks it, and uses none of it. */
struct config_archive {
	bool present; /* there is an archive group */
	const char *path, *user, *group, *directories, *pid_file;
	unsigned level; /* of zstd; 0: not compressed */
	struct config_keep keep;
	struct config_hand_over hand_over;
	struct origins origins;
};

/* What osmo-pcap-publish works by; the server reads and checks it, and uses none of it. */
struct config_publisher {
	bool present;     /* there is a zeromq-publisher group */
	struct addrs ip;  /* empty: 127.0.0.1 */
	unsigned port;    /* 0: the kernel chooses */
	const char *bind; /* instead of both (config/endpoint.h), or NULL */
	unsigned queue;   /* messages that wait for one subscriber, at most */
	const char *user, *group, *pid_file;
	struct origins origins;
};

/* The most that zeromq-publisher.queue may be. */
#define CONFIG_QUEUE_MAX 1000000

struct config_client {
	const char *name;
	struct nets address;
	bool tls;
	struct strings certificate; /* empty: any of the CA */
	bool store;
	struct config_keep keep;
	struct config_storage storage;       /* effective */
	struct config_own_limits own_limits; /* effective */
	struct origins origins;
};

struct clients_table;

struct config {
	struct region *region; /* in which all of it lies */
	const char *file;      /* absolute */
	struct strings names;  /* of the files it was read from, as they were opened; the first is
				  the configuration itself, as it was named */
	struct origin empty;   /* an include in the list of clients without a word; file NULL: none
				*/
	struct config_server server;
	struct config_storage storage;
	struct config_tls tls;
	struct config_limits limits;
	struct config_own_limits own_limits; /* they stand among the limits */
	struct config_archive archive;
	struct config_publisher publisher;
	struct config_client *clients;
	size_t nclients;
	bool clients_given;                   /* the setting is there, if only as an empty list */
	const struct config_client **by_name; /* all of them, in the order of their names */
	struct clients_table *admission;      /* whose address is it: see clients.h */
};

/* Reads and checks. Warnings and errors are added to *problems. With errors it returns what could
 * be read all the same, which nobody may use but to find everything else that is wrong in one run;
 * NULL when nothing could be read. */
struct config *config_examine(const char *file, struct problems *problems);

/* For programs that only read it: errors are printed on standard error, and then it returns NULL.
 * Warnings are the server's to tell, whose configuration it is. */
struct config *config_load(const char *file);

/* NULL is fine. */
void config_free(struct config *c);

/* The effective configuration, itself a configuration: keys without a value as comments, a
 * client's storage settings only where the client has them. */
void config_print(const struct config *c, FILE *out);

/* What holds of one client, and of all, as lines "name: value" with values as in a configuration.
 */
void config_tell_client(const struct config_client *k, FILE *out);
void config_tell_limits(const struct config *c, FILE *out);

/* The client with that name, or NULL. */
const struct config_client *config_client(const struct config *c, const char *name);

/* Whether connections from that address are a proxy's, and begin with a PROXY header. */
bool config_is_proxy(const struct config *c, const struct addr *a);

/* Whose files have this NAME or NAME-ADDRESS in their names (capture/capname.h): a client of the
 * list, or what the name says where the list has changed since. address: "" unless the client is a
 * network. */
void config_owner(const struct config *c, const char *stem, char client[CAPNAME_STEM_MAX],
    char address[ADDR_TEXT_MAX]);

/* The network in which the address is the client's, so that files are named after it, too. NULL:
 * the client's longest entry that holds it is that address alone, or there is none. */
const struct addr_net *config_network(const struct config_client *k, const struct addr *peer);

/* Whether one of its entries is a network. */
bool config_has_network(const struct config_client *k);

#endif
