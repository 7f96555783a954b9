/* creds: certificates, authorities and revocation lists of one configuration generation.
 *
 * Loaded and checked in the master, once, before any handshake: children open no file. The private
 * key is not here: the keeper has it, and only the signature is fetched. Everything is PEM. */
#ifndef TLS_CREDS_H
#define TLS_CREDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "tls/certname.h"
#include "config/config.h"
#include "tls/keeper_process.h"

struct creds;

/* NULL when something is wrong (an error was added) or no tls group is there (none was). Warns of
 * what has aged, but of nothing that `before`, or NULL, has warned of within a day. */
struct creds *creds_open(
    const struct config *c, const struct creds *before, struct problems *problems);
void creds_close(struct creds *c);

/* Whether there is a key to keep: not with allow-auth = "anonymous". */
bool creds_has_key(const struct creds *c);
const uint8_t *creds_key_id(const struct creds *c); /* KEEPER_KEY_ID bytes */

/* The oldest version of TLS that priority allows, as on the wire. */
unsigned creds_oldest(const struct creds *c);

/* What is warned of: that it ends within these seconds. */
#define CREDS_SOON (14 * 86400)

/* The day of a time, "2026-12-08", in UTC as certificates have it. */
#define CREDS_DAY 32
const char *creds_day(time_t t, char day[CREDS_DAY]);

/* What was right once and is not any more, or not much longer: the server certificate, a revocation
 * list. As warnings; `again`: also of what was warned of within a day. */
void creds_age(struct creds *c, const struct config *config, bool again, struct problems *problems);

bool creds_revokes(const struct creds *c, const struct certid *id);

#endif
