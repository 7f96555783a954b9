/* suggest: what was meant by a key that is not known where it stands.
 *
 * One that is known in another group, or the nearest: the one with the fewest letters to insert, to
 * remove, to replace or to exchange with their neighbour. Refuses to guess at what is far from all.
 * Pure. */
#ifndef CONFIG_SUGGEST_H
#define CONFIG_SUGGEST_H

#include <stddef.h>

/* For all texts that suggest() makes. */
#define SUGGEST_MAX 120

enum suggest_group {
	SUGGEST_TOP, /* beside server, clients, archive and zeromq-publisher */
	SUGGEST_SERVER,
	SUGGEST_TLS,
	SUGGEST_LIMITS,
	SUGGEST_CLIENT,
	SUGGEST_ARCHIVE,
	SUGGEST_HAND_OVER,
	SUGGEST_PUBLISHER,
	SUGGEST_KEEP, /* of the archive */
	SUGGEST_CLIENT_KEEP
};

/* Advice that continues a sentence, such as ": it belongs into tls" or ": max-snaplen?"; "" for
 * none. */
const char *suggest(enum suggest_group where, const char *name, char out[SUGGEST_MAX]);

/* How far two names are apart; names of more than 63 bytes are farther than any. */
size_t suggest_distance(const char *a, const char *b);

#endif
