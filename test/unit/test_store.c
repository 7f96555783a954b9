/* test_store: the index: what is put in comes out, totals follow, other databases are refused. */
#include <sqlite3.h>

#include "tap.h"
#include "support.h"

#include "index/store.h"

static char path[200], reason[STORE_REASON_MAX];
static uint8_t sha256[METADATA_SHA256] = {1, 2, 3};

static int64_t add(
    struct store *s, const char *client, const char *name, int64_t ended, uint64_t stored)
{
	struct facts facts = {.kind = FORMAT_PCAPNG,
	    .bytes = 1000,
	    .packets = 10,
	    .timed = 9,
	    .first = 1790000000000000001,
	    .last = 1790000001000000002,
	    .link_type = {1, 113},
	    .link_types = 2};
	char file[200];
	struct store_file f = {.client = client,
	    .address = "10.0.0.1",
	    .name = name,
	    .path = file,
	    .compressed = true,
	    .ended = ended,
	    .archived = ended + 5,
	    .stored = stored,
	    .facts = &facts,
	    .sha256 = sha256,
	    .profile = (const uint8_t *)"profile",
	    .profile_len = 7};
	int64_t id = 0;

	snprintf(file, sizeof(file), "%s/%s", client, name);
	OK(store_add(s, &f, &id), "%s is put in: %s", name, store_reason(s));
	return id;
}

/* By another program. */
static void run(const char *sql)
{
	sqlite3 *db;

	OK(sqlite3_open(path, &db) == SQLITE_OK &&
		sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK,
	    "%s", sql);
	sqlite3_close(db);
}

/* What is put in together is there together, or not at all. */
static void test_together(void)
{
	struct store *s = store_open(path, STORE_CREATE, reason), *other;
	bool has = true;

	OK(s && store_begin(s), "several files begin");
	add(s, "foo", "first", 100, 50);
	add(s, "bar", "second", 100, 50);
	OK(store_has_path(s, "foo/first", &has) && has, "the writer sees them at once");
	other = store_open(path, STORE_READ, reason);
	OK(other && store_has_path(other, "foo/first", &has) && !has, "nobody else does");
	store_rollback(s);
	OK(store_has_path(s, "foo/first", &has) && !has, "taken back, they are not there");

	OK(store_begin(s), "once more");
	add(s, "foo", "first", 100, 50);
	add(s, "bar", "second", 100, 50);
	OK(store_commit(s), "committed");
	OK(store_has_path(other, "bar/second", &has) && has, "they are there for others");
	add(s, "bar", "third", 100, 50);
	OK(store_has_path(other, "bar/third", &has) && has, "one alone is there at once again");
	store_close(other);
	store_close(s);
}

/* One that cannot be put in costs only itself. */
static void test_one_fails(void)
{
	struct facts facts = {.kind = FORMAT_PCAP};
	struct store_file twice = {.client = "foo",
	    .address = "",
	    .name = "first",
	    .path = "foo/first",
	    .facts = &facts,
	    .sha256 = sha256};
	struct store *s = store_open(path, STORE_CREATE, reason);
	bool has = false;
	int64_t id;

	OK(s && store_begin(s), "several files begin");
	add(s, "foo", "first", 100, 50);
	OK(!store_add(s, &twice, &id) && store_reason(s)[0], "a path that is there is refused");
	add(s, "foo", "second", 100, 50);
	OK(store_commit(s), "the others are committed: %s", store_reason(s));
	OK(store_has_path(s, "foo/second", &has) && has, "they are there");
	store_close(s);
}

