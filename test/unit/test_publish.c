/* What of osmo-pcap-publish is pure: parcels, connections, endpoints. */
#include <string.h>

#include "config/endpoint.h"
#include "publish/lines.h"
#include "publish/parcel.h"
#include "publish/recordings.h"
#include "tap.h"

/* ---- parcels ---- */

static void test_parcel(void)
{
	uint8_t buf[64] = {0};
	struct parcel p = {.kind = PARCEL_RECORD, .len = 3}, got;
	size_t need;

	memcpy(buf, &p, sizeof(p));
	OK(parcel_first(buf, 7, &got, &need) == PARCEL_PART && need == 8, "less than a head");
	OK(parcel_first(buf, 10, &got, &need) == PARCEL_PART && need == 11, "less than its bytes");
	OK(parcel_first(buf, 11, &got, &need) == PARCEL_WHOLE && need == 11 && got.len == 3,
	    "a whole one");
	OK(parcel_first(buf, 64, &got, &need) == PARCEL_WHOLE && need == 11, "and more behind it");
	for (uint32_t kind = 0; kind < 10; kind++) {
		p = (struct parcel){.kind = kind, .len = 0};
		memcpy(buf, &p, sizeof(p));
		OK((parcel_first(buf, 8, &got, &need) == PARCEL_WHOLE) ==
			(kind >= PARCEL_HEAD && kind <= PARCEL_TROUBLE),
		    "kind %u", (unsigned)kind);
	}
	p = (struct parcel){.kind = PARCEL_HEAD, .len = PARCEL_MAX};
	memcpy(buf, &p, sizeof(p));
	OK(parcel_first(buf, 8, &got, &need) == PARCEL_PART && need == PARCEL_MAX + 8,
	    "the longest");
	p.len++;
	memcpy(buf, &p, sizeof(p));
	OK(parcel_first(buf, 8, &got, &need) == PARCEL_WRONG, "one byte more");
	p.len = UINT32_MAX;
	memcpy(buf, &p, sizeof(p));
	OK(parcel_first(buf, 8, &got, &need) == PARCEL_WRONG, "the largest length");
}

/* ---- connections ---- */

static bool busy, any;

static bool is_busy(void *of, const char *stem)
{
	(void)of;
	(void)stem;
	return busy;
}

static bool has_any(void *of, const char *stem)
{
	(void)of;
	(void)stem;
	return any;
}

static const struct lines_world world = {.busy = is_busy, .has = has_any, .quiet = 100};

/* A look that meets connection `order` of foo, or none; whether it is new. */
static bool look(struct lines *l, uint64_t order)
{
	bool begun = false;

	lines_look(l);
	if (order > 0)
		lines_listed(l, &(struct line_key){1, 1000, order}, "foo", &begun);
	lines_looked(l);
	return begun;
}

static bool ended(struct lines *l, int64_t now)
{
	char stem[CAPNAME_STEM_MAX];

	return lines_ended(l, &world, now, stem) && strcmp(stem, "foo") == 0;
}

static void test_listed(void)
{
	struct lines l = {.n = 0};

	OK(look(&l, 1), "a connection is listed: it is new");
	OK(!look(&l, 1), "and the same in the next look");
	OK(!ended(&l, 0), "it goes on");
	look(&l, 0);
	OK(!ended(&l, 0), "gone: not before a turn in which its last file was looked for");
	OK(lines_turn(&l), "which is due at once");
	busy = true;
	OK(!ended(&l, 0), "not before its files were published");
	busy = false;
	OK(ended(&l, 0) && !ended(&l, 0), "then it has ended, once");
	OK(look(&l, 2), "another one is new");
	look(&l, 3);
	OK(l.n == 2, "one that comes when another goes is not that one");
	lines_turn(&l);
	OK(ended(&l, 0) && l.n == 1 && l.v[0].key.order == 3, "which has ended");
	lines_free(&l);
}

