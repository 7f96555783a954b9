/* store_open: opens and closes the index: its schema and journal, and whether it is one of ours;
 * see store.h. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "index/mark.h"
#include "index/schema.h"
#include "index/sql.h"

/* A reader waits so long for the writer's commit. */
#define BUSY_MS 10000

/* What comes so soon behind a wait that was in vain waits shorter: many rows in turn would keep the
 * archive from its signals for minutes. */
#define BUSY_AGAIN_MS 1000
#define BUSY_SHORT_MS 100
#define BUSY_STEP_MS  10

/* What a slow reader has made of the journal is given back down to this. */
#define JOURNAL_BYTES "16777216"

static int64_t number_of(struct store *s, const char *query)
{
	sqlite3_stmt *st;
	int64_t n = -1;

	if (sqlite3_prepare_v2(s->db, query, -1, &st, NULL) != SQLITE_OK)
		return -1;
	if (sqlite3_step(st) == SQLITE_ROW)
		n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return n;
}

static bool execute(struct store *s, const char *text)
{
	return sqlite3_exec(s->db, text, NULL, NULL, NULL) == SQLITE_OK || sql_fail(s);
}

static bool create(struct store *s)
{
	char pragmas[80];

	snprintf(pragmas, sizeof(pragmas), "PRAGMA application_id = %d; PRAGMA user_version = %d",
	    SCHEMA_APPLICATION, SCHEMA_VERSION);
	return execute(s, "BEGIN IMMEDIATE") && execute(s, schema) && execute(s, pragmas) &&
	       execute(s, "COMMIT");
}

static bool is_ours(struct store *s)
{
	int64_t version = number_of(s, "PRAGMA user_version");

	if (version < 0)
		return sql_fail(s);
	if (number_of(s, "PRAGMA application_id") != SCHEMA_APPLICATION)
		snprintf(s->reason, sizeof(s->reason),
		    "it is no index of captures: osmo-pcap-archive --rebuild makes one");
	else if (version != SCHEMA_VERSION)
		snprintf(s->reason, sizeof(s->reason),
		    "the index is of version %lld, this program's of %d: osmo-pcap-archive "
		    "--rebuild makes it anew",
		    (long long)version, SCHEMA_VERSION);
	else
		return true;
	return false;
}

/* The tables come with one commit, behind the creation of the file. */
static bool has_tables(struct store *s)
{
	int64_t tables = number_of(s, "SELECT count(*) FROM sqlite_schema");

	return tables < 0 ? sql_fail(s) : tables > 0;
}

/* SQLite answers with the mode that there is from now on, which may be another without an error. */
static bool set_journal(struct store *s, const char *mode)
{
	char query[40];
	sqlite3_stmt *st;
	bool is;

	snprintf(query, sizeof(query), "PRAGMA journal_mode = %s", mode);
	if (sqlite3_prepare_v2(s->db, query, -1, &st, NULL) != SQLITE_OK ||
	    sqlite3_step(st) != SQLITE_ROW) {
		sql_fail(s);
		sqlite3_finalize(st);
		return false;
	}
	is = strcmp(sql_text(st, 0), mode) == 0;
	if (!is)
		snprintf(s->reason, sizeof(s->reason),
		    "the index: its journal stays \"%s\" where it has to be \"%s\"",
		    sql_text(st, 0), mode);
	sqlite3_finalize(st);
	return is;
}

static const char *journal_of(const struct store *s)
{
	return sqlite3_filename_wal(sqlite3_db_filename(s->db, "main"));
}

/* Source: sqlite.org/walformat.html. */
static const char *sharing_of(const struct store *s, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s-shm", sqlite3_db_filename(s->db, "main"));
	return path;
}

static void look_at(const char *path, struct stat *st)
{
	if (stat(path, st) < 0)
		st->st_ino = 0;
}

/* Whether the path has another file now, or none. */
static bool is_lost(const char *path, const struct stat *was)
{
	struct stat now;

	return was->st_ino != 0 && (stat(path, &now) < 0 || !io_same_file(&now, was));
}

