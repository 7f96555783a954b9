/* sql: see sql.h. */
#include "index/sql.h"

#include <stdio.h>

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
    /* '0' follows '/' */
    [HAS_BENEATH] = "SELECT 1 FROM file WHERE path > ?1 || '/' AND path < ?1 || '0' LIMIT 1",
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
    [HOSTS] = "SELECT DISTINCT address FROM file WHERE client = ?1 AND address <> ''",
    [GET] = ROW "WHERE file.id = ?1",
    /* what lies behind the profile and the frames is on other pages */
    [GET_FACTS] = FACTS ", 0, link_types, NULL, NULL, 0, 0" FROM("file") "WHERE file.id = ?1",
    [NEXT] = ROW "WHERE file.id > ?1 ORDER BY file.id LIMIT 1",
    [LAST] = "SELECT coalesce(max(id), 0) FROM file",
    [MADE_OF] = ROW "WHERE file.client = (SELECT id FROM client WHERE name = ?1) AND ended = ?2"
		    " AND file.id > ?4 AND bytes = ?3 ORDER BY file.id LIMIT 1",
    [BOUNDED] =
	ROW "WHERE file.client = (SELECT id FROM client WHERE name = ?1) AND ended >= ?2"
	    " AND ended = archived AND file.id > ?4 AND bytes = ?3 ORDER BY file.id LIMIT 1",
    [COUNT_WAITING] = "SELECT count(*) FROM (SELECT 1 FROM file WHERE handed_over = 0 LIMIT ?1)",
    [NEXT_SIZE] = "SELECT id, ended, archived, stored FROM file WHERE id >= ?1"
		  " ORDER BY id LIMIT 1",
    [MARK] = "SELECT mark FROM mark",
    [FIRST_MARK] = "INSERT INTO mark (mark) VALUES (?1)",
    [SET_MARK] = "UPDATE mark SET mark = ?1",
    [MARK_PAGE] = "SELECT rootpage, page_size FROM sqlite_schema, pragma_page_size"
		  " WHERE name = 'mark'",
};

bool sql_fail(struct store *s)
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

sqlite3_stmt *sql_statement(struct store *s, enum statement which)
{
	sqlite3_stmt **p = &s->prepared[which];

	s->reason[0] = '\0';
	store_rest(s);
	if (*p) {
		sqlite3_clear_bindings(*p);
	} else if (sqlite3_prepare_v3(s->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT, p, NULL) !=
		   SQLITE_OK) {
		sql_fail(s);
	}
	return *p;
}

bool sql_run(struct store *s, sqlite3_stmt *st)
{
	bool ok = st && sqlite3_step(st) == SQLITE_DONE;

	if (!ok)
		sql_fail(s);
	if (st)
		sqlite3_reset(st);
	return ok;
}

bool sql_row(struct store *s, sqlite3_stmt *st)
{
	int e = st ? sqlite3_step(st) : SQLITE_ERROR;

	if (e == SQLITE_ROW)
		return true;
	if (e != SQLITE_DONE)
		sql_fail(s);
	return false;
}

void sql_bind_text(sqlite3_stmt *st, int i, const char *text)
{
	sqlite3_bind_text(st, i, text, -1, SQLITE_STATIC);
}

void sql_bind_number(sqlite3_stmt *st, int i, uint64_t n)
{
	sqlite3_bind_int64(st, i, n > INT64_MAX ? INT64_MAX : (int64_t)n);
}

void sql_bind_column(sqlite3_stmt *st, int i, const void *column, size_t len)
{
	/* a pointer that is NULL would bind NULL */
	sqlite3_bind_blob64(st, i, len > 0 ? column : "", len, SQLITE_STATIC);
}

const char *sql_text(sqlite3_stmt *st, int i)
{
	const char *text = (const char *)sqlite3_column_text(st, i);

	return text ? text : "";
}

/* ---- rows ---- */

uint64_t sql_number(sqlite3_stmt *st, int i)
{
	int64_t n = sqlite3_column_int64(st, i);

	return n > 0 ? (uint64_t)n : 0;
}

static const void *column(sqlite3_stmt *st, int i, size_t *len)
{
	const void *p = sqlite3_column_blob(st, i);

	*len = (size_t)sqlite3_column_bytes(st, i);
	return p;
}

bool sql_read_row(struct store *s, sqlite3_stmt *st, struct store_row *r)
{
	size_t hash;

	*r = (struct store_row){.id = sqlite3_column_int64(st, 0),
	    .client_id = sqlite3_column_int64(st, 1),
	    .client = sql_text(st, 2),
	    .address = sql_text(st, 3),
	    .name = sql_text(st, 4),
	    .path = sql_text(st, 5),
	    .compressed = sqlite3_column_int(st, 6),
	    .pcapng = sqlite3_column_int(st, 7),
	    .ended = sqlite3_column_int64(st, 8),
	    .archived = sqlite3_column_int64(st, 9),
	    .packets = sql_number(st, 10),
	    .bytes = sql_number(st, 11),
	    .stored = sql_number(st, 12),
	    .timed = sqlite3_column_type(st, 13) != SQLITE_NULL,
	    .first = sqlite3_column_int64(st, 13),
	    .last = sqlite3_column_int64(st, 14),
	    .sha256 = column(st, 15, &hash),
	    .damaged = sql_number(st, 16),
	    .broken = sqlite3_column_type(st, 17) != SQLITE_NULL,
	    .whole = sql_number(st, 17),
	    .why = sql_text(st, 18),
	    .handed_over = sqlite3_column_int64(st, 19),
	    .tries = sql_number(st, 23),
	    .next_try = sqlite3_column_int64(st, 24)};
	r->link_types = column(st, 20, &r->link_types_len);
	r->profile = column(st, 21, &r->profile_len);
	r->frames = column(st, 22, &r->frames_len);
	if (hash != METADATA_SHA256)
		snprintf(s->reason, sizeof(s->reason), "the index: file %lld has no SHA-256",
		    (long long)r->id);
	return hash == METADATA_SHA256;
}
