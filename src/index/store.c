/* store: see store.h. */
#include "index/store.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "index/schema.h"

/* A reader waits so long for the writer's commit. */
#define BUSY_MS 10000

/* What a slow reader has made of the journal is given back down to this. */
#define JOURNAL_BYTES "16777216"

enum statement {
	BEGIN,
	COMMIT,
	ROLLBACK,
	ADD_CLIENT,
	ADD_FILE,
	SAME,
	HAS_PATH,
	REMOVE_FILE,
	NEXT_CLIENT,
	GROWTH,
	NEXT_FILE,
	OLDEST,
	OLDEST_HANDED_OVER,
	WAITING_EQUAL,
	WAITING_LATER,
	HANDED_OVER,
	TRY_AGAIN,
	TRY_SOONER,
	BEGIN_READING,
	FIND_ALL,
	FIND_TIME,
	GET,
	GET_FACTS,
	NEXT,
	LAST,
	MADE_OF,
	COUNT_WAITING,
	NEXT_SIZE,
	STATEMENTS
};

#define FACTS                                                                                      \
	"SELECT file.id, client.id, client.name, address, file.name, path, compressed,"            \
	" pcapng, ended, archived, packets, bytes, file.stored, first, last, sha256, damaged,"     \
	" whole, why"
#define FROM(file)      " FROM " file " JOIN client ON client.id = file.client "
#define ROW_OF(file)    FACTS ", handed_over, link_types, profile, frames, tries, next_try" FROM(file)
#define ROW             ROW_OF("file")
#define ROW_HANDED_OVER ROW_OF("file INDEXED BY file_gone_on")

static const char *const sql[STATEMENTS] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",
    [ADD_CLIENT] = "INSERT INTO client (name) VALUES (?1) ON CONFLICT DO NOTHING",
    [ADD_FILE] =
	"INSERT INTO file (client, address, name, path, compressed, pcapng, ended, archived,"
	" packets, bytes, stored, first, last, sha256, damaged, whole, why, link_types,"
	" profile, frames) SELECT id, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,"
	" ?15, ?16, ?17, ?18, ?19, ?20 FROM client WHERE name = ?1",
    [SAME] = ROW "WHERE sha256 = ?2 AND file.name = ?1 LIMIT 1",
    [HAS_PATH] = "SELECT 1 FROM file WHERE path = ?1",
    [REMOVE_FILE] = "DELETE FROM file WHERE id = ?1",
    [NEXT_CLIENT] = "SELECT id, name, files, stored FROM client WHERE id > ?1"
		    " ORDER BY id LIMIT 1",
    [GROWTH] = "SELECT (SELECT sum(stored) FROM file WHERE client = ?1 AND ended >= ?2), ended"
	       " FROM file WHERE client = ?1 ORDER BY ended LIMIT 1",
    [NEXT_FILE] = ROW "WHERE file.id > ?1 AND ended >= ?2 ORDER BY file.id LIMIT 1",
    [OLDEST] = ROW "WHERE file.client = ?1 AND (ended, file.id) > (?2, ?3)"
		   " ORDER BY ended, file.id LIMIT 1",
    [OLDEST_HANDED_OVER] = ROW_HANDED_OVER "WHERE file.client = ?1 AND (ended, file.id) > (?2, ?3)"
					   " AND handed_over > 0 ORDER BY ended, file.id LIMIT 1",
    /* in one query SQLite would step over all rows of the same next_try */
    [WAITING_EQUAL] = ROW "WHERE handed_over = 0 AND next_try = ?1 AND file.id > ?2"
			  " ORDER BY file.id LIMIT 1",
    [WAITING_LATER] = ROW "WHERE handed_over = 0 AND next_try > ?1"
			  " ORDER BY next_try, file.id LIMIT 1",
    [HANDED_OVER] = "UPDATE file SET handed_over = ?2, next_try = 0 WHERE id = ?1",
    [TRY_AGAIN] = "UPDATE file SET tries = ?2, next_try = ?3 WHERE id = ?1",
    [TRY_SOONER] = "UPDATE file SET next_try = 0 WHERE handed_over = 0 AND next_try > ?1",
    [BEGIN_READING] = "BEGIN",
    [FIND_ALL] = "SELECT id, address, first, last FROM file WHERE client = ?1",
    /* by floats, which are rounded outwards; then exactly */
    [FIND_TIME] = "SELECT file.id, address, file.first, file.last FROM span"
		  " JOIN file ON file.id = span.id"
		  " WHERE client_low <= ?1 AND client_high >= ?1"
		  " AND span.first <= ?3 / 1000000000.0 AND span.last >= ?2 / 1000000000.0"
		  " AND file.first <= ?3 AND file.last >= ?2",
    [GET] = ROW "WHERE file.id = ?1",
    /* what lies behind the profile and the frames is on other pages */
    [GET_FACTS] = FACTS ", 0, link_types, NULL, NULL, 0, 0" FROM("file") "WHERE file.id = ?1",
    [NEXT] = ROW "WHERE file.id > ?1 ORDER BY file.id LIMIT 1",
    [LAST] = "SELECT coalesce(max(id), 0) FROM file",
    [MADE_OF] = ROW "WHERE file.client = (SELECT id FROM client WHERE name = ?1) AND ended = ?2"
		    " AND file.id > ?4 AND bytes = ?3 ORDER BY file.id LIMIT 1",
    [COUNT_WAITING] = "SELECT count(*) FROM (SELECT 1 FROM file WHERE handed_over = 0 LIMIT ?1)",
    [NEXT_SIZE] = "SELECT id, ended, archived, stored FROM file WHERE id >= ?1"
		  " ORDER BY id LIMIT 1",
};