static void test_recordings(void)
{
	struct lines l = {.n = 0};
	bool begun;

	lines_recording(&l, "foo", true, 1000, &begun);
	OK(begun, "a recording of no connection that is known begins one");
	lines_recording(&l, "foo", true, 1000, &begun);
	OK(!begun, "and the next of it none");
	any = true;
	OK(!ended(&l, 5000), "it lasts as long as there is a recording");
	any = false;
	OK(!ended(&l, 5099), "and a while longer");
	OK(ended(&l, 5100), "then it has ended");
	lines_recording(&l, "foo", true, 0, &begun);
	OK(!look(&l, 7) && l.n == 1 && l.v[0].listed, "one that is listed later is the same");
	look(&l, 0);
	lines_recording(&l, "foo", false, 0, &begun);
	OK(!begun, "a finished file is of the connection that is gone");
	lines_recording(&l, "foo", true, 0, &begun);
	OK(begun, "one that is recorded still is not");
	lines_recording(&l, "bar", false, 0, &begun);
	OK(begun, "nor is one of another client");
	lines_free(&l);
}

/* ---- the order of files ---- */

static void test_order(void)
{
	struct recording v[3] = {{.id = 1, .stem = "foo", .finished = true},
	    {.id = 2, .stem = "foo"}, {.id = 3, .stem = "bar"}};
	struct recordings r = {.v = v, .n = 3};

	OK(!recordings_waits(&r, &v[0]), "the first file waits for none");
	OK(recordings_waits(&r, &v[1]), "the second for the first, which is finished");
	OK(!recordings_waits(&r, &v[2]), "one of another client for neither");
	v[0].finished = false;
	OK(!recordings_waits(&r, &v[1]), "two that are recorded at once do not wait");
	v[1].finished = true;
	OK(!recordings_waits(&r, &v[0]), "nor one for a later one");
	OK(recordings_finishing(&r, "foo") && !recordings_finishing(&r, "bar"), "what is finished");
	OK(recordings_of(&r, "bar") && !recordings_of(&r, "ba"), "what there is");
}

/* ---- endpoints ---- */

static void test_endpoint(void)
{
	static const char *const wrong[] = {"", "tcp", "tcp://", "tcp://:1", "tcp://127.0.0.1",
	    "tcp://127.0.0.1:", "tcp://127.0.0.1:65536", "tcp://127.0.0.1:-1", "tcp://name:1",
	    "tcp://::1:1", "tcp://[::1:1", "tcp://[]:1", "udp://127.0.0.1:1", "ipc://",
	    "ipc://relative", "inproc://x", "tcp://127.0.0.1:1;ipc:///x"};
	char path[ENDPOINT_PATH_MAX + 8];
	struct endpoint e;

	OK(!endpoint_parse("tcp://127.0.0.1:5555", &e) && !e.path && e.port == 5555 &&
		e.address.addr.len == 4,
	    "IPv4");
	OK(!endpoint_parse("tcp://[2001:db8::1]:0", &e) && e.address.addr.len == 16 && e.port == 0,
	    "IPv6");
	OK(!endpoint_parse("tcp://[fe80::1%lo]:7", &e) && strcmp(e.address.zone, "lo") == 0,
	    "with an interface");
	OK(!endpoint_parse("tcp://*:7", &e) && e.address.addr.len == 0, "all addresses");
	OK(!endpoint_parse("ipc:///run/x", &e) && strcmp(e.path, "/run/x") == 0, "a path");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		OK(endpoint_parse(wrong[i], &e) != NULL, "wrong: %s", wrong[i]);
	memset(path, '/', sizeof(path));
	memcpy(path, "ipc://", 6);
	path[6 + ENDPOINT_PATH_MAX - 1] = '\0';
	OK(!endpoint_parse(path, &e), "the longest path");
	path[6 + ENDPOINT_PATH_MAX - 1] = '/';
	path[6 + ENDPOINT_PATH_MAX] = '\0';
	OK(endpoint_parse(path, &e) != NULL, "one byte more");
}

int main(void)
{
	test_parcel();
	test_listed();
	test_recordings();
	test_order();
	test_endpoint();
	return tap_done();
}
