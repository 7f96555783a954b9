/* differ: see differ.h. */
#include "config/differ.h"

#include <stdio.h>
#include <string.h>

#include "base/cstr.h"
#include "config/keys.h"

/* ---- values ---- */

static bool same_strings(const struct strings *a, const struct strings *b)
{
	for (size_t i = 0; a->n == b->n && i < a->n; i++)
		if (strcmp(a->v[i], b->v[i]) != 0)
			return false;
	return a->n == b->n;
}

static bool same_nets(const struct nets *a, const struct nets *b)
{
	for (size_t i = 0; a->n == b->n && i < a->n; i++)
		if (!addr_equal(&a->v[i].addr, &b->v[i].addr) || a->v[i].bits != b->v[i].bits)
			return false;
	return a->n == b->n;
}

static bool same_rotate(const struct rotate *a, const struct rotate *b)
{
	return a->unit == b->unit && a->mod == b->mod;
}

/* Whether a key has the same value in two structures of its table. */
static bool same(const struct key *key, const void *a, const void *b)
{
	const void *x = (const char *)a + key->offset, *y = (const char *)b + key->offset;

	switch (key->type) {
	case KEY_STRING:
	case KEY_TEXT:
	case KEY_PATH:
	case KEY_ACCOUNT:
		return cstr_equal(*(const char *const *)x, *(const char *const *)y);
	case KEY_SIZE:
	case KEY_TIME:
		return *(const uint64_t *)x == *(const uint64_t *)y;
	case KEY_ROTATE:
		return same_rotate(x, y);
	case KEY_BOOL:
		return *(const bool *)x == *(const bool *)y;
	case KEY_STRINGS:
		return same_strings(x, y);
	case KEY_NETS:
		return same_nets(x, y);
	default:
		return *(const unsigned *)x == *(const unsigned *)y;
	}
}

static bool same_all(const struct key_table *table, const void *a, const void *b)
{
	for (size_t i = 0; i < table->n; i++)
		if (!same(&table->key[i], a, b))
			return false;
	return true;
}

static bool same_key(const struct key_table *table, const char *name, const void *a, const void *b)
{
	for (size_t i = 0; i < table->n; i++)
		if (strcmp(table->key[i].name, name) == 0)
			return same(&table->key[i], a, b);
	return false;
}

bool differ_same_proof(const struct config_client *was, const struct config_client *is)
{
	return was->tls == is->tls && same_strings(&was->certificate, &is->certificate);
}

/* ---- what a recording keeps ---- */

enum part {
	STORE,   /* the caller finds out */
	STORAGE, /* directories: its sandbox allows no others */
	OWN,     /* they are of its connection */
	LIMITS,
	TLS /* decided in its handshake */
};

static const struct {
	enum part part;
	const char *name;
} kept[] = {
    {STORE, "store"}, /* bit 0: DIFFER_STORE */
    {STORAGE, "base-path"},
    {STORAGE, "completed-path"},
    {OWN, "frame-timeout"},
    {OWN, "idle-timeout"},
    {LIMITS, "keepalive"},
    {LIMITS, "header-changes-per-minute"},
    {TLS, "allow-auth"},
    {TLS, "capath"},
    {TLS, "server-cert"},
    {TLS, "server-key"},
    {TLS, "priority"},
};
#define KEPT (sizeof(kept) / sizeof(*kept))

uint32_t differ_kept(const struct config *from, const struct config_client *was,
    const struct config *to, const struct config_client *is)
{
	uint32_t keys = 0;

	for (size_t i = 0; i < KEPT; i++) {
		const char *name = kept[i].name;
		bool equal = true;

		if (kept[i].part == STORAGE)
			equal = same_key(&config_storage_keys, name, &was->storage, &is->storage);
		else if (kept[i].part == OWN)
			equal = same_key(
			    &config_own_limits_keys, name, &was->own_limits, &is->own_limits);
		else if (kept[i].part == LIMITS)
			equal = same_key(&config_limits_keys, name, &from->limits, &to->limits);
		else if (kept[i].part == TLS && was->tls)
			equal = same_key(&config_tls_keys, name, &from->tls, &to->tls);
		keys |= (uint32_t)!equal << i;
	}
	return keys;
}

const char *differ_text(uint32_t keys, char out[DIFFER_TEXT_MAX])
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < KEPT; i++)
		if (keys >> i & 1)
			len += (size_t)snprintf(
			    out + len, DIFFER_TEXT_MAX - len, "%s%s", len ? " " : "", kept[i].name);
	return out;
}

/* ---- numbers ---- */

static bool same_client(const struct config_client *a, const struct config_client *b)
{
	return same_all(&config_client_keys, a, b) &&
	       same_all(&config_storage_keys, &a->storage, &b->storage) &&
	       same_all(&config_own_limits_keys, &a->own_limits, &b->own_limits);
}

struct differ_counts differ_count(const struct config *from, const struct config *to)
{
	struct differ_counts n = {0};
	size_t common = 0;

	for (size_t i = 0; i < to->nclients; i++) {
		const struct config_client *is = &to->clients[i];
		const struct config_client *was = config_client(from, is->name);

		n.added += !was;
		n.changed += was && !same_client(was, is);
		common += was != NULL;
	}
	n.removed = from->nclients - common;
	return n;
}
