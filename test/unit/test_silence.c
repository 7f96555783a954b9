/* test_silence: when a client was heard last, whatever its child writes into its page. */
#include "tap.h"
#include "support.h"

#include "base/log.h"
#include "server/silence.h"
#include "server/timers.h"

static struct generation g;
static struct area area;
static struct children children;
static struct statpages pages;
static struct silence s;
static struct child *k;
static struct stats *stats;

/* One client, with a max-silence of 20 seconds, since 1000; its child records. */
static void begin(void)
{
	static struct config_client client = {.name = "foo", .own_limits = {.max_silence = 20}};
	static struct config c = {.clients = &client, .nclients = 1};
	static const struct admit_entry candidate = {.client = 0};
	char reason[AREA_REASON_MAX];

	g.config = &c;
	if (!children_init(&children, 4) || !statpages_reserve(&pages, 4, -1, 0) ||
	    !area_open(&area, NULL, 4, "", reason) || !area_clients(&area, &c, NULL, 1000))
		support_die("memory");
	k = children_add(&children);
	k->client = "foo";
	k->candidate = &candidate;
	k->candidates = 1;
	k->generation = &g;
	stats = statpages_slot(&pages, children_slot(&children, k));
	silence_init(&s);
	silence_watch(&s, &c, &area, 1000);
}

static int64_t heard_at(int64_t now)
{
	silence_look(&s, &g, &children, &pages, &area, now);
	return area.client[0].last_packet_ms;
}

static void test_when(void)
{
	IS_INT(s.due, 6000, "with 20 seconds there is a look every 5");
	IS_INT(heard_at(6000), 0, "without a packet it was not heard");
	stats->heard_ms = 6500;
	IS_INT(heard_at(11000), 0, "nor with a frame that is none");
	stats->packets = 1;
	stats->heard_ms = 12345;
	IS_INT(heard_at(16000), 12345, "a packet counts from when it came, not from the look");
	stats->heard_ms = 20000;
	IS_INT(heard_at(21000), 12345, "a time without a packet is none");
	stats->packets = 2;
	stats->heard_ms = 3;
	IS_INT(heard_at(26000), 26000, "a time before the last look is not believed");
	stats->packets = 1;
	stats->heard_ms = UINT64_MAX;
	IS_INT(heard_at(31000), 31000, "nor a negative one");
	stats->packets = UINT64_MAX;
	stats->heard_ms = 99999999;
	IS_INT(heard_at(36000), 36000, "nor one to come");
}

static void test_silent(void)
{
	heard_at(51000);
	OK(!area.client[0].silent, "15 seconds are no silence");
	heard_at(56000);
	OK(area.client[0].silent, "20 are");
	IS_INT(area.client[0].silent_ms, 56000, "since when it is told is noted");
	stats->waiting = 1;
	IS_INT(heard_at(61000), 61000, "one that waits for room is heard");
	OK(!area.client[0].silent, "so that it is not silent");
	IS_INT(heard_at(90000), 90000, "as long as it waits");
	OK(!area.client[0].silent, "it does not become so");
	stats->waiting = 0;
	heard_at(110000);
	OK(area.client[0].silent, "but when it does not");
	area.client[0].max_silence_s = 0;
	heard_at(115000);
	IS_INT(s.due, 120000, "one that is silent is looked at, though it may be so now");
	stats->packets = 7;
	heard_at(120000);
	OK(!area.client[0].silent, "until it is heard");
	IS_INT(s.due, TIMER_NEVER, "then nothing is left to be looked at");
}

int main(void)
{
	log_set_level(LVL_ERROR);
	begin();
	test_when();
	test_silent();
	return tap_done();
}
