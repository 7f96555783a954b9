/* test_report: what the master believes of a child, what a child believes of its master, and the
 * texts of the orders. */
#include "tap.h"
#include "support.h"

#include "config/config.h"
#include "server/child_report.h"

#define NAME "trace-bar-20261122_233307.pcap"

static struct report in, out;

static bool check(const void *data, size_t len, uint32_t candidates)
{
	uint8_t *copy = malloc(len + !len);
	bool ok;

	if (!copy)
		support_die("memory");
	memcpy(copy, data, len);
	memset(&out, 0x5a, sizeof(out));
	ok = report_check(copy, len, candidates, &out);
	free(copy);
	return ok;
}

static void make(uint32_t kind, uint32_t candidate, const char *name)
{
	memset(&in, 0, sizeof(in));
	in.kind = kind;
	in.candidate = candidate;
	snprintf(in.name, sizeof(in.name), "%s", name);
}

static void test_good(void)
{
	for (uint32_t i = 0; i < 3; i++) {
		make(REPORT_ESTABLISHED, i, "");
		OK(check(&in, sizeof(in), 3) && out.kind == REPORT_ESTABLISHED &&
			out.candidate == i,
		    "established as candidate %u of 3", i);
	}
	make(REPORT_OPENED, 0, NAME);
	OK(check(&in, sizeof(in), 1) && out.kind == REPORT_OPENED && strcmp(out.name, NAME) == 0,
	    "opened");
	make(REPORT_PUBLISHED, 0, "trace-bar-20261122_233307-12.pcapng");
	OK(check(&in, sizeof(in), 1) && out.kind == REPORT_PUBLISHED &&
		strcmp(out.name, "trace-bar-20261122_233307-12.pcapng") == 0,
	    "published");
}

static void test_bad(void)
{
	static const char *const names[] = {"", "x", "/etc/passwd", "../" NAME, "/" NAME, "./" NAME,
	    "trace-../-20261122_233307.pcap", "trace-a/b-20261122_233307.pcap",
	    "trace-a/../b-20261122_233307.pcap", "trace-bar-20261122_233307.pcap/..",
	    "trace-bar-20261122_233307.txt", "trace-b\nr-20261122_233307.pcap",
	    "trace-bar-20261122_233307-0.pcap", "..", "."};
	static const uint32_t kinds[] = {0, 4, 255, 256, 0x01000000, 0x80000001, 0xffffffff};
	static const uint32_t candidates[] = {3, 4, 0x80000000, 0xffffffff};
	uint8_t long_one[2 * sizeof(struct report)] = {0};

	for (size_t kind = REPORT_OPENED; kind <= REPORT_PUBLISHED; kind++)
		for (size_t i = 0; i < COUNT(names); i++) {
			make((uint32_t)kind, 0, names[i]);
			OK(!check(&in, sizeof(in), 1), "kind %zu with a foreign name %zu", kind, i);
		}
	for (size_t i = 0; i < COUNT(kinds); i++) {
		make(kinds[i], 0, NAME);
		OK(!check(&in, sizeof(in), 1), "kind %u", kinds[i]);
	}
	for (size_t i = 0; i < COUNT(candidates); i++) {
		make(REPORT_ESTABLISHED, candidates[i], "");
		OK(!check(&in, sizeof(in), 3), "candidate %u of 3", candidates[i]);
	}
	make(REPORT_ESTABLISHED, 0, "");
	OK(!check(&in, sizeof(in), 0), "a candidate of none");
	in.id.serial_len = CERTID_SERIAL_MAX;
	OK(check(&in, sizeof(in), 1), "the longest serial number");
	in.id.serial_len = CERTID_SERIAL_MAX + 1;
	OK(!check(&in, sizeof(in), 1), "a longer one than there is room for");
	make(REPORT_ESTABLISHED, 0, "");
	memset(in.name, 'a', sizeof(in.name));
	OK(!check(&in, sizeof(in), 1), "an unterminated name, where none is used");
	make(REPORT_OPENED, 0, NAME);
	for (size_t n = 0; n < sizeof(in); n++)
		if (check(&in, n, 1))
			OK(false, "%zu bytes of %zu", n, sizeof(in));
	memcpy(long_one, &in, sizeof(in));
	OK(check(long_one, sizeof(in), 1), "the right size");
	OK(!check(long_one, sizeof(in) + 1, 1), "a byte more");
	OK(!check(long_one, sizeof(long_one), 1), "two reports at once");
	for (size_t kind = REPORT_OPENED; kind <= REPORT_PUBLISHED; kind++) {
		make((uint32_t)kind, 0, "trace-");
		memset(in.name + 6, 'a', sizeof(in.name) - 6);
		OK(!check(&in, sizeof(in), 1), "an unterminated name");
		memset(in.name, 0xff, sizeof(in.name));
		OK(!check(&in, sizeof(in), 1), "a name of 0xff");
	}
}

