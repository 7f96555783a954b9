/* test_certname: which names a certificate bears, and which it only seems to bear. */
#include "tap.h"
#include "support.h"

#include "tls/certname.h"

/* A name of `len` bytes, so that it can hold a NUL. */
struct name {
	enum certname_type type;
	size_t len;
	const char *data;
};
#define DNS(s)                                                                                     \
	{                                                                                          \
		CERTNAME_DNS, sizeof(s) - 1, s                                                     \
	}
#define EMAIL(s)                                                                                   \
	{                                                                                          \
		CERTNAME_EMAIL, sizeof(s) - 1, s                                                   \
	}
#define COMMON(s)                                                                                  \
	{                                                                                          \
		CERTNAME_COMMON, sizeof(s) - 1, s                                                  \
	}
#define IP(s)                                                                                      \
	{                                                                                          \
		CERTNAME_IP, sizeof(s) - 1, s                                                      \
	}

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct certnames certificate(const struct name *name, size_t n, bool has_alternative)
{
	struct certnames c = {.has_alternative = has_alternative, .fingerprint = "sha256:" HEX};

	for (size_t i = 0; i < n && name[i].data; i++) {
		c.name[i].type = name[i].type;
		c.name[i].len = name[i].len;
		memset(c.name[i].data, 'x', sizeof(c.name[i].data)); /* no NUL ends it */
		memcpy(c.name[i].data, name[i].data, name[i].len);
		c.n++;
	}
	return c;
}

#define LOOPBACK6 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"
#define MAPPED    "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\1"

static const struct {
	const char *what;
	struct name name[3];
	bool alternative;
	const char *want;
	bool match;
} rows[] = {
    {"a DNS name", {DNS("foo.example")}, true, "foo.example", true},
    {"a DNS name in another case", {DNS("Foo.EXAMPLE")}, true, "fOO.example", true},
    {"another DNS name", {DNS("foo.example")}, true, "bar.example", false},
    {"the beginning of a DNS name", {DNS("foo.example")}, true, "foo", false},
    {"a DNS name with more behind it", {DNS("foo")}, true, "foo.example", false},
    {"a DNS name with more before it", {DNS("a.foo")}, true, "foo", false},
    {"a dot at the end is another name", {DNS("foo.")}, true, "foo", false},
    {"a letter beside the alphabet has no case", {DNS("foo@")}, true, "foo`", false},
    {"nor have bytes above ASCII", {DNS("f\xc3\x84")}, true, "f\xc3\xa4", false},
    {"an empty DNS name", {DNS("")}, true, "foo", false},
    {"a wildcard in the certificate", {DNS("*.example")}, true, "foo.example", false},
    {"a wildcard alone", {DNS("*")}, true, "foo", false},
    {"a wildcard is a name like others", {DNS("*.example")}, true, "*.example", true},
    {"a wildcard that is wanted", {DNS("foo.example")}, true, "*.example", false},
    {"the second DNS name", {DNS("bar"), DNS("foo")}, true, "foo", true},
    {"the third name", {DNS("bar"), EMAIL("a@b"), DNS("foo")}, true, "foo", true},
    {"no name", {{0}}, false, "foo", false},
    {"no name and an empty wish", {{0}}, false, "", false},

    {"the common name", {COMMON("foo")}, false, "foo", true},
    {"the common name in another case", {COMMON("Foo")}, false, "foo", false},
    {"a longer common name", {COMMON("foobar")}, false, "foo", false},
    {"a common name beside a DNS name", {DNS("bar"), COMMON("foo")}, true, "foo", false},
    {"a DNS name beside a common name", {DNS("bar"), COMMON("foo")}, true, "bar", true},
    {"a common name beside an alternative of no use", {COMMON("foo")}, true, "foo", false},
    {"a common name beside an e-mail", {EMAIL("a@b"), COMMON("foo")}, true, "foo", false},
    {"a common name beside an address", {IP("\x0a\0\0\1"), COMMON("foo")}, true, "foo", false},

    {"an IPv4 address", {IP("\x0a\0\0\1")}, true, "10.0.0.1", true},
    {"another IPv4 address", {IP("\x0a\0\0\2")}, true, "10.0.0.1", false},
    {"an IPv4 address that is wanted as mapped", {IP("\x0a\0\0\1")}, true, "::ffff:10.0.0.1", true},
    {"an IPv4 address as a DNS name is no address", {IP("10.0")}, true, "10.0", false},
    {"an IPv6 address", {IP(LOOPBACK6)}, true, "::1", true},
    {"an IPv6 address written at length", {IP(LOOPBACK6)}, true, "0:0:0:0:0:0:0:1", true},
    {"another IPv6 address", {IP(LOOPBACK6)}, true, "::2", false},
    {"an IPv6 address that begins like an IPv4 one", {IP("\x0a\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0")},
	true, "10.0.0.1", false},
    {"an address of five bytes", {IP("\x0a\0\0\1\0")}, true, "10.0.0.1", false},
    {"an address of no byte", {IP("")}, true, "10.0.0.1", false},
    {"an address and a wish that is none", {IP("\x0a\0\0\1")}, true, "foo", false},

    {"an e-mail", {EMAIL("ops@foo.example")}, true, "ops@foo.example", true},
    {"an e-mail in another case", {EMAIL("Ops@foo.example")}, true, "ops@foo.example", false},
    {"the host of an e-mail", {EMAIL("ops@foo.example")}, true, "foo.example", false},
    {"an e-mail with more behind it", {EMAIL("ops@foo")}, true, "ops@foo.example", false},

    {"the fingerprint", {DNS("bar")}, true, "sha256:" HEX, true},
    {"the fingerprint in capitals", {DNS("bar")}, true,
	"sha256:0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF", true},
    {"the fingerprint of a nameless certificate", {{0}}, false, "sha256:" HEX, true},
    {"another fingerprint", {DNS("bar")}, true,
	"sha256:1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", false},
    {"half a fingerprint", {DNS("bar")}, true, "sha256:0123456789abcdef", false},
    {"no fingerprint", {DNS("bar")}, true, "sha256:", false},
    {"a name that looks like a fingerprint", {DNS("sha256:ff")}, true, "sha256:ff", false},

    {"a NUL in a DNS name", {DNS("foo\0.evil")}, true, "foo", false},
    {"a NUL at the end of a DNS name", {DNS("foo\0")}, true, "foo", false},
    {"a NUL before a DNS name", {DNS("\0foo")}, true, "foo", false},
    {"a NUL in the common name", {COMMON("foo\0.evil")}, false, "foo", false},
    {"a NUL in an e-mail", {EMAIL("a@b\0.evil")}, true, "a@b", false},
    {"a NUL in another name", {DNS("foo"), DNS("x\0y")}, true, "foo", false},
    {"a NUL in an e-mail spoils the DNS name", {DNS("foo"), EMAIL("x\0y")}, true, "foo", false},
    {"a NUL in a common name spoils the DNS name", {DNS("foo"), COMMON("x\0y")}, true, "foo",
	false},
    {"a NUL spoils the fingerprint", {DNS("x\0y")}, true, "sha256:" HEX, false},
    {"a NUL in an address is none", {IP("\x0a\0\0\1"), DNS("foo")}, true, "foo", true},
};

