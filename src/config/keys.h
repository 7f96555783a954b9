/* keys: the tables of configuration keys: name, type, range, default, place in the struct.
 *
 * One line a key; reading, printing and the defaults all come from here. A new key is a line here
 * and a member of its structure in config.h. Refuses to read settings (values does), and to say
 * what needs another key (check does). */
#ifndef CONFIG_KEYS_H
#define CONFIG_KEYS_H

#include "config/config.h"

enum key_type {
	KEY_STRING,  /* char * */
	KEY_TEXT,    /* char *, may be empty */
	KEY_PATH,    /* char *, made absolute */
	KEY_ACCOUNT, /* char *: a name, or a number, also without quotes */
	KEY_NUMBER,  /* unsigned, min..max */
	KEY_SIZE,    /* uint64_t bytes: a number, or a string with K M G T */
	KEY_TIME,    /* uint64_t seconds: 0, or a string with s m h d w */
	KEY_FREE,    /* struct config_space: a size, or a string with % */
	KEY_LEVEL,   /* unsigned: a string, "none" or "zstd:1" to "zstd:19" */
	KEY_MODE,    /* unsigned: a string of octal digits */
	KEY_ROTATE,  /* struct rotate: a string */
	KEY_BOOL,    /* bool */
	KEY_WORD,    /* int: index into words */
	KEY_STRINGS, /* struct strings: a string or a list */
	KEY_ADDRS,   /* struct addrs: a string or a list */
	KEY_NETS     /* struct nets: a string or a list */
};

struct key {
	const char *name;
	enum key_type type;
	size_t offset; /* of the value in the table's struct */
	unsigned min, max;
	const char *initial; /* default, as it would be written; NULL: no value */
	const char *const *words;
	const char *unset; /* what having no value means, for config_print */
};

struct key_table {
	const struct key *key;
	size_t n;
	size_t origins_offset; /* of the struct origins */
};

/* The origins of a table's struct. */
static inline struct origins *key_origins(const struct key_table *table, void *base)
{
	return (struct origins *)((char *)base + table->origins_offset);
}

/* Where a key stands, or its group when it does not. */
struct origin config_origin(
    const struct key_table *table, const struct origins *origins, const char *key);

/* Whether a key stands in the file, with a valid value. */
bool key_is_set(const struct key_table *table, const struct origins *origins, const char *key);

extern const struct key_table config_server_keys;      /* struct config_server */
extern const struct key_table config_storage_keys;     /* struct config_storage */
extern const struct key_table config_tls_keys;         /* struct config_tls */
extern const struct key_table config_limits_keys;      /* struct config_limits */
extern const struct key_table config_own_limits_keys;  /* struct config_own_limits */
extern const struct key_table config_client_keys;      /* struct config_client */
extern const struct key_table config_archive_keys;     /* struct config_archive */
extern const struct key_table config_hand_over_keys;   /* struct config_hand_over */
extern const struct key_table config_publisher_keys;   /* struct config_publisher */
extern const struct key_table config_keep_keys;        /* struct config_keep of the archive */
extern const struct key_table config_client_keep_keys; /* struct config_keep of a client */

#endif
