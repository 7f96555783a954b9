/* test_unfinished: which file is finished, what is left of it, and what is never touched. */
#include "tap.h"

#include <sys/file.h>
#include <sys/syscall.h>

#include "base/bytes.h"
#include "record/unfinished.h"
#include "support.h"

#define NAME "trace-c-20261106_212000.pcap"

static int base, done;
static uint8_t image[4096];
static size_t image_len;
static uint8_t buffer[UNFINISHED_BUFFER];
static struct unfinished u;

static void pcap_file(unsigned records)
{
	static const uint8_t header[24] = {0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, [17] = 1, [20] = 1};

	memset(image, 0, sizeof(image));
	memcpy(image, header, sizeof(header));
	image_len = sizeof(header);
	for (unsigned i = 0; i < records; i++) {
		bytes_store32(image + image_len + 8, 10, false);
		bytes_store32(image + image_len + 12, 10, false);
		image_len += 26;
	}
}

static void put(const char *name, size_t len, mode_t mode)
{
	unlinkat(base, name, 0);
	write_file(base, name, image, len);
	if (fchmodat(base, name, mode, 0) != 0)
		support_die(name);
}

static bool exists(int dir, const char *name)
{
	return faccessat(dir, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static enum unfinished_end finish(void)
{
	if (unfinished_take(&u, base, NAME) != UNFINISHED_TAKEN)
		support_die("take");
	u.file.done = done;
	return unfinished_finish(&u, buffer);
}

static mode_t mode_of(int dir, const char *name)
{
	struct stat st;

	return fstatat(dir, name, &st, 0) == 0 ? st.st_mode & 07777 : 0;
}

/* What others do meanwhile: the next lock comes after it. */
static void (*meanwhile)(int fd);

int flock(int fd, int how)
{
	void (*now)(int) = meanwhile;

	meanwhile = NULL;
	if (now)
		now(fd);
	return (int)syscall(SYS_flock, fd, how);
}

static void rename_other(void)
{
	if (renameat(base, "other", base, NAME) != 0)
		support_die("rename");
}

static void exchange_after_open(int fd)
{
	(void)fd;
	rename_other();
}

/* As if it had been opened only then. */
static void exchange_before_open(int fd)
{
	int other;

	rename_other();
	other = openat(base, NAME, O_RDONLY | O_CLOEXEC);
	if (other < 0 || dup3(other, fd, O_CLOEXEC) < 0)
		support_die("dup3");
	close(other);
}

static void test_exchanged(void)
{
	pcap_file(1);
	for (int i = 0; i < 2; i++) {
		put(NAME, image_len, 01440);
		put("other", image_len, 01440);
		meanwhile = i ? exchange_after_open : exchange_before_open;
		IS_INT(unfinished_take(&u, base, NAME), UNFINISHED_NOT,
		    i ? "another file has the name since it was opened"
		      : "another file than that which was looked at");
	}
	unlinkat(base, NAME, 0);
}

static void test_taken(void)
{
	int fd;

	pcap_file(1);
	IS_INT(unfinished_take(&u, base, NAME), UNFINISHED_NOT, "no file");
	put(NAME, image_len, 0440);
	IS_INT(unfinished_take(&u, base, NAME), UNFINISHED_NOT, "without the mark");
	put(NAME, image_len, 01000);
	IS_INT(unfinished_take(&u, base, NAME), UNFINISHED_NOT, "that its owner may not read");
	put(NAME, image_len, 01440);
	fd = openat(base, NAME, O_RDONLY | O_CLOEXEC);
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		support_die("flock");
	IS_INT(unfinished_take(&u, base, NAME), UNFINISHED_RECORDED, "locked");
	close(fd);
	IS_INT(unfinished_take(&u, base, NAME), UNFINISHED_TAKEN, "marked and unlocked");
	IS_INT(u.file.mode, 0440, "its mode without the mark");
	fd = openat(base, NAME, O_RDONLY | O_CLOEXEC);
	OK(flock(fd, LOCK_EX | LOCK_NB) != 0, "it is locked now");
	close(fd);
	close(u.file.fd);
	unlinkat(base, NAME, 0);
	if (mkdirat(base, NAME, 01700) != 0 || fchmodat(base, NAME, 01700, 0) != 0)
		support_die("mkdir");
	IS_INT(unfinished_take(&u, base, NAME), UNFINISHED_NOT, "a directory");
	unlinkat(base, NAME, AT_REMOVEDIR);
	put("other", image_len, 01440);
	if (symlinkat("other", base, NAME) != 0)
		support_die("symlink");
	IS_INT(unfinished_take(&u, base, NAME), UNFINISHED_NOT, "a link to one");
	unlinkat(base, NAME, 0);
	if (geteuid() == 0) {
		put(NAME, image_len, 01440);
		if (fchownat(base, NAME, 65534, (gid_t)-1, 0) != 0 ||
		    fchmodat(base, NAME, 01440, 0) != 0)
			support_die("chown");
		IS_INT(unfinished_take(&u, base, NAME), UNFINISHED_FOREIGN, "of another user");
		unlinkat(base, NAME, 0);
	}
}

/* Cut at every offset: the whole records are published, or nothing is left. */
static void test_cut(void)
{
	pcap_file(2);
	for (size_t cut = 0; cut <= image_len; cut++) {
		size_t whole = cut < 50 ? 0 : cut < 76 ? 50 : 76, len = 0;
		enum unfinished_end end;
		uint8_t *got;

		put(NAME, cut, 01440);
		end = finish();
		if (exists(base, NAME))
			OK(false, "cut at %zu: still in base-path", cut);
		if (whole == 0) {
			if (end != UNFINISHED_REMOVED || exists(done, NAME))
				OK(false, "cut at %zu: removed", cut);
			continue;
		}
		got = read_file(done, NAME, &len);
		if (end != UNFINISHED_PUBLISHED || len != whole || memcmp(got, image, whole) != 0 ||
		    u.packets != (whole - 24) / 26 || u.as_it_is || mode_of(done, NAME) != 0440)
			OK(false, "cut at %zu: %zu bytes are published, end %d", cut, len, end);
		free(got);
		unlinkat(done, NAME, 0);
	}
	OK(true, "cut at every offset");
}

static void test_as_it_is(void)
{
	pcap_file(2);
	bytes_store32(image + 50 + 8, 70000, false); /* longer than any frame */
	put(NAME, image_len, 01440);
	IS_INT(finish(), UNFINISHED_PUBLISHED, "what no crash leaves behind the whole records");
	OK(u.as_it_is && u.whole == 50 && u.packets == 1, "is told");
	{
		size_t len;
		uint8_t *got = read_file(done, NAME, &len);

		OK(len == image_len && memcmp(got, image, len) == 0, "and kept");
		free(got);
	}
	unlinkat(done, NAME, 0);
	pcap_file(1);
	bytes_store32(image + 24 + 8, 70000, false);
	put(NAME, image_len, 01440);
	IS_INT(finish(), UNFINISHED_PUBLISHED, "what no crash leaves behind the header alone");
	OK(u.as_it_is && u.whole == 24 && exists(done, NAME), "is kept, too");
	pcap_file(1);
	put(NAME, image_len, 01440);
	IS_INT(finish(), UNFINISHED_PUBLISHED, "a name that is taken");
	OK(u.renamed && strcmp(u.file.name, NAME) != 0 && exists(done, u.file.name),
	    "gets the next number");
	unlinkat(done, u.file.name, 0);
	unlinkat(done, NAME, 0);
}

/* A gap, then whole records: nothing behind a gap was recorded, and nothing is cut there. */
static void test_gap(void)
{
	int fd;

	pcap_file(1);
	put(NAME, image_len, 0600);
	fd = openat(base, NAME, O_WRONLY | O_CLOEXEC);
	if (ftruncate(fd, (off_t)1 << 40) != 0 || fchmod(fd, 01440) != 0)
		support_die("ftruncate");
	close(fd);
	IS_INT(finish(), UNFINISHED_PUBLISHED, "a gap of a terabyte at the end");
	OK(u.packets == 1 && u.whole == 50 && !u.as_it_is, "is cut off");
	unlinkat(done, NAME, 0);
}

/* Zeros at the end were never written; the same before a packet, or before what is no packet, were.
 */
static void test_zeros(void)
{
	pcap_file(1);
	image_len = 26 * 2 + 24 + 16 * 3 + 7; /* zeros, the last packet of them torn */
	memset(image + 50, 0, image_len - 50);
	put(NAME, image_len, 01440);
	IS_INT(finish(), UNFINISHED_PUBLISHED, "a packet and zeros");
	OK(u.packets == 1 && u.whole == 50 && !u.as_it_is, "the zeros are cut off");
	unlinkat(done, NAME, 0);
	pcap_file(3);
	memset(image + 50, 0, 16);
	memmove(image + 66, image + 76, 26);
	image_len = 66 + 26;
	put(NAME, image_len, 01440);
	IS_INT(finish(), UNFINISHED_PUBLISHED, "zeros before a packet");
	OK(u.packets == 3 && u.whole == image_len && !u.as_it_is, "are a packet");
	unlinkat(done, NAME, 0);
	pcap_file(0);
	memset(image + 24, 0, 64);
	put(NAME, 24 + 64, 01440);
	IS_INT(finish(), UNFINISHED_REMOVED, "nothing but zeros");
	pcap_file(1);
	memset(image + 50, 0, 32);
	bytes_store32(image + 82 + 8, 70000, false);
	put(NAME, 50 + 32 + 16, 01440);
	IS_INT(finish(), UNFINISHED_PUBLISHED, "zeros before what no crash leaves");
	OK(u.as_it_is && u.packets == 3, "are kept with it");
	unlinkat(done, NAME, 0);
}

/* The same where zeros are no record. */
static void test_zeros_elsewhere(void)
{
	static const uint8_t section[28] = {0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 0x4d, 0x3c, 0x2b,
	    0x1a, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 28};
	static const uint8_t interface[20] = {1, 0, 0, 0, 20, 0, 0, 0, 1, [16] = 20};
	static const uint8_t packet[36] = {
	    6, 0, 0, 0, 36, [20] = 4, [24] = 4, 1, 2, 3, 4, [32] = 36};

	memset(image, 0, sizeof(image));
	put(NAME, sizeof(image), 01440);
	IS_INT(finish(), UNFINISHED_REMOVED, "nothing but zeros, not even a header");
	memcpy(image, section, sizeof(section));
	memcpy(image + 28, interface, sizeof(interface));
	memcpy(image + 48, packet, sizeof(packet));
	put(NAME, 84 + 160, 01440);
	IS_INT(finish(), UNFINISHED_PUBLISHED, "zeros behind a block of pcapng");
	OK(u.whole == 84 && u.packets == 1 && !u.as_it_is, "are cut off");
	unlinkat(done, NAME, 0);
	image[84 + 159] = 1;
	put(NAME, 84 + 160, 01440);
	IS_INT(finish(), UNFINISHED_PUBLISHED, "zeros and then something");
	OK(u.whole == 84 && u.as_it_is, "are kept");
	unlinkat(done, NAME, 0);
}

/* In one directory, publication is the mark that goes. */
static void test_in_place(void)
{
	pcap_file(1);
	put(NAME, image_len - 1, 01440);
	if (unfinished_take(&u, base, NAME) != UNFINISHED_TAKEN)
		support_die("take");
	IS_INT(unfinished_finish(&u, buffer), UNFINISHED_REMOVED, "no whole record");
	put(NAME, image_len, 01440);
	if (unfinished_take(&u, base, NAME) != UNFINISHED_TAKEN)
		support_die("take");
	IS_INT(unfinished_finish(&u, buffer), UNFINISHED_PUBLISHED, "files that stay in base-path");
	IS_INT(mode_of(base, NAME), 0440, "lose the mark");
	IS_INT(unfinished_take(&u, base, NAME), UNFINISHED_NOT, "and are finished");
}

int main(void)
{
	char *dir = temporary_directory();
	int at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (mkdirat(at, "rec", 0700) != 0 || mkdirat(at, "done", 0700) != 0)
		support_die(dir);
	base = openat(at, "rec", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	done = openat(at, "done", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	test_taken();
	test_exchanged();
	test_cut();
	test_as_it_is();
	test_gap();
	test_zeros();
	test_zeros_elsewhere();
	test_in_place();
	remove_directory(dir);
	return tap_done();
}