static bool has_nul(const struct name *name)
{
	for (size_t i = 0; i < 3 && name[i].data; i++)
		if (name[i].type != CERTNAME_IP && memchr(name[i].data, 0, name[i].len))
			return true;
	return false;
}

static void test_rows(void)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct certnames c = certificate(rows[i].name, 3, rows[i].alternative);

		IS_INT(certnames_match(&c, rows[i].want), rows[i].match, "%s: %s", rows[i].what,
		    rows[i].match ? "fits" : "does not fit");
		IS_INT(
		    certnames_sound(&c), !has_nul(rows[i].name), "%s: sound or not", rows[i].what);
	}
}

static void test_mapped(void)
{
	const struct name mapped[] = {IP(MAPPED)};
	struct certnames c = certificate(mapped, 1, true);

	OK(!certnames_match(&c, "10.0.0.2"), "a mapped address is not another one");
}

static void test_longest(void)
{
	struct certnames c = {.n = CERTNAME_MAX, .has_alternative = true};
	char want[sizeof(c.name[0].data) + 2] = "";

	for (size_t i = 0; i < CERTNAME_MAX; i++) {
		c.name[i].type = CERTNAME_DNS;
		c.name[i].len = sizeof(c.name[i].data);
		memset(c.name[i].data, 'a', sizeof(c.name[i].data));
	}
	memset(c.name[CERTNAME_MAX - 1].data, 'b', sizeof(c.name[0].data));
	memset(want, 'b', sizeof(c.name[0].data));
	OK(certnames_match(&c, want), "the longest name, the last of as many as there can be");
	want[sizeof(c.name[0].data)] = 'b';
	OK(!certnames_match(&c, want), "a wish that is one longer");
	c.name[CERTNAME_MAX - 1].data[sizeof(c.name[0].data) - 1] = '\0';
	OK(!certnames_sound(&c), "a NUL in the last byte of the last name");
}

static void test_list(void)
{
	static const struct {
		const char *what;
		struct name name[3];
		bool alternative;
		size_t size;
		const char *list;
	} lists[] = {
	    {"all kinds", {DNS("a.b"), IP("\x0a\0\0\1"), EMAIL("c@d")}, true, 64,
		"a.b, 10.0.0.1, c@d"},
	    {"IPv6", {IP(LOOPBACK6)}, true, 64, "::1"},
	    {"a common name", {COMMON("foo")}, false, 64, "foo"},
	    {"a common name that does not count", {COMMON("foo"), DNS("bar")}, true, 64, "bar"},
	    {"nothing but that", {COMMON("foo")}, true, 64, "no name"},
	    {"nothing", {{0}}, false, 64, "no name"},
	    {"as much as fits", {DNS("abc"), DNS("def")}, true, 7, "abc, d"},
	    {"no room for the second", {DNS("abc"), DNS("def")}, true, 4, "abc"},
	};

	for (size_t i = 0; i < COUNT(lists); i++) {
		struct certnames c = certificate(lists[i].name, 3, lists[i].alternative);
		char out[64 + 1];

		memset(out, '#', sizeof(out));
		certnames_list(&c, out, lists[i].size);
		OK(strcmp(out, lists[i].list) == 0 && out[lists[i].size] == '#', "list: %s",
		    lists[i].what);
	}
}

int main(void)
{
	test_rows();
	test_list();
	test_mapped();
	test_longest();
	return tap_done();
}
