/* creds_load: what the files share that load and check credentials: how a problem is reported, and
 * the parts that creds.c puts together. */
#ifndef TLS_CREDS_LOAD_H
#define TLS_CREDS_LOAD_H

#include <stdbool.h>

#include <gnutls/gnutls.h>

#include "base/problem.h"
#include "config/config.h"
#include "config/keys.h"
#include "tls/creds_gnutls.h"

/* What a problem is about: the key, and where in the configuration it is set. */
struct site {
	struct problems *problems;
	struct origin at;
	const char *key;
};

static inline struct site site_of(const struct config *c, const char *key, struct problems *p)
{
	return (struct site){p, config_origin(&config_tls_keys, &c->tls.origins, key), key};
}

#define ERROR_AT(s, fmt, ...)                                                                      \
	problem_error((s)->problems, (s)->at.file, (s)->at.line, "%s " fmt, (s)->key, __VA_ARGS__)
#define WARN_AT(s, fmt, ...)                                                                       \
	problem_warning((s)->problems, (s)->at.file, (s)->at.line, "%s " fmt, (s)->key, __VA_ARGS__)

/* The text of a file, in the region. False: the error was added. */
bool creds_read_file(struct region *r, const char *path, gnutls_datum_t *out, const struct site *s);

/* The priority and the revocation lists of the configuration, into c. False: errors were added. The
 * authorities come before the lists. */
bool creds_load_priority(struct creds *c, const struct config *config, struct problems *p);
bool creds_load_crl(struct creds *c, const struct config *config, struct problems *p);

/* When `before` has warned of what both have is taken over. False: out of memory. */
bool creds_take_warned(struct creds *c, const struct creds *before);

/* Warns of a key that others may read. */
void creds_check_key_mode(const struct config *config, struct problems *p);

#endif
