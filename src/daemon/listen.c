/* listen: see listen.h. */
#include "daemon/listen.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "base/parse.h"

/* How long the start waits for a port that is taken. */
#define TAKEN_MS      1000
#define TAKEN_STEP_MS 20

/* Urgent data stays in the stream. Connections inherit this from the listening socket: a byte that
 * came before the option was set would be left out by the kernel. */
static void keep_urgent_inline(int fd)
{
	io_set_option(fd, SOL_SOCKET, SO_OOBINLINE, 1);
}

/* The number of an interface: by its name, or by the number itself; 0 for none. False with errno.
 */
static bool scope_of(const char *zone, uint32_t *scope)
{
	uint64_t number;

	*scope = *zone ? if_nametoindex(zone) : 0;
	if (*zone && *scope == 0 && parse_number(zone, 1, UINT32_MAX, &number))
		*scope = (uint32_t)number;
	return !*zone || *scope > 0;
}

/* One socket, bound and listening, or -1. All addresses: one IPv6 socket takes IPv4 as well,
 * and where the kernel has no IPv6 an IPv4 one does. */
static int open_one(const struct addr_zoned *address, uint16_t port, bool beside)
{
	static const struct addr any4 = {.len = 4}, any6 = {.len = 16};
	const struct addr *a = address->addr.len ? &address->addr : &any6;
	uint32_t scope;
	struct sockaddr_storage ss;
	socklen_t len;
	int fd;

	if (!scope_of(address->zone, &scope))
		return -1;
	fd =
	    socket(a->len == 4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 && address->addr.len == 0 && errno == EAFNOSUPPORT) {
		a = &any4;
		fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	}
	if (fd < 0)
		return -1;
	if (a->len == 16)
		io_set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, address->addr.len != 0);
	io_set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	keep_urgent_inline(fd);
	if (beside)
		io_set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	len = addr_to_sockaddr(a, port, &ss);
	if (scope > 0)
		addr_set_scope(&ss, scope);
	if (bind(fd, (struct sockaddr *)&ss, len) < 0 || listen(fd, SOMAXCONN) < 0) {
		int saved = errno;

		close(fd);
		errno = saved;
		return -1;
	}
	if (beside)
		io_set_option(fd, SOL_SOCKET, SO_REUSEPORT, 0);
	return fd;
}

static void describe(struct listener *l)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	struct addr_zoned a = {.zone = ""};
	uint16_t port;
	uint32_t scope;

	snprintf(l->name, sizeof(l->name), "unknown");
	if (getsockname(l->fd, (struct sockaddr *)&ss, &len) < 0 ||
	    !addr_from_sockaddr((struct sockaddr *)&ss, &a.addr, &port))
		return;
	scope = addr_scope((struct sockaddr *)&ss);
	if (scope > 0 && !if_indextoname(scope, a.zone))
		snprintf(a.zone, sizeof(a.zone), "%u", scope);
	addr_format_listen(&a, port, l->name);
}

static const struct listener *same(
    const struct listeners *old, const struct addr_zoned *address, uint16_t port)
{
	for (size_t i = 0; old && i < old->n; i++)
		if (addr_zoned_equal(&old->v[i].wanted, address) && old->v[i].wanted_port == port)
			return &old->v[i];
	return NULL;
}

/* The address that stands for all of its family: 0.0.0.0, "::". */
static bool unspecified(const struct addr *a)
{
	static const uint8_t zero[sizeof(a->bytes)];

	return memcmp(a->bytes, zero, a->len) == 0;
}

/* Whether an old socket prevents binding the address: it has the same one, or one of the two stands
 * for all addresses. */
static bool covers(const struct listener *l, const struct addr_zoned *address, uint16_t port)
{
	const struct addr *old = &l->wanted.addr, *new = &address->addr;

	if (port == 0 || l->wanted_port != port)
		return false;
	if (old->len == 0 || new->len == 0)
		return true;
	return old->len == new->len &&
	       (addr_equal(old, new) || unspecified(old) || unspecified(new));
}

