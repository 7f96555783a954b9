/* main: osmo-pcap-vty2cfg, from its options to its exit status.
 *
 * Reads the whole input, has it parsed, checked and printed. Refuses to write anywhere but to
 * standard output, and problems to standard error. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cmdline.h"
#include "base/exitcode.h"
#include "base/io.h"
#include "base/problem.h"
#include "vty2cfg/check.h"
#include "vty2cfg/parse.h"
#include "vty2cfg/print.h"

#define TEXT_MAX (16u << 20)

static const char usage_text[] =
    "usage: osmo-pcap-vty2cfg [FILE]\n"
    "       osmo-pcap-vty2cfg -h | -V\n"
    "Turns a configuration of the original osmo-pcap-server into one of this one.\n"
    "Without FILE, or with -, from standard input; the result goes to standard output.\n"
    "  -h, --help    -V, --version\n";

static const struct cmdline self = {
    .program = "osmo-pcap-vty2cfg", .usage = usage_text, .wrong = EXITCODE_USAGE};

static int failed(const char *what, const char *why)
{
	fprintf(stderr, "osmo-pcap-vty2cfg: %s: %s\n", what, why);
	return EXITCODE_FAILURE;
}

/* The whole file in memory, or NULL and why. */
static char *read_all(FILE *f, size_t *len, const char **why)
{
	char *text = malloc(TEXT_MAX + 1);

	*why = NULL;
	if (!text) {
		*why = "out of memory";
		return NULL;
	}
	errno = 0;
	*len = fread(text, 1, TEXT_MAX + 1, f);
	if (ferror(f))
		*why = strerror(errno);
	else if (*len > TEXT_MAX)
		*why = "is larger than 16 MiB";
	if (!*why)
		return text;
	free(text);
	return NULL;
}

static int convert(const char *text, size_t len, const char *file)
{
	struct problems problems = {0};
	struct vty v;
	bool ok;
	int status;

	vty_parse(&v, text, len, file, &problems);
	vty_check(&v, file, &problems);
	status = problems.errors ? EXITCODE_CONFIG : EXITCODE_OK;
	ok = !v.no_memory && vty_print(&v, file, problems.errors, stdout);
	problems_print(&problems, stderr);
	if (!ok)
		status = failed(file, "out of memory");
	else if (!io_printed())
		status = failed("standard output", strerror(errno));
	problems_free(&problems);
	vty_free(&v);
	return status;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'V'}, {NULL, 0, NULL, 0}};
	const char *file, *why;
	char *text;
	size_t len;
	FILE *f = stdin;
	int c, status;

	/* First: a file opened below must not get the number of a standard descriptor. */
	if (!io_fill_standard())
		return failed("/dev/null", strerror(errno));
	while ((c = getopt_long(argc, argv, "hV", options, NULL)) != -1) {
		if (c != 'h' && c != 'V')
			return EXITCODE_USAGE;
		cmdline_print(
		    &self, c == 'h' ? usage_text : "osmo-pcap-vty2cfg " PACKAGE_VERSION "\n");
	}
	if (argc - optind > 1)
		cmdline_usage(&self);
	if (optind < argc && !*argv[optind])
		cmdline_wrong(&self, "FILE is empty");
	file = optind < argc && strcmp(argv[optind], "-") != 0 ? argv[optind] : NULL;
	if (file && !(f = fopen(file, "re")))
		return failed(file, strerror(errno));
	text = read_all(f, &len, &why);
	if (file)
		fclose(f);
	if (!text)
		return failed(file ? file : "standard input", why);
	status = convert(text, len, file ? file : "<stdin>");
	free(text);
	return status;
}
