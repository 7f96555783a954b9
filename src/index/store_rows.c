/* store_rows: clients and their files, as retention and --verify walk over them; see store.h. */
#include "index/sql.h"

static bool has(struct store *s, enum statement which, const char *path, bool *out)
{
	sqlite3_stmt *st = sql_statement(s, which);

	if (!st)
		return false;
	sql_bind_text(st, 1, path);
	*out = sql_row(s, st);
	sqlite3_reset(st);
	return s->reason[0] == '\0';
}

bool store_has_path(struct store *s, const char *path, bool *out)
{
	return has(s, HAS_PATH, path, out);
}

bool store_has_beneath(struct store *s, const char *directory, bool *out)
{
	return has(s, HAS_BENEATH, directory, out);
}

bool store_next_client(struct store *s, int64_t after, struct store_client *out)
{
	sqlite3_stmt *st = sql_statement(s, NEXT_CLIENT);

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, after);
	if (!sql_row(s, st))
		return false;
	*out = (struct store_client){.id = sqlite3_column_int64(st, 0),
	    .client = sql_text(st, 1),
	    .files = sql_number(st, 2),
	    .bytes = sql_number(st, 3)};
	return true;
}

bool store_growth(
    struct store *s, int64_t client_id, int64_t since, uint64_t *stored, int64_t *first)
{
	sqlite3_stmt *st = sql_statement(s, GROWTH);

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, client_id);
	sqlite3_bind_int64(st, 2, since);
	if (!sql_row(s, st))
		return false;
	*stored = sql_number(st, 0);
	*first = sqlite3_column_int64(st, 1);
	return true;
}

bool store_next_file(struct store *s, int64_t after, int64_t since, struct store_row *out)
{
	sqlite3_stmt *st = sql_statement(s, NEXT_FILE);

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, after);
	sqlite3_bind_int64(st, 2, since);
	return sql_row(s, st) && sql_read_row(s, st, out);
}

bool store_same(struct store *s, const char *name, const uint8_t *sha256, struct store_row *out)
{
	sqlite3_stmt *st = sql_statement(s, SAME);

	if (!st)
		return false;
	sql_bind_text(st, 1, name);
	sqlite3_bind_blob(st, 2, sha256, METADATA_SHA256, SQLITE_STATIC);
	return sql_row(s, st) && sql_read_row(s, st, out);
}

bool store_oldest(struct store *s, int64_t client_id, const struct store_place *after,
    bool only_handed_over, struct store_row *out)
{
	sqlite3_stmt *st = sql_statement(s, only_handed_over ? OLDEST_HANDED_OVER : OLDEST);

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, client_id);
	sqlite3_bind_int64(st, 2, after ? after->ended : INT64_MIN);
	sqlite3_bind_int64(st, 3, after ? after->id : 0);
	return sql_row(s, st) && sql_read_row(s, st, out);
}
