/* test_named: names of archived files, whose they can be, and the names that the archive keeps for
 * itself. */
#include "tap.h"
#include "support.h"

#include "archive/named.h"
#include "base/ownname.h"

static bool agrees(const char *path, const char *client, const char *address, const char *name)
{
	struct named n;

	return named_parse(path, &n) && named_agrees(&n, client, address, name);
}

static void test_own(void)
{
	static const char *const own[] = {".work", ".work/trace", ".lock", "index.sqlite",
	    "index.sqlite-wal", "index.sqlite.new/x"};
	static const char *const others[] = {"", "work", ".works/x", ".lock2", "index", "a/.work",
	    "a/index.sqlite", "Index.sqlite", "..", "index.%c"};

	for (size_t i = 0; i < COUNT(own); i++)
		OK(ownname_begins(own[i]), "kept for itself: %s", own[i]);
	for (size_t i = 0; i < COUNT(others); i++)
		OK(!ownname_begins(others[i]), "not: '%s'", others[i]);
}

int main(void)
{
	static const char foo[] = "trace-foo-20261128_000001.pcap";
	struct named n;

	OK(named_parse("a/b/trace-foo-20261128_000001_002.pcap.zst", &n) && n.compressed &&
		n.parts.number == 2 && strcmp(n.parts.stem, "foo") == 0,
	    "compressed");
	IS_STR(n.name, "trace-foo-20261128_000001_002.pcap", "without its suffix");
	OK(named_parse(foo, &n) && !n.compressed, "not compressed, in no directory");
	OK(!named_parse("a/notes", &n) && !named_parse("a/.zst", &n) && !named_parse("", &n) &&
		!named_parse("trace-foo-20261128_000001.pcap/x", &n),
	    "named otherwise");

	OK(agrees("foo/trace-foo-20261128_000001.pcap.zst", "foo", "", foo), "as it was named");
	OK(agrees("foo/trace-foo-20261128_000001_001.pcap.zst", "foo", "", foo),
	    "the name had been taken");
	OK(agrees("n/trace-net-10.0.0.1-20261128_000001.pcap", "net", "10.0.0.1",
	       "trace-net-10.0.0.1-20261128_000001.pcap"),
	    "of a host of a network");
	OK(agrees("n/trace-net-2001_db8__1-20261128_000001.pcap", "net", "2001:db8::1",
	       "trace-net-2001_db8__1-20261128_000001.pcap"),
	    "with IPv6");
	OK(agrees("n/trace-net-10.0.0.1-20261128_000001.pcap", "net-10.0.0.1", "",
	       "trace-net-10.0.0.1-20261128_000001.pcap"),
	    "of a client that is called so");
	OK(!agrees("foo/trace-foo-20261128_000001.pcap.zst", "bar", "", foo), "another client");
	OK(!agrees("foo/trace-foo-20261128_000001.pcap.zst", "fo", "", foo), "part of a client");
	OK(!agrees(foo, "foo", "10.0.0.1", foo), "an address that is not in the name");
	OK(!agrees("n/trace-net-10.0.0.1-20261128_000001.pcap", "net", "10.0.0.2",
	       "trace-net-10.0.0.1-20261128_000001.pcap"),
	    "another address");
	OK(!agrees(foo, "foo", "", "trace-foo-20261128_000002.pcap"), "another time");
	OK(!agrees(foo, "foo", "", "trace-foo-20261128_000001.pcapng"), "another format");
	OK(!agrees(foo, "foo", "", "trace-foo-20261128_000001_001.pcap"), "a later number");
	OK(!agrees(foo, "foo", "", "notes"), "no name of a capture");
	OK(!agrees("trace-..-20261128_000001.pcap", "..", "", "trace-..-20261128_000001.pcap"),
	    "a name that no client can have");
	test_own();
	return tap_done();
}
