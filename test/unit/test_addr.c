/* test_addr: addresses and networks: reading, IPv4-mapped IPv6 as IPv4, prefixes, formatting. */
#include "tap.h"
#include "support.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "base/addr.h"

static void test_parse(void)
{
	static const struct {
		const char *text, *canonical;
		unsigned len;
	} good[] = {{"0.0.0.0", "0.0.0.0", 4}, {"255.255.255.255", "255.255.255.255", 4},
	    {"192.0.2.1", "192.0.2.1", 4}, {"::", "::", 16}, {"::1", "::1", 16},
	    {"2001:DB8:0:0:0:0:0:1", "2001:db8::1", 16}, {"2001:db8::", "2001:db8::", 16},
	    {"::ffff:192.0.2.1", "192.0.2.1", 4}, {"::FFFF:c000:0201", "192.0.2.1", 4},
	    {"0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1", 4}, {"::ffff:0:0", "0.0.0.0", 4},
	    {"::ffff:0:192.0.2.1", "", 16}, {"::fffe:1.2.3.4", "::fffe:102:304", 16},
	    {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		16}};
	static const char *const bad[] = {"", " ", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1",
	    "1.2.3.-4", " 1.2.3.4", "1.2.3.4 ", "1.2.3.4\n", "0x1.2.3.4", "1.2.3.4/32", "localhost",
	    ":", ":::", "1::2::3", "12345::", "g::", "::1]", "[::1]", "1:2:3:4:5:6:7",
	    "1:2:3:4:5:6:7:8:9", "::ffff:1.2.3", "::ffff:1.2.3.256", "1.2.3.4:80", "1..2.3"};
	char text[ADDR_TEXT_MAX];

	for (size_t i = 0; i < COUNT(good); i++) {
		struct addr a, b;
		bool zero = true;

		memset(&a, 0xee, sizeof(a));
		if (!OK(addr_parse(good[i].text, &a), "%s is an address", good[i].text))
			continue;
		IS_INT(a.len, good[i].len, "%s: length", good[i].text);
		for (unsigned k = a.len; k < 16; k++)
			zero = zero && a.bytes[k] == 0;
		OK(zero, "%s: zero beyond its length", good[i].text);
		if (*good[i].canonical)
			IS_STR(addr_format(&a, text), good[i].canonical, "%s: formatted",
			    good[i].text);
		OK(addr_parse(addr_format(&a, text), &b) && addr_equal(&a, &b), "%s: read again",
		    good[i].text);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct addr a;

		OK(!addr_parse(bad[i], &a), "\"%s\" is no address", bad[i]);
	}
}

static void test_equal(void)
{
	struct addr a, b, c, d;

	addr_parse("192.0.2.1", &a);
	addr_parse("::ffff:192.0.2.1", &b);
	addr_parse("192.0.2.2", &c);
	addr_parse("c000:201::", &d); /* the same first bytes */
	OK(addr_equal(&a, &b) && addr_equal(&a, &a), "the same address");
	OK(!addr_equal(&a, &c), "another address");
	OK(!addr_equal(&a, &d), "another family with the same first bytes");
	addr_parse("0.0.0.0", &a);
	addr_parse("::", &b);
	OK(!addr_equal(&a, &b), "the two addresses of zeros");
}