static bool allow_beside(
    const struct listeners *old, const struct addr_zoned *address, uint16_t port, int on)
{
	bool any = false;

	for (size_t i = 0; old && i < old->n; i++)
		if (covers(&old->v[i], address, port)) {
			io_set_option(old->v[i].fd, SOL_SOCKET, SO_REUSEPORT, on);
			any = true;
		}
	return any;
}

/* `first`: at a start, where no socket of this process has the port. It may be taken for a moment
 * by a child of a server that has just exited, until the child has closed its copies. */
static int open_patiently(const struct addr_zoned *address, uint16_t port, bool first)
{
	const struct timespec step = {.tv_nsec = TAKEN_STEP_MS * 1000000L};
	int fd = open_one(address, port, false);

	for (int ms = 0; first && fd < 0 && errno == EADDRINUSE && ms < TAKEN_MS;
	     ms += TAKEN_STEP_MS) {
		nanosleep(&step, NULL);
		fd = open_one(address, port, false);
	}
	return fd;
}

/* The old sockets are closed only after the new ones are bound, also where one covers the other.
 * Only while binding do they share the port (SO_REUSEPORT), so that no other program can take it.
 */
static int open_beside(const struct listeners *old, const struct addr_zoned *address, uint16_t port)
{
	int fd = open_patiently(address, port, !old), saved;

	if (fd >= 0 || errno != EADDRINUSE || !allow_beside(old, address, port, 1))
		return fd;
	fd = open_one(address, port, true);
	saved = errno;
	allow_beside(old, address, port, 0);
	errno = saved;
	return fd;
}

/* The socket of `old` that has the address already, or a new one. */
static bool keep_or_open(struct listener *l, const struct listeners *old,
    const struct addr_zoned *a, uint16_t port, char reason[LISTEN_REASON_MAX])
{
	static const struct addr_zoned any = {.addr.len = 16};
	const struct listener *kept = same(old, a, port);
	char name[ADDR_LISTEN_MAX];

	if (kept) {
		*l = *kept;
		return true;
	}
	*l = (struct listener){.wanted = *a, .wanted_port = port};
	l->fd = open_beside(old, a, port);
	if (l->fd >= 0) {
		describe(l);
		return true;
	}
	snprintf(reason, LISTEN_REASON_MAX, "cannot listen on %s: %s",
	    addr_format_listen(a->addr.len ? a : &any, port, name), strerror(errno));
	return false;
}

bool listen_open(struct listeners *out, const struct listeners *old,
    const struct addr_zoned *address, size_t n, uint16_t port, char reason[LISTEN_REASON_MAX])
{
	static const struct listeners none;
	static const struct addr_zoned all = {.addr.len = 0};

	out->n = 0;
	out->passed = false;
	if (n > LISTEN_MAX) {
		snprintf(reason, LISTEN_REASON_MAX, "more than %d addresses", LISTEN_MAX);
		return false;
	}
	for (size_t i = 0; i < (n ? n : 1); i++) {
		if (!keep_or_open(&out->v[i], old, n ? &address[i] : &all, port, reason)) {
			listen_close_unused(out, old ? old : &none);
			out->n = 0;
			return false;
		}
		out->n++;
	}
	return true;
}

void listen_take(struct listeners *l, int fd)
{
	keep_urgent_inline(fd);
	l->v[l->n] = (struct listener){.fd = fd};
	describe(&l->v[l->n++]);
	l->passed = true;
}

bool listen_has(const struct listeners *l, int fd)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].fd == fd)
			return true;
	return false;
}

void listen_close_unused(const struct listeners *old, const struct listeners *kept)
{
	for (size_t i = 0; i < old->n; i++)
		if (!listen_has(kept, old->v[i].fd))
			close(old->v[i].fd);
}
