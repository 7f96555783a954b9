/* request: what an HTTP request asks for (RFC 9112), from its bytes.
 *
 * Strict: a request line and header lines that end with CR LF, an end, nothing behind it. Knows
 * three paths, and GET and HEAD; a body, or anything odd, is refused. Pure. */
#ifndef WATCH_REQUEST_H
#define WATCH_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#define REQUEST_MAX 8192 /* bytes */

enum request {
	REQUEST_MORE, /* it is not whole yet */
	REQUEST_PAGE,
	REQUEST_METRICS,
	REQUEST_JSON,
	REQUEST_NOT_FOUND,
	REQUEST_NO_METHOD, /* one that is not ours */
	REQUEST_BAD
};

/* *head: the answer is to have no body. */
enum request request_parse(const char *bytes, size_t len, bool *head);

#endif