static void test_sockaddr(void)
{
	struct sockaddr_storage ss;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&ss;
	struct sockaddr_in *in = (struct sockaddr_in *)&ss;
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	struct addr a, b;
	uint16_t port = 0;
	char text[ADDR_PEER_MAX];

	addr_parse("192.0.2.1", &a);
	IS_INT(addr_to_sockaddr(&a, 54321, &ss), sizeof(*in), "IPv4: length");
	OK(in->sin_family == AF_INET && ntohs(in->sin_port) == 54321 &&
		in->sin_addr.s_addr == htonl(0xc0000201),
	    "IPv4: socket address");
	OK(addr_from_sockaddr((struct sockaddr *)&ss, &b, &port) && addr_equal(&a, &b) &&
		port == 54321,
	    "IPv4: there and back");
	IS_STR(addr_format_peer(&b, port, text), "192.0.2.1:54321", "IPv4: peer");
	addr_parse("2001:db8::7", &a);
	IS_INT(addr_to_sockaddr(&a, 65535, &ss), sizeof(*in6), "IPv6: length");
	OK(in6->sin6_family == AF_INET6 && ntohs(in6->sin6_port) == 65535 &&
		in6->sin6_scope_id == 0 && in6->sin6_flowinfo == 0,
	    "IPv6: socket address");
	OK(addr_from_sockaddr((struct sockaddr *)&ss, &b, &port) && addr_equal(&a, &b) &&
		port == 65535,
	    "IPv6: there and back");
	IS_STR(addr_format_peer(&b, port, text), "[2001:db8::7]:65535", "IPv6: peer");
	memset(&ss, 0, sizeof(ss));
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(1);
	inet_pton(AF_INET6, "::ffff:127.0.0.1", &in6->sin6_addr);
	memset(&b, 0xee, sizeof(b));
	OK(addr_from_sockaddr((struct sockaddr *)&ss, &b, &port) && b.len == 4,
	    "11 a mapped peer is IPv4");
	IS_STR(addr_format_peer(&b, port, text), "127.0.0.1:1", "11 and is shown as such");
	addr_parse("127.0.0.1", &a);
	OK(addr_equal(&a, &b), "11 and is equal to it");
	inet_pton(AF_INET6, "fe80::1", &in6->sin6_addr);
	in6->sin6_scope_id = 3;
	addr_parse("fe80::1", &a);
	OK(addr_from_sockaddr((struct sockaddr *)&ss, &b, &port) && addr_equal(&a, &b),
	    "the zone of a link-local address is ignored");
	IS_INT(addr_scope((struct sockaddr *)&ss), 3, "but it can be had");
	addr_set_scope(&ss, 7);
	IS_INT(in6->sin6_scope_id, 7, "and set");
	addr_parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &a);
	IS_STR(addr_format_peer(&a, 65535, text), "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535",
	    "the longest peer");
	OK(!addr_from_sockaddr((struct sockaddr *)&un, &b, &port), "a UNIX socket has no address");
}