/* A file may have been given any time: ages are differences. */
static void test_times(void)
{
	struct store *s = store_open(path, STORE_CREATE, reason);
	struct store_row r;

	OK(s, "an index");
	add(s, "foo", "late", INT64_MAX - 5, 50);
	OK(store_next_file(s, 0, INT64_MIN, &r) && r.ended == STORE_TIME_MAX &&
		r.archived == STORE_TIME_MAX,
	    "as late as can be");
	add(s, "foo", "early", INT64_MIN, 50);
	OK(store_next_file(s, r.id, INT64_MIN, &r) && r.ended == -STORE_TIME_MAX &&
		r.archived == -STORE_TIME_MAX,
	    "as early as can be");
	store_close(s);
	s = store_open(":memory:", STORE_CREATE, reason);
	OK(!s && strstr(reason, "its journal stays \"memory\""), "no journal: %s", reason);
	store_close(s);
}

static void test_files(void)
{
	struct store *s = store_open(path, STORE_CREATE, reason);
	struct store_client c = {.id = 0};
	struct store_place after;
	struct store_row r;
	bool has = false;
	int64_t first;

	OK(s, "an index is made: %s", s ? "" : reason);
	first = add(s, "foo", "one", 100, 50);
	add(s, "foo", "two", 90, 60);
	add(s, "bar", "three", 80, 70);

	OK(store_oldest(s, 1, NULL, false, &r), "foo's oldest");
	IS_STR(r.name, "two", "by the end of its recording");
	IS_STR(r.path, "foo/two", "with its path");
	IS_STR(r.client, "foo", "its client");
	IS_STR(r.address, "10.0.0.1", "its address");
	IS_INT(r.first, 1790000000000000001, "exact times");
	IS_INT(r.packets, 10, "its packets");
	IS_INT(r.link_types_len, 4, "two link types");
	IS_INT(r.profile_len, 7, "its profile");
	IS_INT(r.frames_len, 0, "no frames, which is not NULL");
	OK(r.pcapng && r.compressed && !r.broken && r.timed, "and what it is");
	after = (struct store_place){.ended = r.ended, .id = r.id};
	OK(store_oldest(s, 1, &after, false, &r), "the next");
	IS_STR(r.name, "one", "is the later one");
	OK(!store_oldest(s, 1, NULL, true, &r) && !store_reason(s)[0], "none was handed over");
	run("UPDATE file SET handed_over = 5 WHERE name = 'one'");
	OK(store_oldest(s, 1, NULL, true, &r), "one of foo's was handed over: %s", store_reason(s));
	IS_STR(r.name, "one", "which is not its oldest");
	run("UPDATE file SET handed_over = 0");

	OK(store_same(s, "one", sha256, &r) && r.id == first, "the same contents under this name");
	OK(!store_same(s, "four", sha256, &r) && !store_reason(s)[0], "not under another");
	OK(store_has_path(s, "foo/one", &has) && has, "a path that is taken");
	OK(store_has_path(s, "foo/four", &has) && !has, "and one that is not");

	OK(store_next_client(s, 0, &c), "the first client");
	IS_STR(c.client, "foo", "is foo");
	IS_INT(c.files, 2, "with two files");
	IS_INT(c.bytes, 110, "and their bytes");
	OK(store_remove(s, first), "a file is removed");
	OK(store_next_client(s, 0, &c) && c.files == 1 && c.bytes == 60, "totals follow");
	OK(store_next_client(s, c.id, &c), "the second client");
	IS_STR(c.client, "bar", "is bar");
	OK(!store_next_client(s, c.id, &c) && !store_reason(s)[0], "there is no third");
	store_close(s);

	s = store_open(path, STORE_READ, reason);
	OK(s && store_oldest(s, 2, NULL, false, &r), "it is all there when it is read");
	OK(!store_remove(s, r.id), "a reader changes nothing");
	store_close(s);
}

