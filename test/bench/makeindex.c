/* makeindex: an index as the archive makes it, of files that there are not: for what the number of
 * files costs.
 *
 * usage: makeindex INDEX FILES CLIENTS
 *
 * File I is of client I % CLIENTS ("site-N"), has 1,000 packets within a minute, and was recorded a
 * minute later than the one of this client before. The schema is that of src/index. */
#include <sqlite3.h>
#include <stdbool.h>

#include "bench.h"
#include "index/schema.h"

#define BEGIN INT64_C(1700000000)

static sqlite3 *db;

static void run(const char *sql)
{
	char *why = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK) {
		fprintf(stderr, "%s\n", why);
		exit(1);
	}
}

static void add(sqlite3_stmt *st, int64_t i, int64_t clients)
{
	int64_t client = i % clients, when = BEGIN + i / clients * 60;
	char name[64], path[96];
	uint8_t sum[32];
	time_t t = (time_t)when;
	size_t len;

	len = (size_t)snprintf(name, sizeof(name), "trace-site-%lld-", (long long)client);
	strftime(name + len, sizeof(name) - len, "%Y%m%d_%H%M%S.pcap", gmtime(&t));
	len = (size_t)snprintf(path, sizeof(path), "site-%lld/", (long long)client);
	len += strftime(path + len, sizeof(path) - len, "%Y-%m-%d/", gmtime(&t));
	snprintf(path + len, sizeof(path) - len, "%s.zst", name);
	for (size_t k = 0; k < sizeof(sum); k++)
		sum[k] = (uint8_t)((uint64_t)(i + 1) * 0x9e3779b97f4a7c15 >> (k % 8 * 8));
	sqlite3_bind_int64(st, 1, client + 1);
	sqlite3_bind_text(st, 2, name, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 3, path, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 4, when + 60);
	sqlite3_bind_int64(st, 5, when * 1000000000);
	sqlite3_bind_int64(st, 6, (when + 59) * 1000000000);
	sqlite3_bind_blob(st, 7, sum, sizeof(sum), SQLITE_STATIC);
	if (sqlite3_step(st) != SQLITE_DONE) {
		fprintf(stderr, "%s\n", sqlite3_errmsg(db));
		exit(1);
	}
	sqlite3_reset(st);
}

int main(int argc, char **argv)
{
	sqlite3_stmt *st;
	int64_t files, clients;
	char text[160];

	if (argc != 4) {
		fprintf(stderr, "usage: makeindex INDEX FILES CLIENTS\n");
		return 2;
	}
	files = atoll(argv[2]);
	clients = atoll(argv[3]);
	if (sqlite3_open(argv[1], &db) != SQLITE_OK)
		die(argv[1]);
	run("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -500000");
	snprintf(text, sizeof(text), "PRAGMA application_id = %d; PRAGMA user_version = %d; BEGIN",
	    SCHEMA_APPLICATION, SCHEMA_VERSION);
	run(text);
	run(schema);
	for (int64_t i = 0; i < clients; i++) {
		snprintf(text, sizeof(text), "INSERT INTO client (name) VALUES ('site-%lld')",
		    (long long)i);
		run(text);
	}
	if (sqlite3_prepare_v2(db,
		"INSERT INTO file (client, address, name, path, compressed, pcapng, ended, "
		"archived,"
		" packets, bytes, stored, first, last, sha256, damaged, link_types, profile, "
		"frames)"
		" VALUES (?1, '', ?2, ?3, 1, 0, ?4, ?4, 1000, 500000, 200000, ?5, ?6, ?7, 0,"
		" x'0100', zeroblob(976), zeroblob(66))",
		-1, &st, NULL) != SQLITE_OK)
		die("prepare");
	for (int64_t i = 0; i < files; i++)
		add(st, i, clients);
	sqlite3_finalize(st);
	run("COMMIT");
	sqlite3_close(db);
	return 0;
}