static void test_networks(void)
{
	static const struct {
		const char *text, *canonical;
		unsigned len, bits;
	} good[] = {{"10.0.0.0/8", "10.0.0.0/8", 4, 8}, {"10.7.0.0/16", "10.7.0.0/16", 4, 16},
	    {"0.0.0.0/0", "0.0.0.0/0", 4, 0}, {"192.0.2.1", "", 4, 32}, {"192.0.2.1/32", "", 4, 32},
	    {"192.0.2.128/25", "192.0.2.128/25", 4, 25},
	    {"192.0.2.254/31", "192.0.2.254/31", 4, 31}, {"128.0.0.0/1", "128.0.0.0/1", 4, 1},
	    {"::/0", "::/0", 16, 0}, {"2001:db8::/32", "2001:db8::/32", 16, 32},
	    {"8000::/1", "8000::/1", 16, 1}, {"2001:db8::2", "", 16, 128},
	    {"2001:db8::2/128", "", 16, 128}, {"2001:db8::2/127", "2001:db8::2/127", 16, 127},
	    {"::ffff:0.0.0.0/96", "0.0.0.0/0", 4, 0}, {"::ffff:10.0.0.0/104", "10.0.0.0/8", 4, 8},
	    {"::ffff:10.7.0.0/112", "10.7.0.0/16", 4, 16}, {"::ffff:192.0.2.1/128", "", 4, 32},
	    {"::ffff:192.0.2.1", "", 4, 32}, {"::ffff:192.0.2.254/127", "192.0.2.254/31", 4, 31}};
	static const char *const bad[] = {"10.0.0.1/8", "10.7.0.0/15", "0.0.0.1/0", "192.0.2.1/31",
	    "192.0.2.129/25", "128.0.0.0/0", "2001:db8::1/32", "2001:db8::1/127", "::1/0",
	    "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/ 8",
	    "10.0.0.0/8 ", "10.0.0.0/8x", "10.0.0.0/8/8", "/8", "10.0.0.0/255.0.0.0",
	    "10.0.0.0/4294967304", "10/8", "::ffff:10.0.0.0/95", "::ffff:10.0.0.0/8",
	    "::ffff:10.0.0.0/0", "::ffff:10.0.0.1/104", "::ffff:10.0.0.0/129", "", "host/8",
	    "10.0.0.0/18446744073709551624"};
	char text[ADDR_NET_TEXT_MAX];

	for (size_t i = 0; i < COUNT(good); i++) {
		struct addr_net n, again;
		const char *wrong = addr_net_parse(good[i].text, &n);

		if (!OK(!wrong, "%s is a network", good[i].text))
			continue;
		IS_INT(n.addr.len, good[i].len, "%s: family", good[i].text);
		IS_INT(n.bits, good[i].bits, "%s: prefix length", good[i].text);
		IS_INT(addr_net_single(&n), n.bits == 8 * n.addr.len, "%s: one address or more",
		    good[i].text);
		if (*good[i].canonical)
			IS_STR(addr_net_format(&n, text), good[i].canonical, "%s: formatted",
			    good[i].text);
		OK(!addr_net_parse(addr_net_format(&n, text), &again) && n.bits == again.bits &&
			addr_equal(&n.addr, &again.addr),
		    "%s: read again", good[i].text);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct addr_net n;
		const char *wrong = addr_net_parse(bad[i], &n);

		OK(wrong && *wrong && !strchr(wrong, '\n'), "\"%s\" is no network", bad[i]);
	}
}

/* addr_mask against an oracle, every length of both families. */
static void test_mask(void)
{
	unsigned wrong = 0, unreadable = 0;

	random_seed(5);
	for (unsigned i = 0; i < 2000; i++) {
		struct addr a = {.len = i % 2 ? 4 : 16};
		struct addr_net n, again;
		unsigned bits = (unsigned)random_below(8u * a.len + 1);
		char text[ADDR_NET_TEXT_MAX];

		for (unsigned k = 0; k < a.len; k++)
			a.bytes[k] = (uint8_t)random_next();
		n = addr_mask(&a, bits);
		wrong += n.bits != bits || n.addr.len != a.len;
		for (unsigned k = 0; k < 128; k++) {
			bool set = a.bytes[k / 8] >> (7 - k % 8) & 1;

			wrong += (n.addr.bytes[k / 8] >> (7 - k % 8) & 1) != (set && k < bits);
		}
		unreadable += addr_net_parse(addr_net_format(&n, text), &again) != NULL ||
			      again.bits != bits || !addr_equal(&n.addr, &again.addr);
	}
	IS_INT(wrong, 0, "the network of an address at any length (seed 5)");
	IS_INT(unreadable, 0, "formatted and read again (seed 5)");
}

