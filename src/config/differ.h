/* differ: what differs between two configurations, for one client and in number.
 *
 * For a reload: a running recording takes over some settings at once, and keeps others until its
 * client connects again; those are told apart here, key by key. Refuses to act on it (server/reload
 * does). Pure. */
#ifndef CONFIG_DIFFER_H
#define CONFIG_DIFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"

/* Enough for the names of all of them. */
#define DIFFER_TEXT_MAX 192

/* What storing again needs, where a recording began without directories. */
#define DIFFER_STORE 1u

/* Whether who has proved to be client `was` is client `is`: names apart, which its address and
 * certificate must fit. */
bool differ_same_proof(const struct config_client *was, const struct config_client *is);

/* A set of the keys that a recording keeps, begun as client `was` of `from`: those that client `is`
 * of `to` has otherwise. DIFFER_STORE is the caller's to add. */
uint32_t differ_kept(const struct config *from, const struct config_client *was,
    const struct config *to, const struct config_client *is);

/* The names of the keys, with blanks between them. */
const char *differ_text(uint32_t keys, char out[DIFFER_TEXT_MAX]);

struct differ_counts {
	size_t added, removed, changed;
};

/* How many clients differ, by their names. What a client inherits counts as its own. */
struct differ_counts differ_count(const struct config *from, const struct config *to);

#endif
