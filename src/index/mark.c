/* mark: see mark.h. */
#include "index/mark.h"

#include <string.h>
#include <sys/random.h>

#include "base/bytes.h"

/* The page of a table with one row of one blob: a leaf with one cell; in it the length of what
 * follows, the row's number, and a header of two bytes: its own length, and the type of a blob. */
#define LEAF       13
#define CELLS_AT   3
#define CELL_AT    8
#define BLOB_TYPE  (12 + 2 * MARK_SIZE)
#define PAGE_SIZES 65536

static bool execute(struct store *s, const char *text)
{
	return sqlite3_exec(s->db, text, NULL, NULL, NULL) == SQLITE_OK || sql_fail(s);
}

/* The row, when there is one. */
static bool read_row(struct store *s)
{
	sqlite3_stmt *st = sql_statement(s, MARK);
	bool is = st && sql_row(s, st) && sqlite3_column_bytes(st, 0) == MARK_SIZE;

	if (is)
		memcpy(s->mark, sqlite3_column_blob(st, 0), MARK_SIZE);
	sqlite3_reset(st);
	return is;
}

static bool make_row(struct store *s)
{
	sqlite3_stmt *st;

	if (getrandom(s->mark, MARK_SIZE / 2, 0) != MARK_SIZE / 2)
		return false;
	st = sql_statement(s, FIRST_MARK);
	if (!st)
		return false;
	sql_bind_column(st, 1, s->mark, MARK_SIZE);
	return sql_run(s, st);
}

/* The checkpoint brings the table into the file, when no reader stands against that. */
void mark_begin(struct store *s)
{
	s->marked = execute(s, "CREATE TABLE IF NOT EXISTS mark (mark BLOB NOT NULL) STRICT") &&
		    (read_row(s) || make_row(s));
	if (s->marked)
		execute(s, "PRAGMA wal_checkpoint(PASSIVE)");
	s->reason[0] = '\0';
}

bool mark_set(struct store *s)
{
	uint8_t *number = s->mark + MARK_SIZE / 2;
	sqlite3_stmt *st;

	if (!s->marked)
		return true;
	st = sql_statement(s, SET_MARK);
	if (!st)
		return false;
	bytes_store64(number, bytes_load64(number, true) + 1, true);
	sql_bind_column(st, 1, s->mark, MARK_SIZE);
	return sql_run(s, st);
}

/* The table's page: 0 with the size of a page, or with 0 as there is none. */
static int64_t page_of(struct store *s, int *size)
{
	sqlite3_stmt *st = sql_statement(s, MARK_PAGE);
	int64_t page = 0;

	*size = 0;
	if (st && sql_row(s, st)) {
		page = sqlite3_column_int64(st, 0);
		*size = sqlite3_column_int(st, 1);
	}
	sqlite3_reset(st);
	return page;
}

/* The mark on that page of the file; NULL: that is not the table's. */
static const uint8_t *mark_on(const uint8_t *page, int size)
{
	const uint8_t *cell;
	unsigned at;

	if (page[0] != LEAF || bytes_load16(page + CELLS_AT, true) != 1)
		return NULL;
	at = bytes_load16(page + CELL_AT, true);
	if ((int)at > size - 4 - MARK_SIZE)
		return NULL;
	cell = page + at;
	if (cell[0] != 2 + MARK_SIZE || cell[2] != 2 || cell[3] != BLOB_TYPE)
		return NULL;
	return cell + 4;
}

bool mark_is_foreign(struct store *s)
{
	static uint8_t page[PAGE_SIZES];
	const uint8_t *mark = NULL;
	sqlite3_file *file = NULL;
	int64_t at;
	int size;

	if (!s->marked)
		return false;
	at = page_of(s, &size);
	if (at != s->mark_page) { /* at the first look, and when somebody has vacuumed it */
		s->mark_page = at;
		s->mark_seen = false;
	}
	if (at == 0)
		return !s->reason[0];
	sqlite3_file_control(s->db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
	if (file && file->pMethods && size <= PAGE_SIZES &&
	    file->pMethods->xRead(file, page, size, (at - 1) * size) == SQLITE_OK)
		mark = mark_on(page, size);
	if (!mark) /* a checkpoint has still to bring it there */
		return s->mark_seen;
	if (memcmp(mark, s->mark, MARK_SIZE / 2) != 0 || memcmp(mark, s->mark, MARK_SIZE) > 0 ||
	    (s->mark_seen && memcmp(mark, s->mark_was, MARK_SIZE) < 0))
		return true;
	memcpy(s->mark_was, mark, MARK_SIZE);
	s->mark_seen = true;
	return false;
}
