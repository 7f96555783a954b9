/* The HTTP request: what is asked for, and everything that is refused. */
#include <stdio.h>
#include <string.h>

#include "tap.h"
#include "watch/request.h"

static void is(const char *text, enum request want)
{
	bool head;

	IS_INT(request_parse(text, strlen(text), &head), want, "%.*s", (int)strcspn(text, "\r\n"),
	    text);
}

static void test_asked_for(void)
{
	bool head;

	is("GET / HTTP/1.1\r\nHost: x\r\n\r\n", REQUEST_PAGE);
	is("GET /metrics HTTP/1.0\r\n\r\n", REQUEST_METRICS);
	is("GET /metrics?x=1 HTTP/1.1\r\nHost: x\r\nAccept: text/plain;q=0.5, */*\r\n\r\n",
	    REQUEST_METRICS);
	is("GET /status.json HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", REQUEST_JSON);
	is("GET /metrics/ HTTP/1.1\r\n\r\n", REQUEST_NOT_FOUND);
	is("GET /../etc/passwd HTTP/1.1\r\n\r\n", REQUEST_NOT_FOUND);
	is("POST / HTTP/1.1\r\n\r\n", REQUEST_NO_METHOD);
	IS_INT(request_parse("HEAD / HTTP/1.1\r\n\r\n", 19, &head), REQUEST_PAGE, "HEAD");
	OK(head, "without a body");
}

static void test_odd(void)
{
	is("\r\n\r\n", REQUEST_BAD);
	is("GET /\r\n\r\n", REQUEST_BAD);
	is("GET  / HTTP/1.1\r\n\r\n", REQUEST_BAD);
	is("GET / HTTP/1.1 \r\n\r\n", REQUEST_BAD);
	is("GET / HTTP/2.0\r\n\r\n", REQUEST_BAD);
	is("GET http://x/ HTTP/1.1\r\n\r\n", REQUEST_BAD);
	is(" GET / HTTP/1.1\r\n\r\n", REQUEST_BAD);
	is("G(T / HTTP/1.1\r\n\r\n", REQUEST_BAD);
	is("GET /\x80 HTTP/1.1\r\n\r\n", REQUEST_BAD);
	is("GET / HTTP/1.1\n\n", REQUEST_BAD);
	is("GET / HTTP/1.1\r\nHost: xy\n\r\n", REQUEST_BAD);
	is("GET / HTTP/1.1\r\nHost\r\n\r\n", REQUEST_BAD);
	is("GET / HTTP/1.1\r\n: x\r\n\r\n", REQUEST_BAD);
	is("GET / HTTP/1.1\r\nHost: a\001b\r\n\r\n", REQUEST_BAD);
	is("GET / HTTP/1.1\r\n folded: x\r\n\r\n", REQUEST_BAD);
	is("GET / HTTP/1.1\r\nContent-Length: 10\r\n\r\n", REQUEST_BAD);
	is("GET / HTTP/1.1\r\nContent-Length:\r\n\r\n", REQUEST_BAD);
	is("GET / HTTP/1.1\r\ntransfer-ENCODING: chunked\r\n\r\n", REQUEST_BAD);
	is("GET / HTTP/1.1\r\n\r\nGET /metrics HTTP/1.1\r\n\r\n", REQUEST_BAD);
}

static void test_parts(void)
{
	static const char whole[] = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
	static char large[REQUEST_MAX];
	size_t early = 0;
	bool head;

	for (size_t n = 0; n + 1 < sizeof(whole); n++)
		early += request_parse(whole, n, &head) !=
			 (n < sizeof(whole) - 1 ? REQUEST_MORE : REQUEST_METRICS);
	IS_INT(early, 0, "no part of it is one");
	memset(large, 'x', sizeof(large));
	IS_INT(request_parse(large, sizeof(large) - 1, &head), REQUEST_MORE, "large");
	IS_INT(request_parse(large, sizeof(large), &head), REQUEST_BAD, "too large");
}

int main(void)
{
	test_asked_for();
	test_odd();
	test_parts();
	return tap_done();
}
