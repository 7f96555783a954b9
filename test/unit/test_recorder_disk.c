/* test_recorder_disk: limits of the filesystem and full disks. */
#include "recorder_world.h"

/* ---- limits of the file system ---- */

/* EFBIG: a new file, and at once again: a storage error. Nothing may be printed meanwhile, for
 * the output may be a file as well. */
static void test_file_limit(void)
{
	struct rlimit before, limit;
	struct sigaction old, ignore = {.sa_handler = SIG_IGN};
	size_t n = 0;
	enum recorder_status first;

	getrlimit(RLIMIT_FSIZE, &before);
	limit = before;
	limit.rlim_cur = 4096;
	sigaction(SIGXFSZ, &ignore, &old);
	fflush(stdout);

	begin();
	init();
	clear();
	pcap_header(1);
	frame(0);
	for (; n < 100; n++) {
		record(84);
		frame(1);
	}
	setrlimit(RLIMIT_FSIZE, &limit);
	for (size_t at = 0; at < in_len; at += 700)
		feed(in + at, in_len - at < 700 ? in_len - at : 700);
	first = status;
	record(5000); /* does not fit into any file */
	in_len = 0;
	frame(1);
	go();
	recorder_close_file(&r, "error");
	setrlimit(RLIMIT_FSIZE, &before);
	sigaction(SIGXFSZ, &old, NULL);

	IS_INT(first, RECORDER_OK, "EFBIG: goes on in a new file");
	IS_INT(status, RECORDER_STORAGE, "EFBIG again at once: a storage error");
	OK(r.reason[0] != 0, "EFBIG again at once: reason \"%s\"", r.reason);
	IS_INT(stats.packets, 101, "EFBIG: packets that were accepted");
	recorder_free(&r);
	unsigned long packets = 0;
	for (const char *p = events; (p = strstr(p, "packets=")); p++)
		packets += strtoul(p + 8, NULL, 10);
	IS_INT(packets, 100, "EFBIG: every packet is in a file");
	OK(strstr(events, "published " STAMP ".pcap ") && strstr(events, STAMP "_001.pcap"),
	    "EFBIG: the first is published, a second opened");
	OK(!strstr(events, "packets=0 "), "EFBIG: no file without a packet is published");
	size_t torn = 0, total = 0;
	char name[64];
	for (unsigned i = 0; i < 9; i++) {
		struct stat st;

		snprintf(name, sizeof(name), i ? STAMP "_%03u.pcap" : STAMP ".pcap", i);
		if (fstatat(done, name, &st, 0) != 0 && fstatat(base, name, &st, 0) != 0)
			continue;
		torn += st.st_size != 0 && (st.st_size - 24) % 100 != 0;
		total += st.st_size > 24 ? (size_t)st.st_size - 24 : 0;
		torn += st.st_size > 4096;
	}
	IS_INT(torn, 0, "EFBIG: every file is whole");
	IS_INT(total, 10000, "EFBIG: no record is lost, none is there twice");
}

/* The interface that a packet is of must be the same in every file that holds a part of the
 * stream: the high half of the time tells the link type. */
static unsigned wrong_interfaces(const uint8_t *p, size_t len, unsigned *packets)
{
	uint32_t link[64];
	unsigned n = 0, wrong = 0;

	for (size_t at = 0; at + 12 <= len;) {
		uint32_t type = bytes_load32(p + at, false),
			 total = bytes_load32(p + at + 4, false);

		if (total < 12 || total > len - at)
			return wrong + 1;
		if (type == 1 && n < COUNT(link))
			link[n++] = bytes_load32(p + at + 8, false);
		if (type == 6) {
			uint32_t i = bytes_load32(p + at + 8, false);

			wrong += i >= n || link[i] != bytes_load32(p + at + 12, false);
			++*packets;
		}
		at += total;
	}
	return wrong;
}

static void epb_of(uint32_t interface, uint32_t link)
{
	payload_len = 0;
	epb(interface, 56); /* 88 */
	bytes_store32(payload + 12, link, false);
	frame(1);
}

