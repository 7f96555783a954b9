/* test_command: the command of one file, and the pauses between tries. */
#include <stdlib.h>

#include "tap.h"
#include "support.h"

#include "archive/command.h"

static void test_arguments(void)
{
	const char *v[] = {"rclone", "{path}", "{first} {last} {sha256}", "", "x{address}/{name}"};
	const struct strings command = {.v = v, .n = 5};
	uint8_t sha256[METADATA_SHA256] = {0x0a, 0xff};
	struct store_row row = {.client = "net",
	    .address = "10.0.0.1",
	    .name = "n",
	    .path = "net/n.zst",
	    .sha256 = sha256,
	    .timed = true,
	    .first = 1790000000000000001,
	    .last = -1};
	char **argv = command_arguments(&command, "/archive", &row);

	IS_STR(argv[0], "rclone", "the program");
	IS_STR(argv[1], "/archive/net/n.zst", "the path, from the root on");
	IS_STR(argv[2],
	    "1790000000.000000001 -1.999999999 "
	    "0aff000000000000000000000000000000000000000000000000000000000000",
	    "times and hash");
	IS_STR(argv[3], "", "an empty argument stays one");
	IS_STR(argv[4], "x10.0.0.1/n.zst", "address and name");
	OK(!argv[5], "the end");
	free(argv);
	row.timed = false;
	argv = command_arguments(&command, "/archive", &row);
	OK(strncmp(argv[2], "  0aff", 6) == 0, "no times where no packet has one");
	free(argv);
}

static void test_pauses(void)
{
	static const int64_t want[] = {30, 60, 120, 240, 480, 960, 1920, 3600, 3600};

	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++)
		IS_INT(command_pause(i + 1), want[i], "after %zu failures", i + 1);
	IS_INT(command_pause(UINT64_MAX), COMMAND_PAUSE_MAX, "and for ever");
}

int main(void)
{
	test_arguments();
	test_pauses();
	return tap_done();
}
