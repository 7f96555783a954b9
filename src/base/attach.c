/* attach: see attach.h. */
#include "base/attach.h"

#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

union space {
	struct cmsghdr align;
	char room[CMSG_SPACE(sizeof(int))];
};

ssize_t attach_send(int socket, const void *data, size_t len, int file, int flags)
{
	union space space = {.room = {0}};
	/* it is not written to: sendmsg(2) has the type of recvmsg(2) */
	struct iovec iov = {.iov_base = (void *)(uintptr_t)data, .iov_len = len};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};

	if (file >= 0) {
		struct cmsghdr *c;

		m.msg_control = &space;
		m.msg_controllen = sizeof(space);
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(file));
		memcpy(CMSG_DATA(c), &file, sizeof(file));
	}
	return sendmsg(socket, &m, flags);
}

ssize_t attach_receive(int socket, void *data, size_t len, int *file, int flags)
{
	union space space = {.room = {0}};
	struct iovec iov = {.iov_base = data, .iov_len = len};
	struct msghdr m = {.msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = &space,
	    .msg_controllen = sizeof(space)};
	ssize_t n = recvmsg(socket, &m, flags | MSG_CMSG_CLOEXEC);
	const struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&m) : NULL;

	*file = -1;
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
	    c->cmsg_len == CMSG_LEN(sizeof(*file)))
		memcpy(file, CMSG_DATA(c), sizeof(*file));
	return n;
}
