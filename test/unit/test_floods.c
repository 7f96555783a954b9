/* test_floods: how many connections of a client have routine lines, and when the rest is counted.
 */
#include "tap.h"
#include "support.h"

#include "server/floods.h"
#include "server/generation.h"

static struct config_client clients[3] = {{.name = "a"}, {.name = "b"}, {.name = "c"}};
static const struct config_client *names[3] = {clients, clients + 1, clients + 2};
static struct config config = {.nclients = 3, .clients = clients, .by_name = names};
static struct client_floods lines[3];
static struct generation generation = {.config = &config, .floods = lines};

static struct admit_entry entry(const char *net, uint32_t client)
{
	struct admit_entry e = {.client = client};

	addr_net_parse(net, &e.net);
	return e;
}

/* How many of `tries` connections at `now` may log. */
static unsigned allowed(
    struct floods *f, const struct admit_entry *e, size_t candidates, unsigned tries, int64_t now)
{
	unsigned n = 0;

	while (tries-- > 0)
		n += floods_client(f, &generation, e, candidates, now);
	return n;
}

static void test_bursts(void)
{
	struct admit_entry one = entry("10.0.0.1", 0), net = entry("10.1.0.0/16", 1);
	struct admit_entry shared[2] = {entry("10.0.0.2", 2), entry("10.0.0.2", 0)};
	struct floods f;

	memset(lines, 0, sizeof(lines));
	floods_init(&f);
	IS_INT(allowed(&f, &one, 1, 5000, 1000), 100, "a client with an address");
	IS_INT(allowed(&f, &net, 1, 5000, 1000), 2000, "a client with a network");
	IS_INT(allowed(&f, shared, 2, 5000, 1000), 200, "two clients that share an address");
	IS_INT(allowed(&f, &one, 1, 5000, 11000), 100, "a window later: as many again");
}

static void test_due(void)
{
	struct admit_entry a = entry("10.0.0.1", 0), b = entry("10.0.0.2", 1);
	struct floods f;

	memset(lines, 0, sizeof(lines));
	floods_init(&f);
	OK(floods_due(&f) == INT64_MAX, "nothing was suppressed: no summary is due");
	allowed(&f, &b, 1, 101, 13000);
	OK(floods_due(&f) == 23000, "due when the window is over");
	allowed(&f, &a, 1, 101, 12000);
	OK(floods_due(&f) == 22000, "the first of two");
	floods_summaries(&f, &generation, 21999);
	OK(floods_due(&f) == 22000, "not before");
	floods_summaries(&f, &generation, 22000);
	OK(floods_due(&f) == 23000, "then the other");
	floods_summaries(&f, &generation, INT64_MAX);
	OK(floods_due(&f) == INT64_MAX, "all at the end");
}

static void test_replaced(void)
{
	unsigned n = 0;

	memset(lines, 0, sizeof(lines));
	for (int64_t now = 1000; now < 121000; now += 100)
		n += floods_replaced(&generation, "b", now);
	IS_INT(n, 3, "once a minute: at 1, 60 and 120 seconds");
	OK(floods_replaced(&generation, "c", 1000), "another client");
	OK(!floods_replaced(&generation, "d", 1000), "one that is gone");
}

int main(void)
{
	test_replaced();
	test_bursts();
	test_due();
	return tap_done();
}