static void test_waiting(void)
{
	struct store *s = store_open(path, STORE_CREATE, reason);
	struct store_turn turn;
	uint64_t n = 0, left = 0;
	struct store_row r;
	int64_t a = add(s, "baz", "a", 100, 50), b = add(s, "baz", "b", 100, 50);
	int64_t c = add(s, "baz", "c", 100, 50);

	OK(store_waiting(s, NULL, &r), "a file waits");
	while (store_waiting(s, NULL, &r) && r.id != a)
		store_remove(s, r.id);
	OK(store_try_again(s, a, 3, 5000), "one is tried later");
	OK(store_waiting(s, NULL, &r) && r.id == b && r.tries == 0, "another comes first");
	turn = (struct store_turn){.next_try = r.next_try, .id = r.id};
	OK(store_handed_over(s, b, 777), "it is handed over");
	OK(store_waiting(s, &turn, &r) && r.id == c, "the next");
	turn.id = c;
	OK(store_waiting(s, &turn, &r) && r.id == a, "then the one that has failed");
	IS_INT(r.tries, 3, "with its tries");
	IS_INT(r.next_try, 5000, "and the time of the next");
	turn = (struct store_turn){.next_try = r.next_try, .id = r.id};
	OK(!store_waiting(s, &turn, &r) && !store_reason(s)[0], "there is no other");
	OK(store_oldest(s, r.client_id, NULL, true, &r) && r.id == b && r.handed_over == 777,
	    "the one that was handed over");
	OK(store_try_sooner(s, 5000) && store_waiting(s, &turn, &r) == false, "not too late");
	OK(store_try_sooner(s, 4999), "too late, by the clock");
	turn = (struct store_turn){.next_try = -1};
	OK(store_waiting(s, &turn, &r) && r.id == a && r.next_try == 0 && r.tries == 3, "at once");
	OK(store_handed_over(s, 12345, 1) && store_try_again(s, 12345, 1, 1), "removed meanwhile");
	OK(store_count_waiting(s, 100, &n) && n >= 2 && n < 100, "they are counted");
	OK(store_handed_over(s, c, 778) && store_count_waiting(s, 100, &left),
	    "one is handed over");
	IS_INT(left, (int)n - 1, "one less waits");
	OK(store_handed_over(s, a, 779) && store_count_waiting(s, 0, &n) && n == 0,
	    "as far as asked");
	store_close(s);
}

/* Numbers of the files that were found, in their order. */
static int64_t found[8];
static size_t nfound;

static bool take(void *context, const struct store_found *f)
{
	const size_t *most = context;

	if (nfound < COUNT(found))
		found[nfound] = f->id;
	OK(f->timed && f->first == 1790000000000000001 && f->last == 1790000001000000002,
	    "with its exact times");
	IS_STR(f->address, "10.0.0.1", "and its address");
	return ++nfound < *most;
}

static size_t find(struct store *s, int64_t client, bool all, int64_t from, int64_t to, size_t most)
{
	nfound = 0;
	OK(store_find(s, client, all, from, to, take, &most), "it is looked for");
	return nfound;
}

