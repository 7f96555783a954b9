/* store_add: files are put into the index and taken out, alone or several with one commit; see
 * store.h. */
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "index/mark.h"
#include "index/sql.h"

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
	sql_bind_number(st, 9, f->packets);
	sql_bind_number(st, 10, f->bytes);
	if (f->timed > 0) {
		sqlite3_bind_int64(st, 12, f->first);
		sqlite3_bind_int64(st, 13, f->last);
	}
	sql_bind_number(st, 15, f->damaged);
	if (f->broken) {
		sql_bind_number(st, 16, f->whole);
		sql_bind_text(st, 17, f->why);
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
	sqlite3_stmt *st = sql_statement(s, ADD_FILE);

	if (!st)
		return false;
	sql_bind_text(st, 1, f->client);
	sql_bind_text(st, 2, f->address);
	sql_bind_text(st, 3, f->name);
	sql_bind_text(st, 4, f->path);
	sqlite3_bind_int(st, 5, f->compressed);
	sqlite3_bind_int64(st, 7, possible(f->ended));
	sqlite3_bind_int64(st, 8, possible(f->archived));
	sql_bind_number(st, 11, f->stored);
	sqlite3_bind_blob(st, 14, f->sha256, METADATA_SHA256, SQLITE_STATIC);
	bind_facts(st, f->facts);
	sql_bind_column(st, 19, f->profile, f->profile_len);
	sql_bind_column(st, 20, f->frames, f->frames_len);
	return sql_run(s, st);
}

static bool add_client(struct store *s, const struct store_file *f)
{
	sqlite3_stmt *st = sql_statement(s, ADD_CLIENT);

	if (!st)
		return false;
	sql_bind_text(st, 1, f->client);
	return sql_run(s, st);
}

/* Takes back what was put in; the reason why stays. */
static void roll_back(struct store *s)
{
	char reason[STORE_REASON_MAX];

	memcpy(reason, s->reason, sizeof(reason));
	sql_run(s, sql_statement(s, ROLLBACK));
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
	s->together = sql_run(s, sql_statement(s, BEGIN));
	if (s->together && !mark_set(s))
		store_rollback(s);
	return s->together;
}

bool store_commit(struct store *s)
{
	s->together = false;
	if (goes_on(s) && sql_run(s, sql_statement(s, COMMIT)))
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

bool store_remove(struct store *s, int64_t id)
{
	sqlite3_stmt *st = sql_statement(s, REMOVE_FILE);

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, id);
	return sql_run(s, st);
}
