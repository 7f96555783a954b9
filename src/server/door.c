/* door: see door.h. */
#include "server/door.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/io.h"
#include "server/childexit.h"
#include "server/events.h"
#include "server/seen.h"
#include "server/state.h"

bool door_hear(struct child *k)
{
	char data[sizeof(struct door_report) + 1];
	ssize_t n = recv(k->channel, data, sizeof(data), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	/* one report is all that there is: what follows it, or is none, ends the channel */
	return n > 0 && k->found.found == PROXYHEAD_MORE &&
	       door_report_check(data, (size_t)n, &k->found);
}

void door_ended(struct master *m, struct child *k, int status)
{
	bool well = WIFEXITED(status) && WEXITSTATUS(status) == CHILD_FINISHED;

	if (!well && !k->finishing) {
		seen_ended(m, k, status);
		event_child_closed(k, statpages_slot(&m->pages, children_slot(&m->children, k)),
		    status, io_monotonic_ms());
	}
	/* also where it had reported: what it has done with the connection is not known */
	if (!well || k->finishing)
		k->found = (struct door_report){.found = PROXYHEAD_MORE};
	k->pid = 0;
	m->accepting.answers++;
}