struct store {
	sqlite3 *db;
	bool together; /* between store_begin() and its end */
	sqlite3_stmt *prepared[STATEMENTS];
	char reason[STORE_REASON_MAX];
};

static bool fail(struct store *s)
{
	int code = sqlite3_errcode(s->db) & 0xff; /* without what an extended code adds */

	snprintf(s->reason, sizeof(s->reason), "the index: %s%s", sqlite3_errmsg(s->db),
	    code == SQLITE_CORRUPT || code == SQLITE_NOTADB
		? ": osmo-pcap-archive --rebuild makes it anew"
		: "");
	return false;
}

const char *store_reason(const struct store *s)
{
	return s->reason;
}

/* ---- statements ---- */

void store_rest(struct store *s)
{
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_reset(s->prepared[i]);
}

/* Ready for its parameters; NULL with a reason. Rows of others end here: one that stays would keep
 * the database as it is at this moment. */
static sqlite3_stmt *statement(struct store *s, enum statement which)
{
	sqlite3_stmt **p = &s->prepared[which];

	s->reason[0] = '\0';
	store_rest(s);
	if (*p) {
		sqlite3_clear_bindings(*p);
	} else if (sqlite3_prepare_v3(s->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT, p, NULL) !=
		   SQLITE_OK) {
		fail(s);
	}
	return *p;
}

/* One that gives no rows. */
static bool run(struct store *s, sqlite3_stmt *st)
{
	bool ok = st && sqlite3_step(st) == SQLITE_DONE;

	if (!ok)
		fail(s);
	if (st)
		sqlite3_reset(st);
	return ok;
}

/* True when there is a row; it stays until the statement is used again. */
static bool row(struct store *s, sqlite3_stmt *st)
{
	int e = st ? sqlite3_step(st) : SQLITE_ERROR;

	if (e == SQLITE_ROW)
		return true;
	if (e != SQLITE_DONE)
		fail(s);
	return false;
}

static void bind_text(sqlite3_stmt *st, int i, const char *text)
{
	sqlite3_bind_text(st, i, text, -1, SQLITE_STATIC);
}

static void bind_number(sqlite3_stmt *st, int i, uint64_t n)
{
	sqlite3_bind_int64(st, i, n > INT64_MAX ? INT64_MAX : (int64_t)n);
}

static void bind_column(sqlite3_stmt *st, int i, const void *column, size_t len)
{
	/* a pointer that is NULL would bind NULL */
	sqlite3_bind_blob64(st, i, len > 0 ? column : "", len, SQLITE_STATIC);
}

static const char *text_of(sqlite3_stmt *st, int i)
{
	const char *text = (const char *)sqlite3_column_text(st, i);

	return text ? text : "";
}

/* ---- opening ---- */

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
	return sqlite3_exec(s->db, text, NULL, NULL, NULL) == SQLITE_OK || fail(s);
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
		return fail(s);
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

	return tables < 0 ? fail(s) : tables > 0;
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
		fail(s);
		sqlite3_finalize(st);
		return false;
	}
	is = strcmp(text_of(st, 0), mode) == 0;
	if (!is)
		snprintf(s->reason, sizeof(s->reason),
		    "the index: its journal stays \"%s\" where it has to be \"%s\"", text_of(st, 0),
		    mode);
	sqlite3_finalize(st);
	return is;
}