/* With WAL readers and the writer do not wait for each other; a commit is synced all the same. */
static bool prepare_writing(struct store *s, enum store_use use)
{
	char path[PATH_MAX];
	int stay = 1; /* readers that may not write in the directory cannot create them */

	sqlite3_file_control(s->db, NULL, SQLITE_FCNTL_PERSIST_WAL, &stay);
	if (!set_journal(s, use == STORE_BUILD ? "memory" : "wal") ||
	    !execute(
		s, use == STORE_BUILD ? "PRAGMA synchronous = OFF" : "PRAGMA synchronous = FULL") ||
	    !execute(s, "PRAGMA foreign_keys = ON; PRAGMA cache_size = -4096") ||
	    !execute(s, "PRAGMA journal_size_limit = " JOURNAL_BYTES))
		return false;
	if (use != STORE_WRITE && !has_tables(s) && (*s->reason || !create(s)))
		return false;
	if (!is_ours(s))
		return false;
	mark_begin(s);
	if (use != STORE_BUILD) {
		look_at(journal_of(s), &s->journal);
		look_at(sharing_of(s, path), &s->sharing);
	}
	return true;
}

static int wait_for_others(void *of, int tries)
{
	struct store *s = of;
	int64_t now = io_monotonic_ms();

	if (tries == 0)
		s->busy_since = s->gave_up > 0 && now - s->gave_up < BUSY_AGAIN_MS
				    ? now - BUSY_MS + BUSY_SHORT_MS
				    : now;
	if (now - s->busy_since >= BUSY_MS) {
		s->gave_up = now;
		return 0;
	}
	sqlite3_sleep(BUSY_STEP_MS);
	return 1;
}

struct store *store_open(const char *path, enum store_use use, char reason[STORE_REASON_MAX])
{
	int flags = use == STORE_READ    ? SQLITE_OPEN_READONLY
		    : use == STORE_WRITE ? SQLITE_OPEN_READWRITE
					 : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	struct store *s = calloc(1, sizeof(*s));
	bool ok;

	if (!s) {
		snprintf(reason, STORE_REASON_MAX, "out of memory");
		return NULL;
	}
	ok = sqlite3_open_v2(path, &s->db, flags | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK ||
	     sql_fail(s);
	if (ok) {
		sqlite3_busy_handler(s->db, wait_for_others, s);
		ok = use == STORE_READ ? has_tables(s) && is_ours(s) : prepare_writing(s, use);
	}
	if (ok)
		return s;
	snprintf(reason, STORE_REASON_MAX, "%s", s->reason);
	store_close(s);
	return NULL;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(s->prepared[i]);
	sqlite3_close(s->db);
	free(s);
}

bool store_gather(const char *path)
{
	struct store s = {.db = NULL};
	bool ok = sqlite3_open_v2(path, &s.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) ==
		      SQLITE_OK &&
		  set_journal(&s, "delete");

	sqlite3_close(s.db);
	return ok;
}

/* Source: sqlite.org/c3ref/c_fcntl_begin_atomic_write.html. */
bool store_has_moved(struct store *s)
{
	int moved = 0;

	sqlite3_file_control(s->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
	return moved;
}

/* What is in it goes into the file while it is still open here. */
bool store_lost_journal(struct store *s, bool *saved)
{
	if (!is_lost(journal_of(s), &s->journal))
		return false;
	*saved =
	    sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_FULL, NULL, NULL) == SQLITE_OK;
	return true;
}

/* At the end nothing is put from the journal into the file: others may have added to it. */
bool store_lost_sharing(struct store *s)
{
	char path[PATH_MAX];

	if (!is_lost(sharing_of(s, path), &s->sharing))
		return false;
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	return true;
}

/* What is in the journal belongs to the other file: at the end it is not put into this one. */
bool store_is_foreign(struct store *s)
{
	if (!mark_is_foreign(s))
		return false;
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	return true;
}
