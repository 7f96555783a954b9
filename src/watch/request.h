/* request: what an HTTP request asks for (RFC 9112), from its bytes.
 *
 * Strict: a request line and header lines that end with CR LF, an end, nothing behind it. Knows
 * three paths, and GET and HEAD; a body, or anything odd, is refused. So is a Host that another
 * server can have: a browser sends one when a page of somebody else has let its own name lead to
 * this address (DNS rebinding), and may then read the answer. Names that nobody else can have are
 * addresses, "localhost", the name of this machine, its first part alone, and what the operator
 * says is ours. Pure. */
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
	REQUEST_NO_METHOD,   /* one that is not ours */
	REQUEST_MISDIRECTED, /* to another host */
	REQUEST_BAD
};

/* here: names, the first the machine's, and NULL behind the last. *head: the answer is to have no
 * body. */
enum request request_parse(const char *bytes, size_t len, const char *const *here, bool *head);

#endif
