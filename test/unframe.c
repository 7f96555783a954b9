/* unframe: what is in a recorded stream, on standard input, for the tests.
 * usage: unframe [K]          the capture file that it must become: the payloads, a repeated link
 *                             header left out; the K-th one (default 1) if changed headers make
 * several unframe -n [TYPE]    how many frames it has (of that type) */
#include "frames.h"

static void count(const struct bytebuf *stream, const char *type)
{
	struct frame f;
	unsigned long n = 0;

	for (size_t at = 0; frames_next(stream, &at, &f);)
		n += *type == '\0' || f.type == atoi(type);
	printf("%lu\n", n);
}

int main(int argc, char **argv)
{
	struct bytebuf stream = {0}, file = {0};

	bytebuf_read(&stream, stdin);
	if (argc > 1 && strcmp(argv[1], "-n") == 0) {
		count(&stream, argc > 2 ? argv[2] : "");
		return 0;
	}
	frames_capture(&stream, argc > 1 ? strtoul(argv[1], NULL, 10) : 1, &file);
	return fwrite(file.at, 1, file.len, stdout) != file.len;
}
