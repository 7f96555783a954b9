/* archived: whether captures are in an archive, for the tests that ask so hundreds of times: one
 * process, where sqlite3(1), zstd(1), cmp(1) and others would be several for each file.
 *
 * usage: archived once|there SUMS
 *
 * SUMS: what sha256sum(1) says of the captures as they were, all with another directory than
 * "done". "once": each is in the archive once, as the index says and intact, and no other file;
 * none is in "done" any more. "there": each is in "done" as it was, or in the archive, as the index
 * says and intact. The working directory has "done" and "archive". */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>
#include <zstd.h>

#include "bytebuf.h"

static bool wrong(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s\n", what, why);
	return false;
}

static bool contents(const char *path, struct bytebuf *to)
{
	FILE *f = fopen(path, "rb");

	if (f == NULL)
		return wrong(path, "cannot be opened");
	bytebuf_read(to, f);
	fclose(f);
	return true;
}

static bool same_file(const char *path, const char *other)
{
	struct bytebuf a = {0}, b = {0};
	bool same = contents(path, &a) && contents(other, &b);

	if (same && (a.len != b.len || memcmp(a.at, b.at, a.len) != 0))
		same = wrong(path, "differs from what it was");
	free(a.at);
	free(b.at);
	return same;
}

/* The archived file is whole frames of zstd, and becomes what the other one has. */
static bool becomes(const char *path, const char *other)
{
	struct bytebuf packed = {0}, was = {0}, is = {0};
	bool same = contents(path, &packed) && contents(other, &was);

	/* room for a byte that would be too many; zstd says where there are more */
	bytebuf_grow(&is, was.len + 1);
	same = same && ZSTD_decompress(is.at, is.len, packed.at, packed.len) == was.len &&
	       memcmp(is.at, was.at, was.len) == 0;
	free(packed.at);
	free(was.at);
	free(is.at);
	return same || wrong(path, "is not what was archived");
}

static sqlite3 *open_index(void)
{
	static sqlite3 *db;

	if (db == NULL &&
	    sqlite3_open_v2("archive/index.sqlite", &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
		wrong("archive/index.sqlite", sqlite3_errmsg(db));
	return db;
}

static long rows(void)
{
	sqlite3_stmt *s;
	long n = -1;

	if (sqlite3_prepare_v2(open_index(), "SELECT count(*) FROM file", -1, &s, NULL) !=
		SQLITE_OK ||
	    sqlite3_step(s) != SQLITE_ROW)
		wrong("archive/index.sqlite", sqlite3_errmsg(open_index()));
	else
		n = (long)sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return n;
}

/* In the index, of a row, with that checksum; and the file of that row is that long, and intact. */
static bool as_the_index_says(const char *capture, const char *name, const char *sum)
{
	sqlite3_stmt *s;
	char path[4096];
	struct stat st;
	bool good = false;

	if (sqlite3_prepare_v2(open_index(),
		"SELECT path, stored, lower(hex(sha256)) FROM file WHERE name = ?", -1, &s,
		NULL) != SQLITE_OK)
		return wrong("archive/index.sqlite", sqlite3_errmsg(open_index()));
	sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
	if (sqlite3_step(s) != SQLITE_ROW) {
		wrong(name, "is not in the index");
	} else if (strcmp((const char *)sqlite3_column_text(s, 2), sum) != 0) {
		wrong(name, "has another checksum in the index");
	} else {
		snprintf(path, sizeof(path), "archive/%s", sqlite3_column_text(s, 0));
		if (stat(path, &st) < 0 || st.st_size != sqlite3_column_int64(s, 1))
			wrong(path, "is missing, or has not the length that the index says");
		else
			good = becomes(path, capture);
	}
	sqlite3_finalize(s);
	return good;
}

/* Files that have the name of a capture; in the archive's own directory all. */
static long files_in(const char *dir, bool all)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	long n = 0;

	while (d != NULL && (e = readdir(d)) != NULL) {
		char path[4096];
		struct stat st;

		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
		    lstat(path, &st) < 0)
			continue;
		if (S_ISDIR(st.st_mode))
			n += files_in(path, all || strcmp(e->d_name, ".work") == 0);
		else if (S_ISREG(st.st_mode) && (all || strncmp(e->d_name, "trace-", 6) == 0))
			n++;
	}
	if (d != NULL)
		closedir(d);
	return n;
}

static bool none_is_done(void)
{
	DIR *d = opendir("done");
	struct dirent *e;
	bool none = d != NULL;

	while (none && (e = readdir(d)) != NULL)
		if (strncmp(e->d_name, "trace-", 6) == 0)
			none = wrong(e->d_name, "is in done still");
	if (d != NULL)
		closedir(d);
	return none;
}

int main(int argc, char **argv)
{
	bool once = argc > 1 && strcmp(argv[1], "once") == 0;
	char sum[65], capture[4096], done[4096 + 8];
	FILE *sums = argc > 2 ? fopen(argv[2], "r") : NULL;
	long n = 0;

	if (sums == NULL || (!once && strcmp(argv[1], "there") != 0)) {
		fputs("usage: archived once|there SUMS\n", stderr);
		return 2;
	}
	if (once && !none_is_done())
		return 1;
	while (fscanf(sums, "%64s %4095[^\n]", sum, capture) == 2) {
		const char *name = strrchr(capture, '/');

		name = name == NULL ? capture : name + 1;
		snprintf(done, sizeof(done), "done/%s", name);
		if (!once && access(done, F_OK) == 0) {
			if (!same_file(done, capture))
				return 1;
		} else if (!as_the_index_says(capture, name, sum)) {
			return 1;
		}
		n++;
	}
	if (n == 0)
		return !wrong(argv[2], "there is no capture");
	if (once && rows() != n)
		return !wrong("archive/index.sqlite", "it has more files than there are captures");
	if (once && files_in("archive", false) != n)
		return !wrong("archive", "it has more files than there are captures");
	return 0;
}