static void test_zoned(void)
{
	static const char *const good[] = {"192.0.2.1", "::", "2001:db8::1", "fe80::1%lo",
	    "fe80::1%eth0.100", "febf::1%2", "fec0::1", "fe80::1%fifteen-letters"};
	static const struct {
		const char *text, *why;
	} bad[] = {{"fe80::1", "needs its interface"}, {"febf:ffff::1", "needs its interface"},
	    {"fe80::1%", "no name"}, {"fe80::1%sixteen--letters", "no name"},
	    {"fe80::1%a/b", "no name"}, {"fe80::1%a b", "no name"}, {"fe80::1%a%b", "no name"},
	    {"fe80::1%..", "no name"}, {"fe80::1%\xc3\xa4", "no name"}, {"fe80::1%a\"", "no name"},
	    {"192.0.2.1%lo", "only behind"}, {"2001:db8::1%lo", "only behind"},
	    {"::ffff:192.0.2.1%lo", "only behind"}, {"", "not an IP"}, {"%lo", "not an IP"},
	    {"fe80::1::2%lo", "not an IP"}, {"fe80::1/64%lo", "not an IP"}};
	struct addr_zoned a, b, c;
	struct addr_net n;
	char text[ADDR_ZONED_MAX], peer[ADDR_LISTEN_MAX];

	for (size_t i = 0; i < COUNT(good); i++) {
		OK(addr_zoned_parse(good[i], &a) == NULL, "%s can be listened on", good[i]);
		IS_STR(addr_zoned_format(&a, text), good[i], "%s: formatted", good[i]);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		const char *why = addr_zoned_parse(bad[i].text, &a);

		OK(why && strstr(why, bad[i].why), "\"%s\" cannot: %s", bad[i].text, why);
	}
	addr_zoned_parse("fe80::1%lo", &a);
	addr_zoned_parse("fe80::1%eth0", &b);
	addr_zoned_parse("fe80:0::1%lo", &c);
	OK(!addr_zoned_equal(&a, &b), "another interface, another address");
	OK(addr_zoned_equal(&a, &c), "the same interface");
	IS_STR(addr_format_listen(&a, 54321, peer), "[fe80::1%lo]:54321", "with a port");
	addr_zoned_parse("192.0.2.1", &a);
	IS_STR(addr_format_listen(&a, 1, peer), "192.0.2.1:1", "IPv4 with a port");
	addr_zoned_parse("febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff%fifteen-letters", &a);
	IS_STR(addr_format_listen(&a, 65535, peer),
	    "[febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff%fifteen-letters]:65535", "the longest");
	OK(addr_net_parse("fe80::1", &n) == NULL, "a client's address has none");
	OK(strstr(addr_net_parse("fe80::1%lo", &n), "no interface may stand here"),
	    "and must not have one");
	OK(strstr(addr_net_parse("fe80::%lo/64", &n), "no interface may stand here"),
	    "nor a network");
}

static void test_hosts(void)
{
	static const struct {
		const char *text;
		bool host;
	} rows[] = {{"192.0.2.1", true}, {"127.0.0.1", true}, {"223.255.255.255", true},
	    {"240.0.0.1", true}, {"0.0.0.0", false}, {"224.0.0.1", false},
	    {"239.255.255.255", false}, {"255.255.255.255", false}, {"::1", true},
	    {"fe80::1", true}, {"feff::1", true}, {"::", false}, {"ff02::1", false},
	    {"::ffff:0.0.0.0", false}, {"::ffff:192.0.2.1", true}};
	static const uint8_t six[16] = {0x20, 1, 0xd, 0xb8, [15] = 1},
			     mapped[16] = {[10] = 0xff, [11] = 0xff, 192, 0, 2, 1};
	struct addr a, b;

	for (size_t i = 0; i < COUNT(rows); i++) {
		if (!addr_parse(rows[i].text, &a))
			support_die(rows[i].text);
		IS_INT(addr_is_host(&a), rows[i].host, "%s", rows[i].text);
	}
	OK(!addr_is_host(&(struct addr){.len = 0}), "no address");
	b = addr_from_bytes(six, 16);
	OK(addr_parse("2001:db8::1", &a) && addr_equal(&a, &b), "from 16 bytes");
	b = addr_from_bytes(mapped, 16);
	OK(addr_parse("192.0.2.1", &a) && addr_equal(&a, &b), "mapped ones are 4");
	b = addr_from_bytes(mapped + 12, 4);
	OK(addr_equal(&a, &b), "from 4 bytes");
}

int main(void)
{
	test_parse();
	test_equal();
	test_sockaddr();
	test_networks();
	test_mask();
	test_zoned();
	test_hosts();
	return tap_done();
}