static struct door_report door(uint32_t found, const char *text, uint32_t port)
{
	struct door_report r;

	memset(&r, 0, sizeof(r));
	r.found = found;
	r.port = port;
	if (*text && !addr_parse(text, &r.addr))
		support_die(text);
	return r;
}

static bool door_check(const struct door_report *r, struct door_report *seen)
{
	memset(seen, 0x5a, sizeof(*seen));
	return door_report_check(r, sizeof(*r), seen);
}

/* Of a doorman. */
static void test_door(void)
{
	static const char *const hosts[] = {"192.0.2.1", "2001:db8::1", "fe80::1", "127.0.0.1"};
	static const char *const others[] = {
	    "0.0.0.0", "255.255.255.255", "224.0.0.1", "239.1.2.3", "::", "ff02::1"};
	static const uint8_t mapped[16] = {[10] = 0xff, [11] = 0xff, 192, 0, 2, 1};
	struct door_report r, seen;
	char text[ADDR_TEXT_MAX];
	uint8_t twice[2 * sizeof(r)] = {0};

	for (size_t i = 0; i < COUNT(hosts); i++) {
		r = door(PROXYHEAD_PEER, hosts[i], 65535);
		OK(door_check(&r, &seen) && seen.port == 65535 &&
			strcmp(addr_format(&seen.addr, text), hosts[i]) == 0,
		    "a doorman has found %s", hosts[i]);
	}
	for (size_t i = 0; i < COUNT(others); i++) {
		r = door(PROXYHEAD_PEER, others[i], 1);
		OK(!door_check(&r, &seen), "no host is %s", others[i]);
	}
	for (uint32_t found = 0; found < PROXYHEAD_KINDS + 3; found++) {
		r = door(found, "192.0.2.1", 1);
		OK(door_check(&r, &seen) == (found > PROXYHEAD_MORE && found < PROXYHEAD_KINDS),
		    "what it has found is %u", found);
		if (found > PROXYHEAD_PEER && found < PROXYHEAD_KINDS)
			OK(seen.addr.len == 0 && seen.port == 0, "and no address comes with it");
	}
	r = door(UINT32_MAX, "192.0.2.1", 1);
	OK(!door_check(&r, &seen), "nothing that can be found");
	r = door(PROXYHEAD_PEER, "192.0.2.1", 65536);
	OK(!door_check(&r, &seen), "no port");
	for (unsigned len = 0; len < 256; len++) {
		r = door(PROXYHEAD_PEER, "2001:db8::1", 1);
		r.addr.len = (uint8_t)len;
		if (len != 4 && len != 16)
			OK(!door_check(&r, &seen), "an address of %u bytes", len);
	}
	r = door(PROXYHEAD_PEER, "", 1);
	r.addr.len = 16;
	memcpy(r.addr.bytes, mapped, 16);
	OK(door_check(&r, &seen) && strcmp(addr_format(&seen.addr, text), "192.0.2.1") == 0,
	    "a mapped address is normalised");
	r = door(PROXYHEAD_PEER, "192.0.2.1", 1);
	memset(r.addr.bytes + 4, 0xff, 12);
	OK(door_check(&r, &seen) && seen.addr.bytes[4] == 0 && seen.addr.bytes[15] == 0,
	    "nothing is left behind an address of IPv4");
	for (size_t n = 0; n < sizeof(r); n++)
		if (door_report_check(&r, n, &seen))
			OK(false, "%zu bytes of %zu", n, sizeof(r));
	OK(!door_report_check(twice, sizeof(r) + 1, &seen) &&
		!door_report_check(twice, sizeof(twice), &seen),
	    "more than a report");
}

/* Whatever passes is a report whose name can be printed and used. */
static void test_random(void)
{
	unsigned passed = 0, wrong = 0;

	random_seed(3);
	for (unsigned i = 0; i < 200000; i++) {
		struct capname c;

		make(1 + (uint32_t)random_below(3), (uint32_t)random_below(4), NAME);
		for (unsigned k = 0; k <= i % 3; k++) {
			size_t at = (size_t)random_below(i % 2 ? sizeof(NAME) + 8 : sizeof(in));

			((uint8_t *)&in)[at] = (uint8_t)random_next();
		}
		if (!check(&in, sizeof(in), 3))
			continue;
		passed++;
		wrong += out.kind < 1 || out.kind > 3;
		wrong += out.kind == REPORT_ESTABLISHED && out.candidate >= 3;
		wrong += !memchr(out.name, 0, sizeof(out.name));
		wrong += out.kind != REPORT_ESTABLISHED && !capname_parse(out.name, &c);
	}
	OK(passed > 0, "%u of 200,000 damaged reports pass (seed 3)", passed);
	IS_INT(wrong, 0, "and those are sound");
}

