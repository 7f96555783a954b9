/* orders: see orders.h. */
#include "server/orders.h"

#include <errno.h>
#include <linux/sockios.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/attach.h"
#include "base/io.h"
#include "filter/pass.h"
#include "server/events.h"
#include "server/seen.h"
#include "server/state.h"
#include "server/timers.h"

#define AGAIN_MS 1000

static bool has_directory(const struct child *k)
{
	for (uint32_t i = 0; i < k->candidates; i++)
		if (k->generation->places.client[k->candidate[i].client].base >= 0)
			return true;
	return false;
}

struct recorder_live orders_live(const struct child *k, const struct config_client *client)
{
	const struct config_storage *s = &client->storage;

	return (struct recorder_live){
	    .max_file_size = s->max_file_size,
	    .max_snaplen = s->max_snaplen,
	    .mode = s->mode,
	    .rotate_unit = s->rotate.unit,
	    .rotate_mod = s->rotate.mod,
	    .store = client->store && has_directory(k),
	    .close_when_due = s->close_when_due,
	    .filter = s->table ? s->table->number : 0,
	};
}

void orders_choose(struct child *k, uint32_t candidate)
{
	const struct config_client *client =
	    &k->generation->config->clients[k->candidate[candidate].client];

	k->chosen = candidate;
	k->client = client->name;
	k->live = orders_live(k, client);
}

bool orders_same(const struct recorder_live *a, const struct recorder_live *b)
{
	return a->max_file_size == b->max_file_size && a->max_snaplen == b->max_snaplen &&
	       a->mode == b->mode && a->rotate_unit == b->rotate_unit &&
	       a->rotate_mod == b->rotate_mod && a->store == b->store &&
	       a->close_when_due == b->close_when_due && a->filter == b->filter;
}

/* file: goes with it; -1: none. */
static bool tell(const struct child *k, const struct order *o, int file)
{
	return attach_send(k->channel, o, sizeof(*o), file, MSG_DONTWAIT | MSG_NOSIGNAL) ==
	       sizeof(*o);
}

/* Whether so many settings lie unread in the channel that an order to finish, of which a child gets
 * two at most, might not fit behind more of them. Both numbers count what the kernel takes for the
 * messages, not their bytes. */
static bool keep_room(const struct child *k)
{
	int unread = 0, room = 0;
	socklen_t len = sizeof(room);

	return ioctl(k->channel, SIOCOUTQ, &unread) == 0 &&
	       getsockopt(k->channel, SOL_SOCKET, SO_SNDBUF, &room, &len) == 0 && unread > room / 2;
}

bool orders_finish(struct master *m, struct child *k, enum order_kind why)
{
	struct order o = {.kind = why};
	int64_t look_ms;

	if (k->pid <= 0) /* kill(-1) would signal all processes */
		return false;
	if (k->finishing && (!k->patient || order_is_patient(why)))
		return false;
	k->finishing = true;
	k->patient = order_is_patient(why);
	k->finish_by_ms = io_monotonic_ms() + ORDERS_FINISH_MS;
	look_ms =
	    k->patient ? k->finish_by_ms - ORDERS_FINISH_MS + ORDERS_LOOK_MS : k->finish_by_ms;
	if (look_ms < m->ends.late_due)
		m->ends.late_due = look_ms;
	seen_finishing(m, k);
	tell(k, &o, -1);
	kill(k->pid, SIGTERM);
	return true;
}

/* Whether it may go another time. */
static bool is_passing(int error)
{
	return error == EAGAIN || error == ENOBUFS || error == ENOMEM || error == EINTR ||
	       error == ETOOMANYREFS || error == EMFILE || error == ENFILE || error == ENOSPC;
}

/* Whether it is done: told, or about to end. */
static bool tell_settings(const struct master *m, const struct child *k)
{
	const struct filter_table *t = filters_numbered(&m->generation->filters, k->live.filter);
	struct order o = {.kind = ORDER_SETTINGS, .live = k->live};
	int file = -1, error;
	bool told;

	if (keep_room(k))
		return false;
	if (t && (file = filter_pass(t)) < 0)
		return !is_passing(errno);
	told = tell(k, &o, file);
	error = errno;
	if (file >= 0)
		close(file);
	if (told)
		kill(k->pid, SIGHUP);
	return told || !is_passing(error);
}

static void note_due(struct master *m, struct child *k, int64_t now)
{
	k->untold = true;
	if (now + AGAIN_MS < m->orders_due)
		m->orders_due = now + AGAIN_MS;
}

void orders_settings(struct master *m, struct child *k, const struct recorder_live *live)
{
	k->live = *live;
	k->untold = false;
	if (tell_settings(m, k))
		return;
	event_untold(k);
	note_due(m, k, io_monotonic_ms());
}

void orders_again(struct master *m, int64_t now)
{
	m->orders_due = TIMER_NEVER;
	for (struct child *k = children_first(&m->children); k;
	     k = children_next(&m->children, k)) {
		if (!k->untold || (k->finishing && !k->patient))
			continue;
		k->untold = false;
		if (!tell_settings(m, k))
			note_due(m, k, now);
	}
}