static void test_find(void)
{
	const int64_t first = 1790000000000000001, last = 1790000001000000002;
	struct store *w = store_open(path, STORE_WRITE, reason), *r;
	struct store_client k = {.id = 0};
	struct store_row row = {.id = 0};
	int64_t one, two;

	one = add(w, "qux", "one", 100, 50);
	two = add(w, "qux", "two", 100, 50);
	r = store_open(path, STORE_READ, reason);
	while (store_next_client(r, k.id, &k) && strcmp(k.client, "qux") != 0)
		;
	IS_INT(find(r, k.id, true, 0, 0, 9), 2, "all files of a client");
	IS_INT(find(r, k.id, true, 0, 0, 1), 1, "or only the first");
	IS_INT(find(r, k.id, false, last, INT64_MAX, 9), 2, "those that end then");
	IS_INT(find(r, k.id, false, last + 1, INT64_MAX, 9), 0, "a nanosecond later there is none");
	IS_INT(find(r, k.id, false, INT64_MIN, first, 9), 2, "those that begin then");
	IS_INT(find(r, k.id, false, INT64_MIN, first - 1, 9), 0, "before there is none");
	IS_INT(find(r, k.id, false, first + 5, first + 6, 9), 2, "a time within");
	IS_INT(find(r, k.id + 1, true, 0, 0, 9), 0, "of another client there is none");

	OK(store_get(r, two, true, &row) && strcmp(row.name, "two") == 0, "a file by its number");
	IS_INT(row.profile_len, 7, "with its profile");
	OK(store_get(r, two, false, &row) && strcmp(row.name, "two") == 0, "the same");
	IS_INT(row.profile_len, 0, "without it");
	IS_INT(row.link_types_len, 4, "with what is short");
	OK(!store_get(r, two + 1, true, &row) && !store_reason(r)[0], "which may not be there");

	row.id = 0;
	OK(store_next_made_of(r, "qux", 100, 1000, row.id, &row) && row.id == one,
	    "made of a capture");
	OK(store_next_made_of(r, "qux", 100, 1000, row.id, &row) && row.id == two, "and another");
	OK(!store_next_made_of(r, "qux", 100, 1000, row.id, &row), "and no more");
	OK(!store_next_made_of(r, "qux", 101, 1000, 0, &row), "which ended then");
	OK(!store_next_made_of(r, "qux", 100, 1001, 0, &row), "of this length");
	OK(!store_next_made_of(r, "bar", 100, 1000, 0, &row), "of this client");

	OK(store_begin_reading(r), "a reader wants one moment");
	IS_INT(find(r, k.id, true, 0, 0, 9), 2, "which is this");
	OK(store_remove(w, one), "the writer does not wait for it");
	IS_INT(find(r, k.id, true, 0, 0, 9), 2, "nor is it disturbed");
	store_end_reading(r);
	IS_INT(find(r, k.id, true, 0, 0, 9), 1, "until its end");
	store_close(r);
	store_close(w);
}

static void test_others(void)
{
	char other[220];
	FILE *f;

	snprintf(other, sizeof(other), "%s.other", path);
	OK(!store_open(other, STORE_READ, reason), "what is not there is not read");
	f = fopen(other, "w");
	fputs("this is no database, though it is long enough to be looked at as one of them, and "
	      "more "
	      "than a hundred bytes, as a header of SQLite has",
	    f);
	fclose(f);
	OK(!store_open(other, STORE_CREATE, reason), "no database: %s", reason);
	unlink(other);
	{
		sqlite3 *db;

		sqlite3_open(other, &db);
		sqlite3_exec(db, "CREATE TABLE x (y)", NULL, NULL, NULL);
		sqlite3_close(db);
	}
	OK(!store_open(other, STORE_CREATE, reason), "somebody else's: %s", reason);
	unlink(other);
	f = fopen(other, "w");
	fclose(f);
	strcpy(reason, "?");
	OK(!store_open(other, STORE_READ, reason) && !*reason,
	    "one that was just begun has no reason");
	unlink(other);
	{
		struct store *s = store_open(other, STORE_CREATE, reason);
		sqlite3 *db;

		store_close(s);
		sqlite3_open(other, &db);
		sqlite3_exec(db, "PRAGMA user_version = 99", NULL, NULL, NULL);
		sqlite3_close(db);
	}
	OK(!store_open(other, STORE_READ, reason), "a newer one: %s", reason);
	OK(strstr(reason, "--rebuild"), "and what to do");
}

int main(void)
{
	char *dir = temporary_directory();

	snprintf(path, sizeof(path), "%s/together.sqlite", dir);
	test_together();
	snprintf(path, sizeof(path), "%s/one.sqlite", dir);
	test_one_fails();
	snprintf(path, sizeof(path), "%s/times.sqlite", dir);
	test_times();
	snprintf(path, sizeof(path), "%s/index.sqlite", dir);
	test_files();
	test_waiting();
	test_find();
	test_others();
	remove_directory(dir);
	return tap_done();
}