static bool order(const struct order *o, size_t len)
{
	uint8_t *copy = malloc(len + !len);
	struct order got;
	bool ok;

	if (!copy)
		support_die("memory");
	memcpy(copy, o, len);
	memset(&got, 0x5a, sizeof(got));
	ok = order_check(copy, len, &got);
	free(copy);
	return ok && memcmp(&got, o, sizeof(got)) == 0;
}

/* As an operator may have them. */
static struct order settings(void)
{
	struct order o;

	memset(&o, 0, sizeof(o));
	o.kind = ORDER_SETTINGS;
	o.live.max_file_size = 1 << 30;
	o.live.max_snaplen = 9000;
	o.live.mode = 0440;
	o.live.rotate_unit = ROTATE_MINUTE;
	o.live.rotate_mod = 5;
	o.live.store = 1;
	return o;
}

static void test_settings(void)
{
	static const struct {
		const char *name;
		size_t at;
		uint32_t value;
		bool good;
	} rows[] = {
	    {"no packets", offsetof(struct order, live.max_snaplen), 0, false},
	    {"a byte of each", offsetof(struct order, live.max_snaplen), 1, true},
	    {"the most", offsetof(struct order, live.max_snaplen), CONFIG_SNAPLEN_MAX, true},
	    {"more", offsetof(struct order, live.max_snaplen), CONFIG_SNAPLEN_MAX + 1, false},
	    {"mode 0", offsetof(struct order, live.mode), 0, true},
	    {"mode 0777", offsetof(struct order, live.mode), 0777, true},
	    {"the mark as a mode", offsetof(struct order, live.mode), 01440, false},
	    {"store = false", offsetof(struct order, live.store), 0, true},
	    {"close-when-due", offsetof(struct order, live.close_when_due), 1, true},
	    {"close-when-due = 2", offsetof(struct order, live.close_when_due), 2, false},
	    {"store = 2", offsetof(struct order, live.store), 2, false},
	    {"minute mod 0", offsetof(struct order, live.rotate_mod), 0, false},
	    {"minute mod 60", offsetof(struct order, live.rotate_mod), 60, true},
	    {"minute mod 61", offsetof(struct order, live.rotate_mod), 61, false},
	    {"never mod 5", offsetof(struct order, live.rotate_unit), ROTATE_NEVER, false},
	    {"year mod 5", offsetof(struct order, live.rotate_unit), ROTATE_YEAR, true},
	    {"a unit behind the year", offsetof(struct order, live.rotate_unit), ROTATE_YEAR + 1,
		false},
	    {"a unit far away", offsetof(struct order, live.rotate_unit), 0xffffffff, false},
	};
	struct order o = settings();
	uint8_t twice[2 * sizeof(o)] = {0};

	OK(order(&o, sizeof(o)), "settings");
	for (size_t i = 0; i < COUNT(rows); i++) {
		o = settings();
		memcpy((uint8_t *)&o + rows[i].at, &rows[i].value, sizeof(rows[i].value));
		OK(order(&o, sizeof(o)) == rows[i].good, "%s", rows[i].name);
	}
	o = settings();
	for (size_t n = 0; n < sizeof(o); n++)
		if (order(&o, n))
			OK(false, "%zu bytes of %zu", n, sizeof(o));
	memcpy(twice, &o, sizeof(o));
	OK(!order((struct order *)twice, sizeof(o) + 1), "a byte more");
	OK(!order((struct order *)twice, sizeof(twice)), "two orders at once");
}

static void test_orders(void)
{
	struct order o = settings();

	for (uint32_t kind = 0; kind < 300; kind++) {
		bool good = kind >= ORDER_STOP && kind <= ORDER_SETTINGS;

		o.kind = kind;
		if (order(&o, sizeof(o)) != good)
			OK(false, "kind %u", kind);
		if (kind != ORDER_REPLACED && kind != ORDER_RECONFIGURED && kind != ORDER_REVOKED &&
		    strcmp(order_text((enum order_kind)kind), "stop") != 0)
			OK(false, "the text of kind %u", kind);
	}
	IS_STR(order_text(ORDER_STOP), "stop", "stop");
	IS_STR(order_text(ORDER_REPLACED), "replaced", "a newer connection");
	IS_STR(order_text(ORDER_RECONFIGURED), "reload", "another configuration");
	IS_STR(order_text(ORDER_REVOKED), "revoked", "a revoked certificate");
	OK(order_is_patient(ORDER_REPLACED) && order_is_patient(ORDER_RECONFIGURED) &&
		!order_is_patient(ORDER_REVOKED) && !order_is_patient(ORDER_STOP),
	    "who may wait for a full disk");
}

int main(void)
{
	test_good();
	test_bad();
	test_door();
	test_random();
	test_settings();
	test_orders();
	return tap_done();
}