/* With WAL readers and the writer do not wait for each other; a commit is synced all the same. */
static bool prepare_writing(struct store *s, enum store_use use)
{
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
	return is_ours(s);
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
	     fail(s);
	if (ok) {
		sqlite3_busy_timeout(s->db, BUSY_MS);
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

/* ---- adding and removing ---- */

static void bind_link_types(sqlite3_stmt *st, int i, const struct facts *f)
{
	uint8_t column[2 * SUMMARY_LINK_TYPES];

	for (unsigned k = 0; k < f->link_types; k++)
		bytes_store16(column + 2 * k, f->link_type[k], false);
	sqlite3_bind_blob(st, i, column, (int)(2 * f->link_types), SQLITE_TRANSIENT);
}

static void bind_facts(sqlite3_stmt *st, const struct facts *f)
{
	sqlite3_bind_int(st, 6, f->kind == FORMAT_PCAPNG);
	bind_number(st, 9, f->packets);
	bind_number(st, 10, f->bytes);
	if (f->timed > 0) {
		sqlite3_bind_int64(st, 12, f->first);
		sqlite3_bind_int64(st, 13, f->last);
	}
	bind_number(st, 15, f->damaged);
	if (f->broken) {
		bind_number(st, 16, f->whole);
		bind_text(st, 17, f->why);
	}
	bind_link_types(st, 18, f);
}

/* A file may have any time, and a difference of two has to be one, too. */
static int64_t possible(int64_t seconds)
{
	return seconds > STORE_TIME_MAX    ? STORE_TIME_MAX
	       : seconds < -STORE_TIME_MAX ? -STORE_TIME_MAX
					   : seconds;
}

static bool add_file(struct store *s, const struct store_file *f)
{
	sqlite3_stmt *st = statement(s, ADD_FILE);

	if (!st)
		return false;
	bind_text(st, 1, f->client);
	bind_text(st, 2, f->address);
	bind_text(st, 3, f->name);
	bind_text(st, 4, f->path);
	sqlite3_bind_int(st, 5, f->compressed);
	sqlite3_bind_int64(st, 7, possible(f->ended));
	sqlite3_bind_int64(st, 8, possible(f->archived));
	bind_number(st, 11, f->stored);
	sqlite3_bind_blob(st, 14, f->sha256, METADATA_SHA256, SQLITE_STATIC);
	bind_facts(st, f->facts);
	bind_column(st, 19, f->profile, f->profile_len);
	bind_column(st, 20, f->frames, f->frames_len);
	return run(s, st);
}

static bool add_client(struct store *s, const struct store_file *f)
{
	sqlite3_stmt *st = statement(s, ADD_CLIENT);

	if (!st)
		return false;
	bind_text(st, 1, f->client);
	return run(s, st);
}

/* Takes back what was put in; the reason why stays. */
static void roll_back(struct store *s)
{
	char reason[STORE_REASON_MAX];

	memcpy(reason, s->reason, sizeof(reason));
	run(s, statement(s, ROLLBACK));
	memcpy(s->reason, reason, sizeof(reason));
}

/* SQLite ends a transaction by itself when the disk is full, say: what is put in then would be in
 * the index without the rest. */
static bool goes_on(struct store *s)
{
	if (!sqlite3_get_autocommit(s->db))
		return true;
	snprintf(s->reason, sizeof(s->reason), "the index: what was put in before has failed");
	return false;
}

bool store_begin(struct store *s)
{
	s->together = run(s, statement(s, BEGIN));
	return s->together;
}

bool store_commit(struct store *s)
{
	s->together = false;
	if (goes_on(s) && run(s, statement(s, COMMIT)))
		return true;
	roll_back(s);
	return false;
}

void store_rollback(struct store *s)
{
	s->together = false;
	roll_back(s);
}

static bool add_together(struct store *s, const struct store_file *f, int64_t *id)
{
	if (!goes_on(s) || !add_client(s, f) || !add_file(s, f))
		return false;
	*id = sqlite3_last_insert_rowid(s->db);
	return true;
}

bool store_add(struct store *s, const struct store_file *f, int64_t *id)
{
	if (s->together)
		return add_together(s, f, id);
	if (!store_begin(s))
		return false;
	if (add_together(s, f, id))
		return store_commit(s);
	store_rollback(s);
	return false;
}

/* Source: sqlite.org/c3ref/c_fcntl_begin_atomic_write.html. */
bool store_has_moved(struct store *s)
{
	int moved = 0;

	sqlite3_file_control(s->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
	return moved;
}

bool store_has_path(struct store *s, const char *path, bool *has)
{
	sqlite3_stmt *st = statement(s, HAS_PATH);

	if (!st)
		return false;
	bind_text(st, 1, path);
	*has = row(s, st);
	sqlite3_reset(st);
	return s->reason[0] == '\0';
}

bool store_remove(struct store *s, int64_t id)
{
	sqlite3_stmt *st = statement(s, REMOVE_FILE);

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, id);
	return run(s, st);
}

/* ---- clients and files ---- */

static uint64_t number_at(sqlite3_stmt *st, int i)
{
	int64_t n = sqlite3_column_int64(st, i);

	return n > 0 ? (uint64_t)n : 0;
}

bool store_next_client(struct store *s, int64_t after, struct store_client *out)
{
	sqlite3_stmt *st = statement(s, NEXT_CLIENT);

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, after);
	if (!row(s, st))
		return false;
	*out = (struct store_client){.id = sqlite3_column_int64(st, 0),
	    .client = text_of(st, 1),
	    .files = number_at(st, 2),
	    .bytes = number_at(st, 3)};
	return true;
}

bool store_growth(
    struct store *s, int64_t client_id, int64_t since, uint64_t *stored, int64_t *first)
{
	sqlite3_stmt *st = statement(s, GROWTH);

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, client_id);
	sqlite3_bind_int64(st, 2, since);
	if (!row(s, st))
		return false;
	*stored = number_at(st, 0);
	*first = sqlite3_column_int64(st, 1);
	return true;
}