/* EFBIG while interfaces are described in the bytes that are still to be written. */
static void test_file_limit_interfaces(void)
{
	struct rlimit before, limit;
	struct sigaction old, ignore = {.sa_handler = SIG_IGN};
	unsigned wrong = 0, packets = 0;
	char name[64];

	getrlimit(RLIMIT_FSIZE, &before);
	limit = before;
	limit.rlim_cur = 4096;
	sigaction(SIGXFSZ, &ignore, &old);
	begin();
	init();
	clear();
	section();
	frame(0);
	for (unsigned i = 0; i < 80; i++) {
		if (i == 40 || i == 60) {
			payload_len = 0;
			idb(i == 40 ? 113 : 101, 0);
			frame(1);
		}
		epb_of(i < 40   ? 0
		       : i < 60 ? i % 2
				: i % 3,
		    i < 40       ? 1
		    : i < 60     ? (i % 2 ? 113 : 1)
		    : i % 3 == 0 ? 1
		    : i % 3 == 1 ? 113
				 : 101);
	}
	fflush(stdout);
	setrlimit(RLIMIT_FSIZE, &limit);
	go();
	payload_len = 0;
	idb(50, 0);
	frame(1);
	for (unsigned i = 0; i < 4; i++)
		epb_of(i, i == 0 ? 1 : i == 1 ? 113 : i == 2 ? 101 : 50);
	go();
	end("closed");
	setrlimit(RLIMIT_FSIZE, &before);
	sigaction(SIGXFSZ, &old, NULL);
	IS_INT(status, RECORDER_OK, "EFBIG among interfaces: goes on");
	for (unsigned i = 0; i < 9; i++) {
		size_t len;
		uint8_t *p;

		snprintf(name, sizeof(name), i ? STAMP "_%03u.pcapng" : STAMP ".pcapng", i);
		p = read_file(done, name, &len);
		if (p)
			wrong += wrong_interfaces(p, len, &packets);
		free(p);
	}
	IS_INT(packets, 84, "EFBIG among interfaces: every packet is stored");
	IS_INT(wrong, 0, "EFBIG among interfaces: every packet is of its interface");
}

static int small = -1;

static bool whole_now(void)
{
	struct stat st;

	return fstatat(base, STAMP ".pcap", &st, 0) == 0 && st.st_size % 1016 == 24;
}

static unsigned torn_waits;

static bool free_at_third(int error, unsigned attempt)
{
	(void)error;
	torn_waits += !whole_now();
	if (attempt == 2)
		unlinkat(small, "filler", 0);
	return attempt < 10;
}

static bool give_up(int error, unsigned attempt)
{
	(void)error;
	return attempt < 3;
}

static bool free_inodes(int error, unsigned attempt)
{
	char name[16];

	(void)error;
	if (attempt == 1)
		for (unsigned i = 0; i < 64; i++) {
			snprintf(name, sizeof(name), "i%u", i);
			unlinkat(small, name, 0);
		}
	return attempt < 10;
}

