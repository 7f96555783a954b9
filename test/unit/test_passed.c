/* test_passed: the environment of passed sockets, as it must be and as it must not. */
#include "tap.h"
#include "support.h"

#include "daemon/passed.h"

#define SELF 4242

static const struct {
	const char *pid, *fds, *names;
	int want;
	const char *reason; /* a part of it */
} table[] = {
    {NULL, NULL, NULL, 0, NULL},
    {NULL, NULL, "a:b", 0, NULL}, /* left over; says nothing */
    {"4242", "1", NULL, 1, NULL},
    {"4242", "64", NULL, 64, NULL},
    {"4242", "1", "", 1, NULL}, /* one name, which is empty */
    {"4242", "1", "pcap.socket", 1, NULL},
    {"4242", "2", ":", 2, NULL},
    {"4242", "3", "v4:v6:with blank", 3, NULL},

    /* for somebody else */
    {"4241", "1", NULL, 0, NULL},
    {"1", "999999", "a:b", 0, NULL},
    {"42420", NULL, NULL, 0, NULL},

    {NULL, "1", NULL, -1, "LISTEN_PID is not"},
    {"4242", NULL, NULL, -1, "LISTEN_FDS is not"},
    {"", "1", NULL, -1, "LISTEN_PID:"},
    {"0", "1", NULL, -1, "LISTEN_PID:"},
    {"-1", "1", NULL, -1, "LISTEN_PID:"},
    {" 4242", "1", NULL, -1, "LISTEN_PID:"},
    {"4242 ", "1", NULL, -1, "LISTEN_PID:"},
    {"+4242", "1", NULL, -1, "LISTEN_PID:"},
    {"0x1092", "1", NULL, -1, "LISTEN_PID:"},
    {"4242x", "1", NULL, -1, "LISTEN_PID:"},
    {"4194305", "1", NULL, -1, "LISTEN_PID:"},
    {"4294971538", "1", NULL, -1, "LISTEN_PID:"},           /* 2^32 + 4242 */
    {"18446744073709555858", "1", NULL, -1, "LISTEN_PID:"}, /* 2^64 + 4242 */
    {"4242", "", NULL, -1, "LISTEN_FDS:"},
    {"4242", "0", NULL, -1, "LISTEN_FDS:"},
    {"4242", "65", NULL, -1, "LISTEN_FDS:"},
    {"4242", "999", NULL, -1, "LISTEN_FDS:"},
    {"4242", "-1", NULL, -1, "LISTEN_FDS:"},
    {"4242", "1 ", NULL, -1, "LISTEN_FDS:"},
    {"4242", "1.0", NULL, -1, "LISTEN_FDS:"},
    {"4242", "two", NULL, -1, "LISTEN_FDS:"},
    {"4242", "4294967297", NULL, -1, "LISTEN_FDS:"}, /* 2^32 + 1 */
    {"4242", "18446744073709551617", NULL, -1, "LISTEN_FDS:"},
    {"4242", "1", "a:b", -1, "2 names for 1 "},
    {"4242", "2", "a", -1, "1 names for 2 "},
    {"4242", "2", "", -1, "1 names for 2 "},
    {"4242", "1", "a\nb", -1, "LISTEN_FDNAMES:"},
    {"4242", "1", "\xc3\xa9", -1, "LISTEN_FDNAMES:"},
};

static void test_table(void)
{
	for (size_t i = 0; i < COUNT(table); i++) {
		struct passed_environment e = {table[i].pid, table[i].fds, table[i].names};
		char reason[PASSED_REASON_MAX] = "";
		int n = passed_count(&e, SELF, reason);

		IS_INT(n, table[i].want, "LISTEN_PID=%s LISTEN_FDS=%s LISTEN_FDNAMES=%s",
		    e.pid ? e.pid : "-", e.fds ? e.fds : "-", e.names ? "(set)" : "-");
		if (n < 0 && table[i].reason)
			OK(strstr(reason, table[i].reason) != NULL, "the reason: %s", reason);
	}
}

static void test_long_name(void)
{
	char name[257], reason[PASSED_REASON_MAX];
	struct passed_environment e = {"4242", "1", name};

	memset(name, 'n', 256);
	name[256] = '\0';
	IS_INT(passed_count(&e, SELF, reason), -1, "a name of 256 bytes");
	name[255] = '\0';
	IS_INT(passed_count(&e, SELF, reason), 1, "a name of 255 bytes");
}

int main(void)
{
	test_table();
	test_long_name();
	return tap_done();
}
