/* test_known: a capture that was archived and removed within a second leaves its name and its inode
 * to the next one, which is another one all the same. */
#include <time.h>

#include "tap.h"
#include "support.h"

#include "read/known.h"

#define NAME "trace-foo-20261128_100000.pcap"

static struct store_row row(const struct stat *st)
{
	return (struct store_row){.client = "foo",
	    .address = "",
	    .name = NAME,
	    .path = NAME,
	    .ended = st->st_mtim.tv_sec,
	    .bytes = (uint64_t)st->st_size};
}

static struct known_file *add(struct known *k, int at, const char *dir, struct stat *st)
{
	char path[4096];
	int fd = openat(at, NAME, O_RDONLY);

	snprintf(path, sizeof(path), "%s/" NAME, dir);
	fstat(fd, st);
	return known_add(k, st, fd, "foo", "", NAME, path);
}

static void set_time(int at, time_t back)
{
	struct timespec t[2];

	clock_gettime(CLOCK_REALTIME, &t[0]);
	t[0].tv_sec -= back;
	t[1] = t[0];
	utimensat(at, NAME, t, 0);
}

/* The same inode, as a filesystem may give it to the next file. */
static void test_next(int at, const char *dir)
{
	struct known k = {0};
	struct stat first, next;
	struct store_row r;

	write_file(at, NAME, "first", 5);
	set_time(at, 0);
	add(&k, at, dir, &first);
	OK(known_listed(&k, first.st_dev, first.st_ino, NAME), "what is open is known");
	known_rest(&k);
	OK(known_find(&k, &first, NAME), "so is it once it is closed");
	OK(!known_listed(&k, first.st_dev, first.st_ino, NAME),
	    "as long as the next one may be called so, its name does not do");
	write_file(at, NAME, "two", 3);
	k.v[0].present = false;
	fstatat(at, NAME, &next, 0);
	OK(next.st_ino == first.st_ino && !known_find(&k, &next, NAME),
	    "the next one is another one");
	add(&k, at, dir, &next);
	OK(known_listed(&k, next.st_dev, next.st_ino, NAME), "and known, then");
	r = row(&first);
	OK(known_match(&k, &r), "the first is what its row was made of, though the next is there");
	OK(!known_match(&k, &r), "once");
	known_free(&k);
	unlinkat(at, NAME, 0);
}

static void test_old(int at, const char *dir)
{
	struct known k = {0};
	struct stat st;

	write_file(at, NAME, "first", 5);
	set_time(at, 10);
	add(&k, at, dir, &st);
	known_rest(&k);
	OK(known_find(&k, &st, NAME) && known_listed(&k, st.st_dev, st.st_ino, NAME),
	    "a name of the past is known in a list");
	known_free(&k);
	unlinkat(at, NAME, 0);
}

int main(void)
{
	char *dir = temporary_directory();
	int at = open(dir, O_RDONLY | O_DIRECTORY);

	test_next(at, dir);
	test_old(at, dir);
	close(at);
	remove_directory(dir);
	return tap_done();
}
