/* records: where the bytes of a TLS connection end within a record (RFC 8446, 5.1).
 *
 * An end of the stream anywhere but between two records is a truncation, which GnuTLS does not
 * always tell. Looks at lengths alone: what stands in a record is GnuTLS's. Pure. */
#ifndef TLS_RECORDS_H
#define TLS_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TLS_RECORD_HEADER 5

/* Limit of consecutive records without data: empty ones, warning alerts, KeyUpdates. GnuTLS reads
 * any number of them in one call, during which no deadline is checked; a sender needs one now and
 * then. */
#define TLS_EMPTY_MAX 1000

struct tls_records { /* all zero: before the first one */
	uint8_t header[TLS_RECORD_HEADER];
	size_t header_have, body_left;
	unsigned begun; /* records whose header is complete; the caller may set it back */
};

void tls_records_follow(struct tls_records *r, const uint8_t *p, size_t n);

bool tls_records_between(const struct tls_records *r);

/* The last record that has begun is an alert without protection. */
bool tls_records_plain_alert(const struct tls_records *r);

#endif
