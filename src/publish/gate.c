/* gate: see gate.h. */
#include "publish/gate.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cstr.h"
#include "daemon/listen.h"

#define KIND_MAX 6 /* tcp://, ipc:// */

static struct endpoint wanted(const struct config_publisher *p)
{
	static const struct addr loopback = {.len = 4, .bytes = {127, 0, 0, 1}};
	struct endpoint e = {.port = (uint16_t)p->port};

	if (p->bind)
		endpoint_parse(p->bind, &e);
	else if (p->ip.n > 0)
		e.address = p->ip.v[0];
	else
		e.address.addr = loopback;
	return e;
}

static bool open_tcp(struct gate *g, const struct endpoint *e, char reason[GATE_REASON_MAX])
{
	static struct listeners l;
	char why[LISTEN_REASON_MAX];

	if (!listen_open(&l, NULL, &e->address, 1, e->port, why)) {
		snprintf(reason, GATE_REASON_MAX, "%s", why);
		return false;
	}
	g->fd = l.v[0].fd;
	snprintf(g->name, sizeof(g->name), "tcp://%s", l.v[0].name);
	return true;
}

/* Whether a socket is there, and nobody listens on it. */
static bool is_left(const struct sockaddr_un *a)
{
	struct stat st;
	bool left;
	int fd;

	if (lstat(a->sun_path, &st) < 0 || !S_ISSOCK(st.st_mode))
		return false;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	left = connect(fd, (const struct sockaddr *)a, sizeof(*a)) < 0 && errno == ECONNREFUSED;
	close(fd);
	return left;
}

/* For the user and the group of the publisher. */
static bool bind_path(int fd, const struct sockaddr_un *a)
{
	mode_t before = umask(007);
	bool ok;

	if (is_left(a))
		unlink(a->sun_path);
	ok = bind(fd, (const struct sockaddr *)a, sizeof(*a)) == 0;
	umask(before);
	return ok;
}

static bool open_path(struct gate *g, const struct endpoint *e, char reason[GATE_REASON_MAX])
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", e->path);
	snprintf(g->name, sizeof(g->name), "ipc://%s", e->path);
	g->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	g->made = g->fd >= 0 && bind_path(g->fd, &a);
	if (g->made && listen(g->fd, SOMAXCONN) == 0)
		return true;
	snprintf(reason, GATE_REASON_MAX, "cannot listen on %s: %s", g->name, strerror(errno));
	gate_close(g);
	return false;
}

bool gate_open(struct gate *g, const struct config_publisher *p, char reason[GATE_REASON_MAX])
{
	struct endpoint e = wanted(p);

	*g = (struct gate){.fd = -1};
	return e.path ? open_path(g, &e, reason) : open_tcp(g, &e, reason);
}

void gate_close(struct gate *g)
{
	if (g->made)
		unlink(g->name + KIND_MAX);
	if (g->fd >= 0)
		close(g->fd);
	*g = (struct gate){.fd = -1};
}

const char *gate_endpoint(const struct gate *g)
{
	return g->made ? g->name : "tcp://127.0.0.1:1";
}

bool gate_same(const struct config_publisher *a, const struct config_publisher *b)
{
	struct endpoint x = wanted(a), y = wanted(b);

	if (x.path || y.path)
		return cstr_equal(x.path, y.path);
	return addr_zoned_equal(&x.address, &y.address) && x.port == y.port;
}
