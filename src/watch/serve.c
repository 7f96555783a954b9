/* serve: see serve.h. */
#include "watch/serve.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "daemon/pipes.h"
#include "watch/metrics.h"
#include "watch/options.h"

struct status {
	const char *line, *type;
};

static const struct status statuses[] = {
    [REQUEST_PAGE] = {"200 OK", "text/html; charset=utf-8"},
    [REQUEST_METRICS] = {"200 OK", METRICS_TYPE},
    [REQUEST_JSON] = {"200 OK", "application/json"},
    [REQUEST_NOT_FOUND] = {"404 Not Found", "text/plain"},
    [REQUEST_NO_METHOD] = {"405 Method Not Allowed", "text/plain"},
    [REQUEST_MISDIRECTED] = {"421 Misdirected Request", "text/plain"},
    [REQUEST_BAD] = {"400 Bad Request", "text/plain"},
};

/* ---- in a process of its own, confined ---- */

struct verdict {
	unsigned char what, head;
};

/* A peer that closes its side before the end has asked for nothing. */
static void read_request(void *context)
{
	static char buf[REQUEST_MAX];
	struct verdict v = {REQUEST_MORE, 0};
	size_t len = 0;
	bool head;

	while (v.what == REQUEST_MORE && len < sizeof(buf)) {
		ssize_t n = read(PROCESS_FILES, buf + len, sizeof(buf) - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += (size_t)n;
		v.what = (unsigned char)request_parse(buf, len, context, &head);
		v.head = head;
	}
	if (len > 0 && v.what == REQUEST_MORE)
		v.what = REQUEST_BAD;
	io_write_all(PROCESS_OUT, &v, sizeof(v));
}

/* ---- here ---- */

static bool ask(const struct process_kind *kind, const char *const *hosts, struct verdict *v)
{
	const int input = STDIN_FILENO;
	char machine[HOST_NAME_MAX + 1] = "";
	const char *here[OPTIONS_HOSTS + 2] = {machine};
	struct process p;
	bool ok;

	gethostname(machine, sizeof(machine));
	machine[HOST_NAME_MAX] = '\0';
	for (unsigned i = 0; i < OPTIONS_HOSTS && hosts[i]; i++)
		here[i + 1] = hosts[i];
	if (!process_start(&p, kind, &input, 1, read_request, here))
		return false;
	ok = pipes_read_full(p.from, v, sizeof(*v));
	if (!ok)
		errno = EPROTO; /* it has been ended */
	process_end(&p);
	return ok && v->what < sizeof(statuses) / sizeof(*statuses);
}

static bool write_head(enum request what, size_t len)
{
	const struct status *s = &statuses[what];
	char head[512];
	int n = snprintf(head, sizeof(head),
	    "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nConnection: close\r\n"
	    "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
	    "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n%s%s\r\n",
	    s->line, s->type, len, what == REQUEST_PAGE ? "Refresh: 60\r\n" : "",
	    what == REQUEST_NO_METHOD ? "Allow: GET, HEAD\r\n" : "");

	return io_write_all(STDOUT_FILENO, head, (size_t)n);
}

static void on_deadline(int signal_number)
{
	(void)signal_number;
	_exit(1); /* the other process goes with this one */
}

bool serve(const struct process_kind *kind, const char *const *hosts,
    void (*body)(void *of, enum request what, FILE *to), void *of)
{
	struct verdict v;
	char *text = NULL;
	size_t len = 0;
	FILE *to;
	bool ok;

	signal(SIGALRM, on_deadline); /* and then it ends, wherever it is */
	alarm(SERVE_SECONDS);
	if (!ask(kind, hosts, &v))
		return false;
	if (v.what == REQUEST_MORE)
		return true;
	to = open_memstream(&text, &len);
	if (!to)
		return false;
	if (v.what < REQUEST_NOT_FOUND)
		body(of, v.what, to);
	else
		fprintf(to, "%s%s\n", statuses[v.what].line,
		    v.what == REQUEST_MISDIRECTED
			? ": this is reached by its address, as localhost, by its host name, or by "
			  "one that --host gives"
			: "");
	if (fclose(to) != 0)
		return false;
	ok = write_head(v.what, len) && (v.head || io_write_all(STDOUT_FILENO, text, len));
	free(text);
	return ok;
}
