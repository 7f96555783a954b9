/* vty2cfg: what a configuration of the original says: settings, clients, and notes on its lines.
 *
 * Filled by parse, judged by check, printed by print. Memory only: refuses to read, judge or write.
 */
#ifndef VTY2CFG_VTY2CFG_H
#define VTY2CFG_VTY2CFG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"

/* The settings; a note is placed at one of them, or at one of the three places behind VTY_KEYS. */
enum vty_key {
	VTY_IP,
	VTY_PORT,
	VTY_BASE_PATH,
	VTY_COMPLETED_PATH,
	VTY_MODE,
	VTY_SNAPLEN,
	VTY_FILE_SIZE,
	VTY_ROTATE,
	VTY_SERVER_END, /* the keys above stand in the group server; itself no key */
	VTY_TLS = VTY_SERVER_END,
	VTY_X509,
	VTY_ANONYMOUS,
	VTY_CAPATH,
	VTY_CRLFILE,
	VTY_SERVER_CERT,
	VTY_SERVER_KEY,
	VTY_PRIORITY,
	VTY_TLS_END, /* the keys above, from VTY_TLS on, stand in the group tls; itself no key */
	VTY_PUBLISHER = VTY_TLS_END, /* in the group zeromq-publisher */
	VTY_KEYS,
	VTY_HEAD = VTY_KEYS, /* notes before everything */
	VTY_CLIENTS,         /* beside the clients */
	VTY_REST             /* behind everything */
};

struct vty_setting {
	char *value;   /* as the new configuration has it; NULL: left out */
	char *said;    /* the original line */
	unsigned line; /* 0: no line speaks of it */
};

struct vty_client {
	char *name, *address; /* not checked */
	char *said;
	unsigned line;
	bool store, tls;
	struct addr_net net; /* by check: the address; length 0 if it is none */
	bool unreachable;    /* likewise: another client has it */
};

struct vty_note {
	int place;     /* enum vty_key */
	unsigned line; /* 0: none */
	char *said;    /* the original line; NULL: a remark about what follows */
	char *why;     /* NULL: `said` is a comment of the original */
};

struct vty {
	struct vty_setting key[VTY_KEYS];
	struct vty_client *clients;
	size_t nclients;
	struct vty_note *notes;
	size_t nnotes;
	bool tls_group;   /* by check: a tls group can be written */
	const char *auth; /* likewise: its allow-auth; NULL: unknown */
	bool no_memory;   /* something is missing for that reason */
};

/* Copies its texts. */
void vty_note(struct vty *v, int place, unsigned line, const char *said, const char *why);

/* A copy of the text, NULL for NULL. */
char *vty_copy(struct vty *v, const char *text);

void vty_client_free(struct vty_client *c);
void vty_free(struct vty *v);

#endif
