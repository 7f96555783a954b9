/* test_identity: which row of the index was made of a capture, where names and lengths repeat. */
#include "tap.h"
#include "support.h"

#include "read/identity.h"
#include "record/capfile.h"

#define NAME "trace-foo-20261128_100000"

static struct facts facts = {.packets = 3, .timed = 3, .first = 10, .last = 12};
static struct store_row row = {.client = "foo",
    .name = NAME "_001.pcap",
    .ended = 1000,
    .bytes = 200,
    .packets = 3,
    .timed = true,
    .first = 10,
    .last = 12};

static enum identity_fit fits(const char *name, const struct facts *f)
{
	struct identity i = {
	    .client = "foo", .name = name, .ended = 1000, .bytes = 200, .facts = f};

	return identity_fits(&i, &row);
}

/* Of an open file whose path was `path` when it was found. */
static bool named(int fd, const char *dir, const char *path, const char *name)
{
	char found[4096], now[CAPNAME_MAX];

	snprintf(found, sizeof(found), "%s/%s", dir, path);
	return identity_name_now(fd, found, now) && strcmp(now, name) == 0;
}

static void test_names(void)
{
	char *dir = temporary_directory();
	int at = open(dir, O_RDONLY | O_DIRECTORY), fd;
	struct stat st;

	write_file(at, NAME ".pcap", "x", 1);
	fd = openat(at, NAME ".pcap", O_RDONLY);
	OK(named(fd, dir, NAME ".pcap", NAME ".pcap"), "a file has its name");
	renameat(at, NAME ".pcap", at, NAME "_002.pcap");
	OK(named(fd, dir, NAME ".pcap", NAME "_002.pcap"), "or another one by now");
	unlinkat(at, NAME "_002.pcap", 0);
	OK(named(fd, dir, NAME ".pcap", NAME "_002.pcap"), "or had it when it went");
	OK(!named(fd, dir, NAME "_002.pcap", NAME "_002.pcap"),
	    "where its name never changed, it may have had a second one");
	OK(!named(fd, dir, "trace-bar-20261128_100000.pcap", ""),
	    "the name of another one is none");
	fstat(fd, &st);
	OK(capfile_is_finished(&st), "what has no name is finished");
	st.st_nlink = 1;
	st.st_mode |= CAPFILE_MARK;
	OK(!capfile_is_finished(&st), "what is marked is not");
	close(fd);
	close(at);
	remove_directory(dir);
}

int main(void)
{
	struct facts other = facts;

	OK(fits(NAME "_001.pcap", NULL) == IDENTITY_EXACT, "the name");
	OK(fits(NAME "_001.pcap", &facts) == IDENTITY_EXACT, "and the packets");
	OK(fits(NAME ".pcap", &facts) == IDENTITY_RENUMBERED, "the packets, and another number");
	OK(fits(NAME "_002.pcapng", &facts) == IDENTITY_NONE, "another format");
	OK(fits("trace-foo-20261128_100001.pcap", &facts) == IDENTITY_NONE, "another second");
	other.last++;
	OK(fits(NAME "_001.pcap", &other) == IDENTITY_NONE, "the name, and other packets");
	other = facts;
	other.packets++;
	OK(fits(NAME "_001.pcap", &other) == IDENTITY_NONE, "more packets");
	other = facts;
	other.timed = 0;
	OK(fits(NAME "_001.pcap", &other) == IDENTITY_NONE, "packets without times");
	row.bytes++;
	OK(fits(NAME "_001.pcap", NULL) == IDENTITY_NONE, "another length");
	row.bytes--;
	row.ended++;
	OK(fits(NAME "_001.pcap", NULL) == IDENTITY_NONE, "another end");
	row.ended--;
	row.client = "bar";
	OK(fits(NAME "_001.pcap", NULL) == IDENTITY_NONE, "another client");
	test_names();
	return tap_done();
}
