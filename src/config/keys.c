/* keys: see keys.h. */
#include "config/keys.h"

#include <limits.h>
#include <string.h>

#define TABLE(name, type)                                                                          \
	const struct key_table name##_keys = {                                                     \
	    name, sizeof(name) / sizeof(*name), offsetof(type, origins)}

static const char *const levels[] = {"error", "warning", "notice", "info", "debug", NULL};
static const char *const sandboxes[] = {"best-effort", "required", "off", NULL};
static const char *const auths[] = {"x509", "none", "anonymous", NULL};

#define S(m) offsetof(struct config_server, m)
static const struct key config_server[] = {
    {"ip", KEY_ADDRS, S(ip), 0, 0, NULL, NULL, "all addresses"},
    {"port", KEY_NUMBER, S(port), 0, 65535, "54321", NULL, NULL},
    {"proxies", KEY_NETS, S(proxies), 0, 0, NULL, NULL, "no connection comes through a proxy"},
    {"user", KEY_ACCOUNT, S(user), 0, 0, NULL, NULL, "the user that starts it"},
    {"group", KEY_ACCOUNT, S(group), 0, 0, NULL, NULL, "the primary group of user"},
    {"pid-file", KEY_PATH, S(pid_file), 0, 0, NULL, NULL, "none"},
    {"status-path", KEY_PATH, S(status_path), 0, 0, NULL, NULL,
	"RUNTIME_DIRECTORY of the environment, else none"},
    {"log-level", KEY_WORD, S(log_level), 0, 0, "info", levels, NULL},
    {"sandbox", KEY_WORD, S(sandbox), 0, 0, "best-effort", sandboxes, NULL},
};
TABLE(config_server, struct config_server);
_Static_assert(sizeof(config_server) / sizeof(*config_server) <= CONFIG_KEYS_MAX,
    "origins has room for all keys");

#define G(m) offsetof(struct config_storage, m)
static const struct key config_storage[] = {
    {"base-path", KEY_PATH, G(base_path), 0, 0, ".", NULL, NULL},
    {"completed-path", KEY_PATH, G(completed_path), 0, 0, NULL, NULL, "files stay in base-path"},
    {"file-permission-mask", KEY_MODE, G(mode), 0, 0, "0440", NULL, NULL},
    {"max-snaplen", KEY_NUMBER, G(max_snaplen), 1, CONFIG_SNAPLEN_MAX, "9000", NULL, NULL},
    {"max-file-size", KEY_SIZE, G(max_file_size), 0, 0, "1G", NULL, NULL},
    {"rotate-localtime", KEY_ROTATE, G(rotate), 0, 0, "day", NULL, NULL},
    {"close-when-due", KEY_BOOL, G(close_when_due), 0, 0, "false", NULL, NULL},
    {"replace", KEY_BOOL, G(replace), 0, 0, "true", NULL, NULL},
    {"filter", KEY_TEXT, G(filter), 0, 0, NULL, NULL, "every packet is stored"},
};
TABLE(config_storage, struct config_storage);
_Static_assert(sizeof(config_storage) / sizeof(*config_storage) <= CONFIG_KEYS_MAX,
    "origins has room for all keys");

#define T(m) offsetof(struct config_tls, m)
static const struct key config_tls[] = {
    {"allow-auth", KEY_WORD, T(auth), 0, 0, "x509", auths, NULL},
    {"capath", KEY_PATH, T(capath), 0, 0, NULL, NULL, "no certificate authority"},
    {"crlfile", KEY_PATH, T(crlfile), 0, 0, NULL, NULL, "nothing is revoked"},
    {"server-cert", KEY_PATH, T(server_cert), 0, 0, NULL, NULL, "none"},
    {"server-key", KEY_PATH, T(server_key), 0, 0, NULL, NULL, "none"},
    {"priority", KEY_STRING, T(priority), 0, 0, "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA",
	NULL, NULL},
};
TABLE(config_tls, struct config_tls);
_Static_assert(
    sizeof(config_tls) / sizeof(*config_tls) <= CONFIG_KEYS_MAX, "origins has room for all keys");

#define L(m) offsetof(struct config_limits, m)
static const struct key config_limits[] = {
    {"connections", KEY_NUMBER, L(connections), 1, CONFIG_CONNECTIONS_MAX, "1000", NULL, NULL},
    {"unestablished", KEY_NUMBER, L(unestablished), 1, 100000, "100", NULL, NULL},
    {"handshake-timeout", KEY_NUMBER, L(handshake_timeout), 1, 86400, "10", NULL, NULL},
    {"keepalive", KEY_NUMBER, L(keepalive), 0, 32767, "60", NULL, NULL},
    {"header-changes-per-minute", KEY_NUMBER, L(header_changes_per_minute), 0, 1000000, "60", NULL,
	NULL},
};
TABLE(config_limits, struct config_limits);
_Static_assert(sizeof(config_limits) / sizeof(*config_limits) <= CONFIG_KEYS_MAX,
    "origins has room for all keys");

