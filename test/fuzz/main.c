/* main: runs a fuzz target over the files that are named, or standard input: for compilers
 * without libFuzzer, for coverage, and to look at a finding with a debugger. */
#include "fuzz.h"

static void run(FILE *f, const char *name)
{
	size_t room = 1u << 20, len = 0, n;
	uint8_t *data = malloc(room), *exact;

	if (!f || !data) {
		perror(name);
		exit(1);
	}
	while (len < room && (n = fread(data + len, 1, room - len, f)) > 0)
		len += n;
	/* of its very size, so that a sanitizer sees what lies behind it */
	exact = malloc(len ? len : 1);
	if (!exact)
		exit(1);
	memcpy(exact, data, len);
	LLVMFuzzerTestOneInput(exact, len);
	free(exact);
	free(data);
}

int main(int argc, char **argv)
{
	if (argc < 2)
		run(stdin, "standard input");
	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");

		run(f, argv[i]);
		fclose(f);
	}
	printf("%d inputs\n", argc < 2 ? 1 : argc - 1);
	return 0;
}
