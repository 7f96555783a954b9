/* support: what several unit tests need besides TAP: random numbers that can be repeated,
 * temporary directories, files, and the recorded streams. */
#ifndef SUPPORT_H
#define SUPPORT_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* ---- random numbers: xorshift64*, the same from the same seed everywhere ---- */

static uint64_t random_state = 1;

static inline void random_seed(uint64_t seed)
{
	random_state = seed * 0x9e3779b97f4a7c15u + 1;
}

static inline uint64_t random_next(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return random_state * 0x2545f4914f6cdd1du;
}

/* 0..n-1 */
static inline uint64_t random_below(uint64_t n)
{
	return (random_next() >> 11) % n;
}

/* ---- files ---- */

static inline void support_die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

/* A new private directory; the path is the caller's to free. */
static inline char *temporary_directory(void)
{
	const char *root = getenv("TMPDIR");
	char *path;

	if (asprintf(&path, "%s/osmo-pcap-unit-XXXXXX", root && *root ? root : "/tmp") < 0)
		support_die("memory");
	if (!mkdtemp(path))
		support_die(path);
	return path;
}

/* Removes everything beneath the directory `at`, one level of directories after another. */
static inline void empty_directory(int at)
{
	int fd = openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (!dir)
		support_die("directory");
	while ((e = readdir(dir))) {
		int sub;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (unlinkat(fd, e->d_name, 0) == 0)
			continue;
		sub = openat(fd, e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (sub >= 0) {
			empty_directory(sub);
			close(sub);
			unlinkat(fd, e->d_name, AT_REMOVEDIR);
		}
	}
	closedir(dir);
}

/* Removes a temporary directory with what is in it and frees its path. */
static inline void remove_directory(char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		empty_directory(fd);
		close(fd);
	}
	rmdir(path);
	free(path);
}

/* The whole file, with a NUL behind it; NULL when it cannot be read. */
static inline uint8_t *read_file(int at, const char *path, size_t *len)
{
	int fd = openat(at, path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	uint8_t *data = NULL;

	*len = 0;
	if (fd < 0 || fstat(fd, &st) != 0)
		goto out;
	data = malloc((size_t)st.st_size + 1);
	while (data && *len < (size_t)st.st_size) {
		ssize_t n = read(fd, data + *len, (size_t)st.st_size - *len);

		if (n <= 0)
			break;
		*len += (size_t)n;
	}
	if (data)
		data[*len] = 0;
out:
	if (fd >= 0)
		close(fd);
	return data;
}

/* Creates or replaces a file. */
static inline void write_file(int at, const char *path, const void *data, size_t len)
{
	int fd = openat(at, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, data, len) != (ssize_t)len || close(fd) != 0)
		support_die(path);
}

/* One of the streams in test/streams: "lo-pcap". */
static inline uint8_t *read_stream(const char *name, size_t *len)
{
	const char *root = getenv("SRCDIR");
	char path[4096];
	uint8_t *data;

	snprintf(path, sizeof(path), "%s/streams/%s.stream", root && *root ? root : "test", name);
	data = read_file(AT_FDCWD, path, len);
	if (!data)
		support_die(path);
	return data;
}

#endif