static void fill(size_t leave)
{
	static const uint8_t zeros[4096];
	int fd = openat(small, "filler", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	off_t size = 0;

	if (fd < 0)
		support_die("filler");
	while (write(fd, zeros, sizeof(zeros)) == (ssize_t)sizeof(zeros))
		size += (off_t)sizeof(zeros);
	if (ftruncate(fd, size - (off_t)leave) != 0)
		support_die("filler");
	close(fd);
}

/* The payload and, behind it, another section with a packet, as one frame of data. */
static void in_two_sections(void)
{
	static uint8_t first[sizeof(payload)];
	size_t len = payload_len;

	memcpy(first, payload, len);
	section();
	epb(0, 40);
	memmove(payload + len, payload, payload_len);
	memcpy(payload, first, len);
	payload_len += len;
	frame(1);
}

/* In a file system of 64 KB with 40 inodes. */
static void full_disk(void)
{
	const char *p;
	unsigned n = 0;

	/* room comes back */
	fill(3 * 4096);
	begin();
	init();
	clear();
	pcap_header(1);
	expect();
	frame(0);
	for (unsigned i = 0; i < 30; i++) {
		record(1000);
		expect();
		frame(1);
	}
	no_room = free_at_third;
	feed(in, 9000);
	feed(in + 9000, in_len - 9000);
	IS_INT(status, RECORDER_OK, "disk full: goes on when there is room");
	IS_INT(torn_waits, 0, "disk full: the file is whole while waiting");
	OK(strstr(events, "full ENOSPC 0\nfull ENOSPC 1\nfull ENOSPC 2\nroom\n"),
	    "disk full: attempts are counted, the end is told");
	for (p = events; (p = strstr(p, "room\n")); p++)
		n++;
	IS_INT(n, 1, "disk full: the end is told once");
	end("closed");
	is_file(done, STAMP ".pcap", 0440, "disk full: nothing is lost, one file");
	IS_INT(count(done), 1, "disk full: the same file goes on");

	/* it does not */
	begin();
	fill(3 * 4096);
	init();
	no_room = give_up;
	feed(in, in_len);
	IS_INT(status, RECORDER_STORAGE, "disk full: giving up is a storage error");
	OK(r.reason[0] != 0, "disk full: reason \"%s\"", r.reason);
	OK(!strstr(events, "room\n"), "disk full: no room is not told as room");
	OK(whole_now(), "disk full: the file is whole after giving up");
	recorder_close_file(&r, "error");
	p = strstr(events, "error packets=");
	n = p ? (unsigned)atoi(p + 14) : 0;
	OK(n > 0 && n < 30, "disk full: %u of 30 are stored", n);
	IS_INT(r.lost, 30 - n, "disk full: the others are counted as lost");
	if (exists(done, STAMP ".pcap")) {
		want_len = 24 + (size_t)n * 1016;
		is_file(done, STAMP ".pcap", 0440, "disk full: published as it is");
	} else {
		OK(exists(base, STAMP ".pcap"), "disk full: the file is there");
	}
	recorder_free(&r);
	unlinkat(small, "filler", 0);

	/* while it waits storing ends: before there is a file, in its head, and between packets */
	for (size_t leave = 0; leave < 4; leave += 3) {
		const struct recorder_live l = {.max_snaplen = 9000, .mode = 0440, .rotate_mod = 1};
		size_t stored;

		begin();
		fill(leave * 4096);
		init();
		store_ends = true;
		feed(in, in_len);
		IS_INT(status, RECORDER_OK, "disk full, store = false: goes on");
		recorder_change(&r, &l, base, NULL);
		stored = count(done);
		IS_INT(stored, leave > 0, "disk full, store = false: what is stored is published");
		IS_INT(count(base), 0, "disk full, store = false: nothing is left");
		unlinkat(small, "filler", 0);
		IS_INT(stats.packets, 30, "disk full, store = false: all are counted");
		OK(leave == 0 || (r.out.dropped > 0 && r.out.dropped < 30),
		    "disk full, store = false: %u waited", (unsigned)r.out.dropped);
		OK(!strstr(events, "room\n"),
		    "disk full, store = false: no room is not told as room");
		feed(in + in_len - 1020, 1020);
		IS_INT(stats.files, stored, "disk full, store = false: nothing more is stored");
		end("closed");
	}

	/* not even room for the first packet */
	begin();
	fill(0);
	init();
	no_room = give_up;
	feed(in, in_len);
	IS_INT(status, RECORDER_STORAGE, "disk full from the start: a storage error");
	end("error");
	IS_INT(r.lost, 30, "disk full from the start: all is lost");
	OK(!strstr(events, "packets=0 "), "disk full from the start: nothing is published");
	IS_INT(count(base) + count(done), 0, "disk full from the start: no file");
	unlinkat(small, "filler", 0);

	/* no inode for a new file */
	begin();
	for (unsigned i = 0; i < 64; i++) {
		char name[16];
		int fd;

		snprintf(name, sizeof(name), "i%u", i);
		fd = openat(small, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (fd >= 0)
			close(fd);
	}
	init();
	no_room = free_inodes;
	feed(in, in_len);
	IS_INT(status, RECORDER_OK, "no inode: goes on when there is one");
	OK(strstr(events, "full ENOSPC 0\nfull ENOSPC 1\n"), "no inode: waited for room");
	OK(strstr(events, "room\n"), "no inode: the end is told");
	end("closed");
	want_len = 24 + 30 * 1016;
	is_file(done, STAMP ".pcap", 0440, "no inode: nothing is lost");
}

static bool delete_file(int error, unsigned attempt)
{
	(void)error;
	if (attempt == 1)
		unlinkat(base, STAMP ".pcap", 0);
	return attempt < 10;
}

/* Somebody deletes the file to make room: there is none until it is closed. */
static void full_and_deleted(void)
{
	unsigned there, lost;
	const char *p;

	begin();
	fill(6 * 4096);
	init();
	no_room = delete_file;
	clear();
	pcap_header(1);
	frame(0);
	for (unsigned i = 0; i < 30; i++) {
		record(1000);
		frame(1);
	}
	go();
	end("closed");
	unlinkat(small, "filler", 0);
	IS_INT(status, RECORDER_OK, "deleted on a full disk: goes on");
	p = strstr(events, "deleted " STAMP ".pcap packets=");
	lost = p ? (unsigned)atoi(p + strlen("deleted " STAMP ".pcap packets=")) : 0;
	OK(lost > 0 && strstr(events, "room\nopened " STAMP "_001.pcap\n"),
	    "deleted on a full disk: another is begun");
	p = strstr(events, "_001.pcap closed packets=");
	there = p ? (unsigned)atoi(p + strlen("_001.pcap closed packets=")) : 0;
	IS_INT(there + lost, 30, "deleted on a full disk: what was not in it is in the next");
}

/* The same, full where the second section of a frame begins. */
static void full_within_a_frame(void)
{
	begin();
	fill(3 * 4096);
	init();
	no_room = give_up;
	clear();
	section();
	frame(0);
	go();
	payload_len = 0;
	epb(0, 10000);
	in_two_sections();
	for (unsigned i = 0; i < 5; i++) {
		payload_len = 0;
		epb(0, 40);
		frame(1);
	}
	go();
	IS_INT(status, RECORDER_STORAGE, "disk full within a frame: a storage error");
	end("error");
	OK(strstr(events, " packets=1 "), "disk full within a frame: its first section is stored");
	IS_INT(r.lost, 6, "disk full within a frame: the rest and what is behind it are lost");
	unlinkat(small, "filler", 0);
}

static bool put_line(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	close(fd);
	return ok;
}

/* A file system of its own, in a child that has its own mounts. */
static bool mount_small(const char *path)
{
	char line[64];
	unsigned uid = geteuid(), gid = getegid();

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0) {
		put_line("/proc/self/setgroups", "deny");
		snprintf(line, sizeof(line), "0 %u 1", uid);
		if (!put_line("/proc/self/uid_map", line))
			return false;
		snprintf(line, sizeof(line), "0 %u 1", gid);
		if (!put_line("/proc/self/gid_map", line))
			return false;
	} else if (unshare(CLONE_NEWNS) != 0) {
		return false;
	}
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("small", path, "tmpfs", 0, "size=65536,nr_inodes=40") == 0;
}

static void test_full_disk(void)
{
	int result[2], counts[2] = {0, 0}, state = 0;
	char path[4096];
	pid_t pid;

	snprintf(path, sizeof(path), "%s/small", dir);
	if (mkdir(path, 0755) != 0 || pipe(result) != 0)
		support_die(path);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (!mount_small(path))
			_exit(2);
		close(base);
		close(done);
		small = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		base = open_directory(small, "base");
		done = open_directory(small, "done");
		full_disk();
		full_within_a_frame();
		full_and_deleted();
		fflush(stdout);
		counts[0] = tap_count;
		counts[1] = tap_failed;
		_exit(write(result[1], counts, sizeof(counts)) != sizeof(counts));
	}
	close(result[1]);
	if (pid < 0 || waitpid(pid, &state, 0) != pid)
		support_die("fork");
	if (WIFEXITED(state) && WEXITSTATUS(state) == 2) {
		OK(true, "disk full: no file system of one's own here # skip");
	} else if (read(result[0], counts, sizeof(counts)) == sizeof(counts)) {
		tap_count = counts[0];
		tap_failed = counts[1];
	} else {
		OK(false, "disk full: the child ended with status %x", (unsigned)state);
	}
	close(result[0]);
	rmdir(path);
}

int main(void)
{
	int at = world_open();

	test_file_limit();
	test_file_limit_interfaces();
	test_full_disk();
	return world_close(at);
}
