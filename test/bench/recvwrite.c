/* recvwrite: the least that storing a stream can cost: one connection, recv and write with the
 * server's buffer, no look at the bytes.
 * usage: recvwrite FILE */
#include <fcntl.h>

#include "bench.h"

static uint8_t buffer[128 * 1024];

int main(int argc, char **argv)
{
	int out = argc == 2 ? open(argv[1], O_WRONLY | O_CREAT | O_EXCL, 0600) : -1;
	int in = out < 0 ? -1 : accept(listen_somewhere(), NULL, NULL);
	ssize_t n;

	if (in < 0)
		die("recvwrite");
	while ((n = recv(in, buffer, sizeof(buffer), 0)) > 0)
		for (ssize_t at = 0, put; at < n; at += put) {
			put = write(out, buffer + at, (size_t)(n - at));
			if (put < 0)
				die("write");
		}
	if (n < 0 || fdatasync(out) < 0)
		die("recvwrite");
	return 0;
}
