/* test_admit: who is it, by the longest prefix, against a search through the whole list; several
 * clients at one address; and the limits. */
#include "tap.h"
#include "support.h"

#include "config/clients.h"
#include "server/connection_limits.h"

static struct admit_entry entries[10000];
static size_t n;
static struct region *region;

static void list(uint32_t client, const char *net)
{
	if (addr_net_parse(net, &entries[n].net)) {
		printf("Bail out! %s\n", net);
		exit(1);
	}
	entries[n++].client = client;
}

/* The clients that are found, as "3 7"; "-" for none. */
static const char *found(const struct clients_table *t, const char *address)
{
	static char text[128];
	struct addr a;
	size_t count = 77;
	const struct admit_entry *e;

	addr_parse(address, &a);
	e = admit_find(t, &a, &count);
	if (!e)
		return count == 0 ? "-" : "count is not 0";
	*text = 0;
	for (size_t i = 0; i < count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%u", i ? " " : "",
		    e[i].client);
	return text;
}

static void test_find(void)
{
	static const struct {
		const char *address, *clients;
	} rows[] = {{"10.1.2.3", "3"}, {"10.1.2.4", "2"}, {"10.1.3.3", "1"}, {"10.2.0.0", "0"},
	    {"11.0.0.0", "9"}, {"9.255.255.255", "9"}, {"10.255.255.255", "0"},
	    {"::ffff:10.1.2.3", "3"}, {"2001:db8::7", "5"}, {"2001:db8::8", "4"},
	    {"2001:db9::", "-"}, {"::", "-"}, {"::a01:203", "-"}, {"192.0.2.1", "6 7 8"},
	    {"192.0.2.2", "9"}, {"198.51.100.9", "10"}, {"198.51.100.10", "9"},
	    {"2001:db8:0:1::", "4"}, {"2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "-"},
	    {"0a01:0203::", "-"}, {"255.255.255.255", "9"}, {"0.0.0.0", "9"}};
	struct clients_table *t;

	n = 0;
	list(8, "192.0.2.1");
	list(0, "10.0.0.0/8");
	list(3, "10.1.2.3");
	list(1, "10.1.0.0/16");
	list(2, "10.1.2.0/24");
	list(6, "192.0.2.1/32");
	list(5, "2001:db8::7");
	list(4, "2001:db8::/32");
	list(7, "::ffff:192.0.2.1");
	list(9, "0.0.0.0/0");
	list(10, "::ffff:198.51.100.9/128");
	t = clients_table_new(region, entries, n);
	if (!OK(t != NULL, "a table"))
		return;
	for (size_t i = 0; i < COUNT(rows); i++)
		IS_STR(found(t, rows[i].address), rows[i].clients, "%s", rows[i].address);

	t = clients_table_new(region, entries, 0);
	OK(t != NULL, "an empty table");
	IS_STR(found(t, "10.0.0.1"), "-", "nobody is listed, IPv4");
	IS_STR(found(t, "::1"), "-", "nobody is listed, IPv6");

	n = 0;
	list(1, "::/0");
	t = clients_table_new(region, entries, n);
	IS_STR(found(t, "10.0.0.1"), "-", "all of IPv6 is not IPv4");
	IS_STR(found(t, "::ffff:10.0.0.1"), "-", "nor its mapped form");
	IS_STR(found(t, "::"), "1", "all of IPv6");
}

static bool holds(const struct addr_net *net, const struct addr *a)
{
	if (net->addr.len != a->len)
		return false;
	for (unsigned k = 0; k < net->bits; k++)
		if ((net->addr.bytes[k / 8] ^ a->bytes[k / 8]) >> (7 - k % 8) & 1)
			return false;
	return true;
}

/* Addresses that are close to each other, so that prefixes hold some of them. */
static struct addr any_address(void)
{
	struct addr a = {.len = random_below(3) ? 4 : 16};

	a.bytes[0] = (uint8_t)(random_below(4) + 8);
	for (unsigned k = 1; k < a.len; k++)
		a.bytes[k] = (uint8_t)(random_below(3) ? random_below(3) : random_next());
	return a;
}

static void test_oracle(void)
{
	unsigned wrong = 0, listed = 0, shared = 0, pairs = 0, want_pairs = 0;
	struct clients_table *t;
	size_t from = 0;
	const struct admit_entry *first, *second;

	random_seed(6);
	for (n = 0; n < COUNT(entries);) {
		struct addr a = any_address();
		unsigned bits = 8u * a.len;

		if (random_below(2))
			bits -= (unsigned)random_below(a.len == 4 ? 25 : 100);
		entries[n].net = addr_mask(&a, bits);
		entries[n].client = (uint32_t)random_below(1000000);
		n++;
		if (random_below(10) == 0 &&
		    n < COUNT(entries)) { /* another client, same network */
			entries[n] = entries[n - 1];
			entries[n++].client = (uint32_t)random_below(1000000);
		}
	}
	t = clients_table_new(region, entries, n);
	if (!OK(t != NULL, "10,000 entries"))
		return;
	for (unsigned i = 0; i < 3000; i++) {
		struct addr a = i % 3 ? any_address() : entries[random_below(n)].net.addr;
		const struct admit_entry *e;
		size_t got, count = 0;
		int longest = -1;

		for (size_t k = 0; k < n; k++)
			if (holds(&entries[k].net, &a)) {
				if ((int)entries[k].net.bits > longest) {
					longest = entries[k].net.bits;
					count = 0;
				}
				count += (int)entries[k].net.bits == longest;
			}
		e = admit_find(t, &a, &got);
		listed += count > 0;
		shared += count > 1;
		if (got != count || !e != (count == 0)) {
			wrong++;
			continue;
		}
		for (size_t k = 0; k < got; k++) {
			bool there = false;

			wrong += !holds(&e[k].net, &a) || e[k].net.bits != longest;
			wrong += k > 0 && e[k].client < e[k - 1].client;
			for (size_t m = 0; m < n && !there; m++)
				there = entries[m].client == e[k].client &&
					entries[m].net.bits == e[k].net.bits &&
					addr_equal(&entries[m].net.addr, &e[k].net.addr);
			wrong += !there;
		}
	}
	IS_INT(wrong, 0, "3,000 look-ups, %u listed, %u of them shared (seed 6)", listed, shared);
	OK(listed > 1000 && listed < 3000 && shared > 100, "of every kind");

	/* pairs: as many as neighbours in the sorted list with one network and two clients */
	while (pairs < n && admit_shared(t, &from, &first, &second)) {
		pairs++;
		wrong += first->client == second->client || first->net.bits != second->net.bits ||
			 !addr_equal(&first->net.addr, &second->net.addr);
	}
	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n && k < i + 2; k++)
			want_pairs += entries[i].client != entries[k].client &&
				      entries[i].net.bits == entries[k].net.bits &&
				      addr_equal(&entries[i].net.addr, &entries[k].net.addr);
	IS_INT(wrong, 0, "pairs of one network and two clients");
	OK(pairs >= want_pairs && pairs > 100 && pairs < n, "%u pairs, at least %u", pairs,
	    want_pairs);
}

