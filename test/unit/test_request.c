/* The HTTP request: what is asked for, and everything that is refused. */
#include <stdio.h>
#include <string.h>

#include "tap.h"
#include "watch/request.h"

static const char *const here[] = {"pcap-1.example.net", "Captures.example.org", "pcap-2", NULL};

static void is(const char *text, enum request want)
{
	bool head;

	IS_INT(request_parse(text, strlen(text), here, &head), want, "%.*s",
	    (int)strcspn(text, "\r\n"), text);
}

static void test_asked_for(void)
{
	bool head;

	is("GET / HTTP/1.1\r\nHost: [::1]:9741\r\n\r\n", REQUEST_PAGE);
	is("GET /metrics HTTP/1.0\r\n\r\n", REQUEST_METRICS);
	is("GET /metrics?x=1 HTTP/1.1\r\nHost: [::1]:9741\r\nAccept: text/plain;q=0.5, */*\r\n\r\n",
	    REQUEST_METRICS);
	is("GET /status.json HTTP/1.1\r\nHost: [::1]:9741\r\nContent-Length: 0\r\n\r\n",
	    REQUEST_JSON);
	is("GET /metrics/ HTTP/1.0\r\n\r\n", REQUEST_NOT_FOUND);
	is("GET /../etc/passwd HTTP/1.0\r\n\r\n", REQUEST_NOT_FOUND);
	is("POST / HTTP/1.0\r\n\r\n", REQUEST_NO_METHOD);
	IS_INT(request_parse("HEAD / HTTP/1.0\r\n\r\n", 19, here, &head), REQUEST_PAGE, "HEAD");
	OK(head, "without a body");
}

static void test_odd(void)
{
	is("\r\n\r\n", REQUEST_BAD);
	is("GET /\r\n\r\n", REQUEST_BAD);
	is("GET  / HTTP/1.0\r\n\r\n", REQUEST_BAD);
	is("GET / HTTP/1.0 \r\n\r\n", REQUEST_BAD);
	is("GET / HTTP/2.0\r\n\r\n", REQUEST_BAD);
	is("GET http://x/ HTTP/1.0\r\n\r\n", REQUEST_BAD);
	is(" GET / HTTP/1.0\r\n\r\n", REQUEST_BAD);
	is("G(T / HTTP/1.0\r\n\r\n", REQUEST_BAD);
	is("GET /\x80 HTTP/1.0\r\n\r\n", REQUEST_BAD);
	is("GET / HTTP/1.0\n\n", REQUEST_BAD);
	is("GET / HTTP/1.1\r\nHost: xy\n\r\n", REQUEST_BAD);
	is("GET / HTTP/1.0\r\nHost\r\n\r\n", REQUEST_BAD);
	is("GET / HTTP/1.0\r\n: x\r\n\r\n", REQUEST_BAD);
	is("GET / HTTP/1.1\r\nHost: a\001b\r\n\r\n", REQUEST_BAD);
	is("GET / HTTP/1.0\r\n folded: x\r\n\r\n", REQUEST_BAD);
	is("GET / HTTP/1.0\r\nContent-Length: 10\r\n\r\n", REQUEST_BAD);
	is("GET / HTTP/1.0\r\nContent-Length:\r\n\r\n", REQUEST_BAD);
	is("GET / HTTP/1.0\r\ntransfer-ENCODING: chunked\r\n\r\n", REQUEST_BAD);
	is("GET / HTTP/1.0\r\n\r\nGET /metrics HTTP/1.1\r\n\r\n", REQUEST_BAD);
}

static void host(const char *value, enum request want)
{
	char text[300];
	bool head;

	snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", value);
	IS_INT(request_parse(text, strlen(text), here, &head), want, "Host: %s", value);
}

static void test_hosts(void)
{
	static const char *const ours[] = {"127.0.0.1", "127.0.0.1:9741", "192.0.2.1", "[::1]",
	    "[::1]:9741", "localhost", "LOCALHOST:1", "localhost:", "pcap-1", "pcap-1:9741",
	    "PCAP-1.example.NET", "pcap-1.example.net:80 \t", "localhost.",
	    "pcap-1.example.net.:80", "captures.example.org", "CAPTURES.example.org.:9741",
	    "pcap-2:80"};
	static const char *const elsewhere[] = {"example.net", "pcap-1.evil.example", "pcap",
	    "pcap-1.example.ne", "localhost.evil.example", "captures", "pcap-2.example.net",
	    "localhost..", ".", "evilcaptures.example.org", "127.0.0.1.evil.example", "127.0.0.1:x",
	    "localhost:123456", "[::1", "[::1]x", "[::1]:x", "[]", "[localhost]", "::1", ":80",
	    "user@localhost", "127.0.0.1, localhost",
	    "1234567890123456789012345678901234567890123456789012345678901234567890"};

	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		host(ours[i], REQUEST_PAGE);
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(*elsewhere); i++)
		host(elsewhere[i], REQUEST_MISDIRECTED);
	host("", REQUEST_BAD);
	host("localhost\r\nHost: localhost", REQUEST_BAD);
	is("GET / HTTP/1.1\r\n\r\n", REQUEST_BAD);
	is("GET / HTTP/1.0\r\nhOST: evil.example\r\n\r\n", REQUEST_MISDIRECTED);
	is("POST /x HTTP/1.0\r\nHost: evil.example\r\n\r\n", REQUEST_MISDIRECTED);
}

static void test_parts(void)
{
	static const char whole[] = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
	static char large[REQUEST_MAX];
	size_t early = 0;
	bool head;

	for (size_t n = 0; n + 1 < sizeof(whole); n++)
		early += request_parse(whole, n, here, &head) !=
			 (n < sizeof(whole) - 1 ? REQUEST_MORE : REQUEST_METRICS);
	IS_INT(early, 0, "no part of it is one");
	memset(large, 'x', sizeof(large));
	IS_INT(request_parse(large, sizeof(large) - 1, here, &head), REQUEST_MORE, "large");
	IS_INT(request_parse(large, sizeof(large), here, &head), REQUEST_BAD, "too large");
}

int main(void)
{
	test_asked_for();
	test_odd();
	test_hosts();
	test_parts();
	return tap_done();
}
