/* recvwrite: the least that storing a stream can cost: recv and write with the server's buffer, no
 * look at the bytes.
 * usage: recvwrite FILE [CONNECTIONS]
 *   CONNECTIONS: a process each, which writes FILE.N; without, the one connection has no fork */
#include <fcntl.h>
#include <sys/wait.h>

#include "bench.h"

static uint8_t buffer[768 * 1024];

static void store(int in, const char *file)
{
	int out = open(file, O_WRONLY | O_CREAT | O_EXCL, 0600);
	ssize_t n;

	if (in < 0 || out < 0)
		die("recvwrite");
	while ((n = recv(in, buffer, sizeof(buffer), 0)) > 0)
		for (ssize_t at = 0, put; at < n; at += put) {
			put = write(out, buffer + at, (size_t)(n - at));
			if (put < 0)
				die("write");
		}
	if (n < 0 || fdatasync(out) < 0)
		die("recvwrite");
}

int main(int argc, char **argv)
{
	int many = argc == 3 ? atoi(argv[2]) : 0, listener, status = 0;
	char file[4096];

	if (argc < 2)
		die("usage");
	listener = listen_somewhere();
	if (!many)
		store(accept(listener, NULL, NULL), argv[1]);
	for (int i = 0; i < many; i++) {
		int in = accept(listener, NULL, NULL);
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (pid == 0) {
			snprintf(file, sizeof(file), "%s.%d", argv[1], i);
			store(in, file);
			return 0;
		}
		close(in);
	}
	for (int i = 0; i < many; i++) {
		int one;

		wait(&one);
		status |= one;
	}
	return status != 0;
}
