/* test_report: what the master believes of a child, and the texts of the orders. */
#include "tap.h"
#include "support.h"

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

static void test_orders(void)
{
	unsigned wrong = 0;

	OK(*order_text(ORDER_STOP) && *order_text(ORDER_REPLACED) &&
		*order_text(ORDER_RECONFIGURED),
	    "every order has a text: %s, %s, %s", order_text(ORDER_STOP),
	    order_text(ORDER_REPLACED), order_text(ORDER_RECONFIGURED));
	OK(strcmp(order_text(ORDER_STOP), order_text(ORDER_REPLACED)) != 0 &&
		strcmp(order_text(ORDER_STOP), order_text(ORDER_RECONFIGURED)) != 0 &&
		strcmp(order_text(ORDER_REPLACED), order_text(ORDER_RECONFIGURED)) != 0,
	    "of its own");
	IS_STR(order_text(ORDER_REVOKED), "revoked", "a revoked certificate");
	for (int c = -128; c < 128; c++)
		if (c != ORDER_REPLACED && c != ORDER_RECONFIGURED && c != ORDER_REVOKED)
			wrong += strcmp(order_text((char)c), order_text(ORDER_STOP)) != 0;
	IS_INT(wrong, 0, "every other byte is a plain stop");
	wrong = 0;
	for (int c = -128; c < 128; c++)
		wrong +=
		    order_is_patient((char)c) != (c == ORDER_REPLACED || c == ORDER_RECONFIGURED);
	IS_INT(wrong, 0, "who is replaced or configured anew may wait for room, nobody else");
}

int main(void)
{
	test_good();
	test_bad();
	test_random();
	test_orders();
	return tap_done();
}
