/* sql: the statements of the index, as the files of index/store share them.
 *
 * Each is prepared once, run, and its rows are read here; what they mean is the others'. Nobody but
 * those includes this header. Source: sqlite.org/c3ref/intro.html. */
#ifndef INDEX_SQL_H
#define INDEX_SQL_H

#include <sqlite3.h>
#include <sys/stat.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "index/store.h"

#define MARK_SIZE 16 /* a number by chance, and one that grows, big-endian */

enum statement {
	BEGIN,
	COMMIT,
	ROLLBACK,
	ADD_CLIENT,
	ADD_FILE,
	SAME,
	HAS_PATH,
	HAS_BENEATH,
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
	HOSTS,
	GET,
	GET_FACTS,
	NEXT,
	LAST,
	MADE_OF,
	BOUNDED,
	COUNT_WAITING,
	NEXT_SIZE,
	MARK,
	FIRST_MARK,
	SET_MARK,
	MARK_PAGE,
	STATEMENTS
};

struct store {
	sqlite3 *db;
	bool together; /* between store_begin() and its end */
	sqlite3_stmt *prepared[STATEMENTS];
	char reason[STORE_REASON_MAX];
	int64_t busy_since, gave_up;  /* waiting for others; monotonic ms */
	struct stat journal, sharing; /* of the one that writes; without an inode: not known */

	/* index/mark's. */
	uint8_t mark[MARK_SIZE], mark_was[MARK_SIZE]; /* as it is, and was in the file */
	int64_t mark_page;
	bool marked;
	bool mark_seen; /* mark_was is set */
};

/* Says why the last call of SQLite failed; returns false. */
bool sql_fail(struct store *s);

/* Ready for its parameters; NULL with a reason. Rows of others end here: one that stays would keep
 * the database as it is at this moment. */
sqlite3_stmt *sql_statement(struct store *s, enum statement which);

/* One that gives no rows; st: NULL fails. */
bool sql_run(struct store *s, sqlite3_stmt *st);

/* True when there is a row; it stays until the statement is used again. False: the end, or with a
 * reason. */
bool sql_row(struct store *s, sqlite3_stmt *st);

/* Parameters count from 1, columns from 0. What is bound is borrowed until the statement has run;
 * text and columns of a row are, until its next use. */
void sql_bind_text(sqlite3_stmt *st, int i, const char *text);
void sql_bind_number(sqlite3_stmt *st, int i, uint64_t n);
void sql_bind_column(sqlite3_stmt *st, int i, const void *column, size_t len);
const char *sql_text(sqlite3_stmt *st, int i);
uint64_t sql_number(sqlite3_stmt *st, int i); /* 0 where it is negative */

/* The row of a statement that gives files. False, with a reason, when it has a hash of another
 * length: the database was written by somebody else. */
bool sql_read_row(struct store *s, sqlite3_stmt *st, struct store_row *r);

#endif
