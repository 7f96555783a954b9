/* unframe: what is in a recorded stream, on standard input, for the tests.
 * usage: unframe [K]          the capture file that it must become: the payloads, a repeated link
 *                             header left out; of several the K-th one (default: 1)
 *
 *        unframe -c FILE [K]  whether FILE is that capture file, and says where it is not
 *
 *        unframe -n [TYPE]    how many frames it has (of that type) */
#include "frames.h"

static void count(const struct bytebuf *stream, const char *type)
{
	struct frame f;
	unsigned long n = 0;

	for (size_t at = 0; frames_next(stream, &at, &f);)
		n += *type == '\0' || f.type == atoi(type);
	printf("%lu\n", n);
}

/* As cmp(1), which would be another process at each look at a file that grows. */
static int compare(const struct bytebuf *want, const char *path)
{
	struct bytebuf is = {0};
	FILE *f = fopen(path, "rb");
	size_t at = 0;

	if (f == NULL) {
		perror(path);
		return 2;
	}
	bytebuf_read(&is, f);
	fclose(f);
	while (at < is.len && at < want->len && is.at[at] == want->at[at])
		at++;
	if (is.len == want->len && at == is.len)
		return 0;
	fprintf(stderr, "%s has %zu bytes, what was sent makes %zu; they differ from byte %zu on\n",
	    path, is.len, want->len, at + 1);
	return 1;
}

int main(int argc, char **argv)
{
	struct bytebuf stream = {0}, file = {0};

	bytebuf_read(&stream, stdin);
	if (argc > 1 && strcmp(argv[1], "-n") == 0) {
		count(&stream, argc > 2 ? argv[2] : "");
		return 0;
	}
	if (argc > 2 && strcmp(argv[1], "-c") == 0) {
		frames_capture(&stream, argc > 3 ? strtoul(argv[3], NULL, 10) : 1, &file);
		return compare(&file, argv[2]);
	}
	frames_capture(&stream, argc > 1 ? strtoul(argv[1], NULL, 10) : 1, &file);
	return fwrite(file.at, 1, file.len, stdout) != file.len;
}