static const void *column(sqlite3_stmt *st, int i, size_t *len)
{
	const void *p = sqlite3_column_blob(st, i);

	*len = (size_t)sqlite3_column_bytes(st, i);
	return p;
}

/* False when it has a hash of another length: the database was written by somebody else. */
static bool read_row(struct store *s, sqlite3_stmt *st, struct store_row *r)
{
	size_t hash;

	*r = (struct store_row){.id = sqlite3_column_int64(st, 0),
	    .client_id = sqlite3_column_int64(st, 1),
	    .client = text_of(st, 2),
	    .address = text_of(st, 3),
	    .name = text_of(st, 4),
	    .path = text_of(st, 5),
	    .compressed = sqlite3_column_int(st, 6),
	    .pcapng = sqlite3_column_int(st, 7),
	    .ended = sqlite3_column_int64(st, 8),
	    .archived = sqlite3_column_int64(st, 9),
	    .packets = number_at(st, 10),
	    .bytes = number_at(st, 11),
	    .stored = number_at(st, 12),
	    .timed = sqlite3_column_type(st, 13) != SQLITE_NULL,
	    .first = sqlite3_column_int64(st, 13),
	    .last = sqlite3_column_int64(st, 14),
	    .sha256 = column(st, 15, &hash),
	    .damaged = number_at(st, 16),
	    .broken = sqlite3_column_type(st, 17) != SQLITE_NULL,
	    .whole = number_at(st, 17),
	    .why = text_of(st, 18),
	    .handed_over = sqlite3_column_int64(st, 19),
	    .tries = number_at(st, 23),
	    .next_try = sqlite3_column_int64(st, 24)};
	r->link_types = column(st, 20, &r->link_types_len);
	r->profile = column(st, 21, &r->profile_len);
	r->frames = column(st, 22, &r->frames_len);
	if (hash != METADATA_SHA256)
		snprintf(s->reason, sizeof(s->reason), "the index: file %lld has no SHA-256",
		    (long long)r->id);
	return hash == METADATA_SHA256;
}

bool store_next_file(struct store *s, int64_t after, int64_t since, struct store_row *out)
{
	sqlite3_stmt *st = statement(s, NEXT_FILE);

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, after);
	sqlite3_bind_int64(st, 2, since);
	return row(s, st) && read_row(s, st, out);
}

bool store_same(struct store *s, const char *name, const uint8_t *sha256, struct store_row *out)
{
	sqlite3_stmt *st = statement(s, SAME);

	if (!st)
		return false;
	bind_text(st, 1, name);
	sqlite3_bind_blob(st, 2, sha256, METADATA_SHA256, SQLITE_STATIC);
	return row(s, st) && read_row(s, st, out);
}

bool store_oldest(struct store *s, int64_t client_id, const struct store_place *after,
    bool only_handed_over, struct store_row *out)
{
	sqlite3_stmt *st = statement(s, only_handed_over ? OLDEST_HANDED_OVER : OLDEST);

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, client_id);
	sqlite3_bind_int64(st, 2, after ? after->ended : INT64_MIN);
	sqlite3_bind_int64(st, 3, after ? after->id : 0);
	return row(s, st) && read_row(s, st, out);
}

/* ---- handing over ---- */

