/* config: a configuration file, and one that it may include.
 *
 * The input: the configuration, and behind the first NUL the file "inc". What is accepted is
 * printed; that must be accepted, too, and be printed as the same text. Names other than these
 * two lead out of a private directory: includes of anything else are left out. */
#include "fuzz.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/config.h"

static void write_file(const char *name, const void *data, size_t len)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	MUST(fd >= 0 && write(fd, data, len) == (ssize_t)len, "cannot write %s", name);
	close(fd);
}

static void private_directory(void)
{
	char path[200];
	const char *in = getenv("FUZZ_DIR");
	static bool there;

	if (there)
		return;
	snprintf(path, sizeof(path), "%s/fuzz-XXXXXX", in ? in : "/dev/shm");
	MUST(mkdtemp(path) && chdir(path) == 0, "no directory in FUZZ_DIR or /dev/shm");
	there = true;
}

/* The fuzzer shall not read files of the machine. */
static bool leads_out(const char *text)
{
	for (const char *at = text; (at = strstr(at, "@include")); at++) {
		const char *quote = at + strlen("@include");

		quote += strspn(quote, " \t");
		if (*quote == '"' && strncmp(quote, "\"inc\"", 5) != 0)
			return true;
	}
	return false;
}

static char *printed(const struct config *c)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	MUST(f, "memory");
	config_print(c, f);
	fclose(f);
	return text;
}

static struct config *load(const char *name, char **text)
{
	struct problems problems = {0};
	struct config *c = config_examine(name, &problems);
	FILE *nowhere = fopen("/dev/null", "w");

	MUST(nowhere, "/dev/null");
	MUST(c || problems.errors > 0, "no result, and no error");
	problems_print(&problems, nowhere);
	fclose(nowhere);
	if (problems.errors > 0) {
		config_free(c);
		c = NULL;
	}
	problems_free(&problems);
	*text = c ? printed(c) : NULL;
	return c;
}

static void fixed_point(const char *first)
{
	char *second;
	struct config *c;

	write_file("printed", first, strlen(first));
	c = load("printed", &second);
	MUST(c, "what was printed is refused:\n%s", first);
	MUST(strcmp(first, second) == 0, "printed:\n%s\nand then:\n%s", first, second);
	config_free(c);
	free(second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	size_t cut = strnlen((const char *)data, len);
	const uint8_t *rest = cut < len ? data + cut + 1 : data + cut;
	size_t nrest = len - (size_t)(rest - data);
	char *all = malloc(len + 1), *text;
	struct config *c;

	MUST(all, "memory");
	memcpy(all, data, len);
	for (size_t i = 0; i < len; i++)
		if (!all[i])
			all[i] = ' ';
	all[len] = '\0';
	if (!leads_out(all)) {
		private_directory();
		write_file("cfg", data, cut);
		write_file("inc", rest, nrest);
		c = load("cfg", &text);
		if (c)
			fixed_point(text);
		config_free(c);
		free(text);
	}
	free(all);
	return 0;
}
