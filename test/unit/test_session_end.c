/* test_session_end: which deadline of a session is the next, and what its master sees of it. */
#include "tap.h"
#include "support.h"

#include "server/session_end.h"
#include "server/session_tell.h"
#include "tls/transport.h"

static void test_waiting(void)
{
	struct status_page page = {.stats.waiting = true};
	struct channel channel = {.fd = -1, .page = &page};
	struct session s = {.name = "foo", .channel = &channel};
	struct recorder_events on;

	session_events(&s, &on);
	on.room_again(on.context);
	OK(!page.stats.waiting, "with room on the disk it waits no more, and is not waited for");
}

int main(void)
{
	static struct config c = {.limits = {.handshake_timeout = 7}};
	static struct config_client client = {.own_limits = {.frame_timeout = 30}};
	static struct status_page page = {.stats.heard_ms = 100000};
	static struct channel channel = {.fd = -1, .page = &page};
	static struct session s = {
	    .config = &c, .client = &client, .channel = &channel, .header_deadline = 5000};

	IS_INT(session_seconds_after(1000, 7), 8000, "seconds are 1,000 milliseconds");
	IS_INT(session_deadline(&s), 5000, "until the first link header, for it");
	s.frame_since = 90000;
	IS_INT(session_deadline(&s), 5000, "whatever has come of it");
	s.established = true;
	IS_INT(session_deadline(&s), 120000, "then of the frame that has begun");
	s.frame_since = 0;
	IS_INT(session_deadline(&s), TRANSPORT_FOREVER, "without one there is none");
	client.own_limits.idle_timeout = 60;
	IS_INT(session_deadline(&s), 160000, "but that of silence");
	s.frame_since = 150000;
	IS_INT(session_deadline(&s), 180000, "a frame that has begun is no silence");
	test_waiting();
	return tap_done();
}