static bool waiting(
    struct store *s, enum statement which, const struct store_turn *after, struct store_row *out)
{
	sqlite3_stmt *st = statement(s, which);

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, after->next_try);
	if (which == WAITING_EQUAL)
		sqlite3_bind_int64(st, 2, after->id);
	return row(s, st) && read_row(s, st, out);
}

bool store_waiting(struct store *s, const struct store_turn *after, struct store_row *out)
{
	static const struct store_turn before_all = {.next_try = -1};

	if (after && waiting(s, WAITING_EQUAL, after, out))
		return true;
	return (!after || !s->reason[0]) &&
	       waiting(s, WAITING_LATER, after ? after : &before_all, out);
}

bool store_handed_over(struct store *s, int64_t id, int64_t when)
{
	sqlite3_stmt *st = statement(s, HANDED_OVER);

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, id);
	sqlite3_bind_int64(st, 2, when);
	return run(s, st);
}

bool store_try_again(struct store *s, int64_t id, uint64_t tries, int64_t next_try)
{
	sqlite3_stmt *st = statement(s, TRY_AGAIN);

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, id);
	bind_number(st, 2, tries);
	sqlite3_bind_int64(st, 3, next_try);
	return run(s, st);
}

bool store_try_sooner(struct store *s, int64_t latest)
{
	sqlite3_stmt *st = statement(s, TRY_SOONER);

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, latest);
	return run(s, st);
}

/* ---- looking for files ---- */

bool store_begin_reading(struct store *s)
{
	return run(s, statement(s, BEGIN_READING));
}

void store_end_reading(struct store *s)
{
	char reason[STORE_REASON_MAX];

	memcpy(reason, s->reason, sizeof(reason));
	run(s, statement(s, COMMIT));
	memcpy(s->reason, reason, sizeof(reason));
}

bool store_find(struct store *s, int64_t client_id, bool all, int64_t from, int64_t to,
    bool (*take)(void *context, const struct store_found *f), void *context)
{
	sqlite3_stmt *st = statement(s, all ? FIND_ALL : FIND_TIME);
	bool more = true;

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, client_id);
	if (!all) {
		sqlite3_bind_int64(st, 2, from);
		sqlite3_bind_int64(st, 3, to);
	}
	while (more && row(s, st)) {
		struct store_found f = {.id = sqlite3_column_int64(st, 0),
		    .address = text_of(st, 1),
		    .timed = sqlite3_column_type(st, 2) != SQLITE_NULL,
		    .first = sqlite3_column_int64(st, 2),
		    .last = sqlite3_column_int64(st, 3)};

		more = take(context, &f);
	}
	sqlite3_reset(st);
	return s->reason[0] == '\0';
}

bool store_get(struct store *s, int64_t id, bool columns, struct store_row *out)
{
	sqlite3_stmt *st = statement(s, columns ? GET : GET_FACTS);

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, id);
	return row(s, st) && read_row(s, st, out);
}

bool store_next(struct store *s, int64_t after, struct store_row *out)
{
	sqlite3_stmt *st = statement(s, NEXT);

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, after);
	return row(s, st) && read_row(s, st, out);
}

bool store_last(struct store *s, int64_t *id)
{
	sqlite3_stmt *st = statement(s, LAST);

	if (!st || !row(s, st))
		return false;
	*id = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	return true;
}

bool store_next_made_of(struct store *s, const char *client, int64_t ended, uint64_t bytes,
    int64_t after, struct store_row *out)
{
	sqlite3_stmt *st = statement(s, MADE_OF);

	if (!st)
		return false;
	bind_text(st, 1, client);
	sqlite3_bind_int64(st, 2, ended);
	bind_number(st, 3, bytes);
	sqlite3_bind_int64(st, 4, after);
	return row(s, st) && read_row(s, st, out);
}

/* ---- for who looks at the whole ---- */

bool store_count_waiting(struct store *s, uint64_t most, uint64_t *n)
{
	sqlite3_stmt *st = statement(s, COUNT_WAITING);

	if (!st)
		return false;
	bind_number(st, 1, most);
	if (!row(s, st))
		return false;
	*n = number_at(st, 0);
	sqlite3_reset(st);
	return true;
}

bool store_next_size(struct store *s, int64_t from, struct store_size *out)
{
	sqlite3_stmt *st = statement(s, NEXT_SIZE);

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, from);
	if (!row(s, st))
		return false;
	*out = (struct store_size){.id = sqlite3_column_int64(st, 0),
	    .ended = sqlite3_column_int64(st, 1),
	    .archived = sqlite3_column_int64(st, 2),
	    .stored = number_at(st, 3)};
	sqlite3_reset(st);
	return true;
}
