/* store_turns: which files wait to be handed over, and when each has its turn; see store.h. */
#include "index/sql.h"

static bool waiting(
    struct store *s, enum statement which, const struct store_turn *after, struct store_row *out)
{
	sqlite3_stmt *st = sql_statement(s, which);

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, after->next_try);
	if (which == WAITING_EQUAL)
		sqlite3_bind_int64(st, 2, after->id);
	return sql_row(s, st) && sql_read_row(s, st, out);
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
	sqlite3_stmt *st = sql_statement(s, HANDED_OVER);

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, id);
	sqlite3_bind_int64(st, 2, when);
	return sql_run(s, st);
}

bool store_try_again(struct store *s, int64_t id, uint64_t tries, int64_t next_try)
{
	sqlite3_stmt *st = sql_statement(s, TRY_AGAIN);

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, id);
	sql_bind_number(st, 2, tries);
	sqlite3_bind_int64(st, 3, next_try);
	return sql_run(s, st);
}

bool store_try_sooner(struct store *s, int64_t latest)
{
	sqlite3_stmt *st = sql_statement(s, TRY_SOONER);

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, latest);
	return sql_run(s, st);
}

bool store_count_waiting(struct store *s, uint64_t most, uint64_t *n)
{
	sqlite3_stmt *st = sql_statement(s, COUNT_WAITING);

	if (!st)
		return false;
	sql_bind_number(st, 1, most);
	if (!sql_row(s, st))
		return false;
	*n = sql_number(st, 0);
	sqlite3_reset(st);
	return true;
}
