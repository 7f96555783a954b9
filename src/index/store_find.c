/* store_find: files by time, by number, and by what they were made of, for readers; see store.h. */
#include <string.h>

#include "index/sql.h"

bool store_begin_reading(struct store *s)
{
	return sql_run(s, sql_statement(s, BEGIN_READING));
}

void store_end_reading(struct store *s)
{
	char reason[STORE_REASON_MAX];

	memcpy(reason, s->reason, sizeof(reason));
	sql_run(s, sql_statement(s, COMMIT));
	memcpy(s->reason, reason, sizeof(reason));
}

bool store_find(struct store *s, int64_t client_id, bool all, int64_t from, int64_t to,
    bool (*take)(void *context, const struct store_found *f), void *context)
{
	sqlite3_stmt *st = sql_statement(s, all ? FIND_ALL : FIND_TIME);
	bool more = true;

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, client_id);
	if (!all) {
		sqlite3_bind_int64(st, 2, from);
		sqlite3_bind_int64(st, 3, to);
	}
	while (more && sql_row(s, st)) {
		struct store_found f = {.id = sqlite3_column_int64(st, 0),
		    .address = sql_text(st, 1),
		    .timed = sqlite3_column_type(st, 2) != SQLITE_NULL,
		    .first = sqlite3_column_int64(st, 2),
		    .last = sqlite3_column_int64(st, 3)};

		more = take(context, &f);
	}
	sqlite3_reset(st);
	return s->reason[0] == '\0';
}

bool store_hosts(struct store *s, int64_t client_id,
    bool (*take)(void *context, const char *address), void *context)
{
	sqlite3_stmt *st = sql_statement(s, HOSTS);
	bool more = true;

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, client_id);
	while (more && sql_row(s, st))
		more = take(context, sql_text(st, 0));
	sqlite3_reset(st);
	return s->reason[0] == '\0';
}

bool store_get(struct store *s, int64_t id, bool columns, struct store_row *out)
{
	sqlite3_stmt *st = sql_statement(s, columns ? GET : GET_FACTS);

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, id);
	return sql_row(s, st) && sql_read_row(s, st, out);
}

bool store_next(struct store *s, int64_t after, struct store_row *out)
{
	sqlite3_stmt *st = sql_statement(s, NEXT);

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, after);
	return sql_row(s, st) && sql_read_row(s, st, out);
}

bool store_last(struct store *s, int64_t *id)
{
	sqlite3_stmt *st = sql_statement(s, LAST);

	if (!st || !sql_row(s, st))
		return false;
	*id = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	return true;
}

static bool next_made_of(struct store *s, enum statement which, const char *client, int64_t ended,
    uint64_t bytes, int64_t after, struct store_row *out)
{
	sqlite3_stmt *st = sql_statement(s, which);

	if (!st)
		return false;
	sql_bind_text(st, 1, client);
	sqlite3_bind_int64(st, 2, ended);
	sql_bind_number(st, 3, bytes);
	sqlite3_bind_int64(st, 4, after);
	return sql_row(s, st) && sql_read_row(s, st, out);
}

bool store_next_made_of(struct store *s, const char *client, int64_t ended, uint64_t bytes,
    int64_t after, struct store_row *out)
{
	return next_made_of(s, MADE_OF, client, ended, bytes, after, out);
}

bool store_next_bounded(struct store *s, const char *client, int64_t since, uint64_t bytes,
    int64_t after, struct store_row *out)
{
	return next_made_of(s, BOUNDED, client, since, bytes, after, out);
}

bool store_next_size(struct store *s, int64_t from, struct store_size *out)
{
	sqlite3_stmt *st = sql_statement(s, NEXT_SIZE);

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, from);
	if (!sql_row(s, st))
		return false;
	*out = (struct store_size){.id = sqlite3_column_int64(st, 0),
	    .ended = sqlite3_column_int64(st, 1),
	    .archived = sqlite3_column_int64(st, 2),
	    .stored = sql_number(st, 3)};
	sqlite3_reset(st);
	return true;
}