#define O(m) offsetof(struct config_own_limits, m)
static const struct key config_own_limits[] = {
    {"per-client", KEY_NUMBER, O(per_client), 1, 100000, "4", NULL, NULL},
    {"frame-timeout", KEY_NUMBER, O(frame_timeout), 1, 86400, "30", NULL, NULL},
    {"idle-timeout", KEY_NUMBER, O(idle_timeout), 0, 31536000, "0", NULL, NULL},
    {"max-silence", KEY_TIME, O(max_silence), 0, 0, "0s", NULL, NULL},
};
TABLE(config_own_limits, struct config_own_limits);
_Static_assert(sizeof(config_own_limits) / sizeof(*config_own_limits) <= CONFIG_KEYS_MAX,
    "origins has room for all keys");

#define C(m) offsetof(struct config_client, m)
static const struct key config_client_table[] = {
    {"name", KEY_STRING, C(name), 0, 0, NULL, NULL, NULL},
    {"address", KEY_NETS, C(address), 0, 0, NULL, NULL, NULL},
    {"tls", KEY_BOOL, C(tls), 0, 0, "false", NULL, NULL},
    {"certificate", KEY_STRINGS, C(certificate), 0, 0, NULL, NULL, "any of the CA"},
    {"store", KEY_BOOL, C(store), 0, 0, "true", NULL, NULL},
};
const struct key_table config_client_keys = {config_client_table,
    sizeof(config_client_table) / sizeof(*config_client_table),
    offsetof(struct config_client, origins)};

#define A(m) offsetof(struct config_archive, m)
static const struct key config_archive[] = {
    {"path", KEY_PATH, A(path), 0, 0, NULL, NULL, NULL},
    {"user", KEY_ACCOUNT, A(user), 0, 0, NULL, NULL, "the user that starts it"},
    {"group", KEY_ACCOUNT, A(group), 0, 0, NULL, NULL, "the primary group of user"},
    {"directories", KEY_STRING, A(directories), 0, 0, "%c/%Y-%m-%d", NULL, NULL},
    {"compress", KEY_LEVEL, A(level), 0, 19, "zstd:3", NULL, NULL},
    {"pid-file", KEY_PATH, A(pid_file), 0, 0, NULL, NULL, "none"},
};
TABLE(config_archive, struct config_archive);
_Static_assert(sizeof(config_archive) / sizeof(*config_archive) <= CONFIG_KEYS_MAX,
    "origins has room for all keys");

#define H(m) offsetof(struct config_hand_over, m)
static const struct key config_hand_over[] = {
    {"command", KEY_STRINGS, H(command), 0, 0, NULL, NULL, NULL},
    {"at-once", KEY_NUMBER, H(at_once), 1, CONFIG_AT_ONCE_MAX, "2", NULL, NULL},
    {"timeout", KEY_TIME, H(timeout), 0, 0, "10m", NULL, NULL},
    {"required", KEY_BOOL, H(required), 0, 0, "false", NULL, NULL},
};
TABLE(config_hand_over, struct config_hand_over);

#define P(m) offsetof(struct config_publisher, m)
static const struct key config_publisher[] = {
    {"ip", KEY_ADDRS, P(ip), 0, 0, NULL, NULL, "127.0.0.1"},
    {"port", KEY_NUMBER, P(port), 0, 65535, "5555", NULL, NULL},
    {"bind", KEY_STRING, P(bind), 0, 0, NULL, NULL, "ip and port"},
    {"queue", KEY_NUMBER, P(queue), 1, CONFIG_QUEUE_MAX, "1000", NULL, NULL},
    {"user", KEY_ACCOUNT, P(user), 0, 0, NULL, NULL, "the user that starts it"},
    {"group", KEY_ACCOUNT, P(group), 0, 0, NULL, NULL, "the primary group of user"},
    {"pid-file", KEY_PATH, P(pid_file), 0, 0, NULL, NULL, "none"},
};
TABLE(config_publisher, struct config_publisher);

#define K(m) offsetof(struct config_keep, m)
#define KEEP                                                                                       \
	{"max-age", KEY_TIME, K(max_age), 0, 0, "0s", NULL, NULL},                                 \
	    {"max-size", KEY_SIZE, K(max_size), 0, 0, "0", NULL, NULL},                            \
	{                                                                                          \
		"max-files", KEY_NUMBER, K(max_files), 0, UINT_MAX, "0", NULL, NULL                \
	}
static const struct key config_keep[] = {
    KEEP,
    {"min-free", KEY_FREE, K(min_free), 0, 0, "0", NULL, NULL},
};
TABLE(config_keep, struct config_keep);

static const struct key config_client_keep[] = {
    KEEP,
    {"weight", KEY_NUMBER, K(weight), 1, 1000000, "1", NULL, NULL},
    {"floor", KEY_SIZE, K(floor), 0, 0, "0", NULL, NULL},
};
const struct key_table config_client_keep_keys = {config_client_keep,
    sizeof(config_client_keep) / sizeof(*config_client_keep),
    offsetof(struct config_keep, origins)};

struct origin config_origin(
    const struct key_table *table, const struct origins *origins, const char *key)
{
	for (size_t i = 0; i < table->n; i++)
		if (origins->key[i].line && strcmp(table->key[i].name, key) == 0)
			return origins->key[i];
	return origins->group;
}

bool key_is_set(const struct key_table *table, const struct origins *origins, const char *key)
{
	for (size_t i = 0; i < table->n; i++)
		if (strcmp(table->key[i].name, key) == 0)
			return origins->set >> i & 1;
	return false;
}