static void test_shared(void)
{
	struct clients_table *t;
	size_t from = 0;
	const struct admit_entry *first = NULL, *second = NULL;

	n = 0;
	list(1, "10.0.0.0/8");
	list(2, "10.0.0.0/9");
	list(3, "10.0.0.0");
	list(4, "::");
	t = clients_table_new(region, entries, n);
	OK(!admit_shared(t, &from, &first, &second), "networks within each other are not shared");
	list(5, "10.0.0.0/9");
	t = clients_table_new(region, entries, n);
	from = 0;
	OK(admit_shared(t, &from, &first, &second) && first->client + second->client == 7 &&
		first->net.bits == 9,
	    "the same network of two clients");
	OK(!admit_shared(t, &from, &first, &second), "only once");
	n = 0;
	list(1, "10.0.0.1");
	list(1, "::ffff:10.0.0.1");
	t = clients_table_new(region, entries, n);
	from = 0;
	OK(admit_shared(t, &from, &first, &second) && first->client == second->client,
	    "twice by one client is a pair, too");
	list(2, "10.0.0.1");
	t = clients_table_new(region, entries, n);
	from = 0;
	OK(admit_shared(t, &from, &first, &second) && admit_shared(t, &from, &first, &second) &&
		second->client == 2,
	    "of three each with the one before it");
	OK(!admit_shared(t, &from, &first, &second), "that is all");
}

static void test_limits(void)
{
	static const struct {
		struct admit_counts now;
		struct admit_limits max;
		bool room, peer;
	} rows[] = {{{0, 0, 0}, {1, 1, 1}, true, true}, {{1, 0, 0}, {1, 1, 1}, false, true},
	    {{0, 1, 0}, {1, 1, 1}, false, true}, {{0, 0, 1}, {1, 1, 1}, true, false},
	    {{9, 4, 3}, {10, 5, 4}, true, true}, {{10, 4, 3}, {10, 5, 4}, false, true},
	    {{9, 5, 3}, {10, 5, 4}, false, true}, {{9, 4, 4}, {10, 5, 4}, true, false},
	    {{11, 6, 5}, {10, 5, 4}, false, false}, {{5, 5, 0}, {10, 100, 4}, true, true},
	    {{9, 4, 11}, {99, 9, 12}, true, true}, {{9, 4, 12}, {99, 9, 12}, true, false},
	    {{9, 4, 4000000000}, {99, 9, 10000000000}, true, true}};

	for (size_t i = 0; i < COUNT(rows); i++) {
		IS_INT(admit_room(&rows[i].now, &rows[i].max), rows[i].room, "row %zu: room", i);
		IS_INT(admit_peer(&rows[i].now, &rows[i].max), rows[i].peer, "row %zu: peer", i);
	}
}

int main(void)
{
	region = region_new();
	if (!region)
		support_die("memory");
	test_find();
	test_oracle();
	test_shared();
	test_limits();
	region_free(region);
	return tap_done();
}
