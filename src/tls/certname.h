/* certname: whether a certificate contains a name that the configuration asks for.
 *
 * subjectAltName entries count (DNS, IP, e-mail); the common name only when there are none (RFC
 * 6125, 6.4.4). Names are compared exactly, DNS names without regard to ASCII case, without
 * wildcards. A NUL in any of them makes all of them worthless. Pure. */
#ifndef TLS_CERTNAME_H
#define TLS_CERTNAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CERTNAME_MAX 64 /* names of one certificate that are looked at */

enum certname_type {
	CERTNAME_DNS,
	CERTNAME_IP,
	CERTNAME_EMAIL,
	CERTNAME_COMMON
};

struct certname {
	enum certname_type type;
	size_t len;
	char data[256]; /* IP: 4 or 16 bytes in network byte order */
};

struct certnames {
	size_t n;
	struct certname name[CERTNAME_MAX];
	bool has_alternative;         /* there is a subjectAltName, whatever is in it */
	char fingerprint[8 + 64 + 1]; /* "sha256:" and lower case hexadecimal digits */
};

/* Which certificate it is: enough to find it in a revocation list. */
#define CERTID_SERIAL_MAX 40
struct certid {
	uint8_t serial[CERTID_SERIAL_MAX];
	uint32_t serial_len; /* 0: there is no certificate */
	uint8_t issuer[32];  /* SHA-256 of the issuer's distinguished name, DER */
};

/* False when a name contains a NUL. */
bool certnames_sound(const struct certnames *c);

/* The names that count, with commas between them, for the log: as much as fits. */
void certnames_list(const struct certnames *c, char *out, size_t size);

/* `want` is a name, an address, or sha256:HEX. */
bool certnames_match(const struct certnames *c, const char *want);

#endif
