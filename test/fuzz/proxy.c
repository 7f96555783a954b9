/* proxy: the PROXY header, and what a doorman reports of it.
 *
 * The input: the beginning of a connection. However its bytes arrive, the same is found, the same
 * bytes are the header, and those behind it change nothing. The same input, filled up, as a report:
 * what is believed of it is the address of a host, normalised. */
#include "fuzz.h"

#include "capture/proxyhead.h"
#include "server/child_report.h"

static void header(const uint8_t *data, size_t len)
{
	struct proxyhead_peer whole, part;
	enum proxyhead found = proxyhead_read(data, len, &whole), then;
	size_t n = 0;

	MUST(found < PROXYHEAD_EMPTY, "only who reads a connection finds %d", (int)found);
	MUST(found <= PROXYHEAD_LOCAL || *proxyhead_reason(found), "%d for no reason", (int)found);
	/* up to the first byte with which it is known; exact copies, so that no byte behind is read
	 */
	do {
		uint8_t *copy = malloc(n + !n);

		MUST(copy, "memory");
		memcpy(copy, data, n);
		then = proxyhead_read(copy, n, &part);
		MUST(then != PROXYHEAD_MORE || part.used == n, "%zu of %zu", part.used, n);
		free(copy);
	} while (then == PROXYHEAD_MORE && n++ < len);
	MUST(then == found, "%d byte by byte, %d at once", (int)then, (int)found);
	if (found == PROXYHEAD_MORE)
		MUST(whole.used == len && len < PROXYHEAD_MAX, "more than there may be");
	if (found != PROXYHEAD_PEER && found != PROXYHEAD_LOCAL)
		return;
	MUST(whole.used == n && n <= PROXYHEAD_MAX, "%zu bytes, known with %zu", whole.used, n);
	MUST(found == PROXYHEAD_LOCAL || addr_is_host(&whole.addr), "no host's address");
	MUST(whole.port == part.port && addr_equal(&whole.addr, &part.addr), "another peer");
}

/* A header of version 1 with this peer names it. */
static void again(const struct addr *a, uint16_t port)
{
	char text[ADDR_TEXT_MAX], line[200];
	struct proxyhead_peer p;
	int n = snprintf(line, sizeof(line), "PROXY TCP%d %s %s %u 1\r\n", a->len == 4 ? 4 : 6,
	    addr_format(a, text), a->len == 4 ? "192.0.2.1" : "::1", port);

	MUST(proxyhead_read((uint8_t *)line, (size_t)n, &p) == PROXYHEAD_PEER &&
		 addr_equal(&p.addr, a) && p.port == port,
	    "%s", line);
}

static void report(const uint8_t *data, size_t len)
{
	struct door_report in = {0}, out;

	MUST(len == sizeof(in) || !door_report_check(data, len, &out), "a report of another size");
	memcpy(&in, data, len < sizeof(in) ? len : sizeof(in));
	if (!door_report_check(&in, sizeof(in), &out))
		return;
	MUST(out.found > PROXYHEAD_MORE && out.found < PROXYHEAD_KINDS, "nothing that is found");
	if (out.found == PROXYHEAD_PEER) {
		struct addr mapped = addr_from_bytes(out.addr.bytes, out.addr.len);

		MUST(out.port <= UINT16_MAX && addr_is_host(&out.addr), "no host");
		MUST(addr_equal(&mapped, &out.addr), "not normalised");
		again(&out.addr, (uint16_t)out.port);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	header(data, len);
	report(data, len);
	return 0;
}
