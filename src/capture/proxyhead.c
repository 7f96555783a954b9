/* proxyhead: see proxyhead.h. */
#include "capture/proxyhead.h"

#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"
#include "base/parse.h"

/* ---- version 1: a line ---- */

#define LINE1  107 /* with CR and LF */
#define START1 "PROXY "

/* The next word, which ends at a single space, or with the line. */
static const char *word(char **rest)
{
	char *begin = *rest, *space = strchr(begin, ' ');

	if (space)
		*space = '\0';
	*rest = space ? space + 1 : begin + strlen(begin);
	return begin;
}

static bool read_address(const char *text, bool six, struct addr *out)
{
	return (strchr(text, ':') != NULL) == six && addr_parse(text, out);
}

static bool read_port(const char *text, uint16_t *out)
{
	uint64_t v;

	if ((text[0] == '0' && text[1]) || !parse_number(text, 0, UINT16_MAX, &v))
		return false;
	*out = (uint16_t)v;
	return true;
}

/* The line behind "PROXY ", without its end. */
static enum proxyhead read_words(char *line, struct proxyhead_peer *out)
{
	const char *family = word(&line), *from, *to, *port, *to_port;
	bool six = strcmp(family, "TCP6") == 0;
	struct addr unused;
	uint16_t none;

	if (strcmp(family, "UNKNOWN") == 0)
		return PROXYHEAD_UNKNOWN;
	if (!six && strcmp(family, "TCP4") != 0)
		return PROXYHEAD_MALFORMED;
	from = word(&line);
	to = word(&line);
	port = word(&line);
	to_port = line; /* nothing may follow: no port contains a space */
	if (!read_address(from, six, &out->addr) || !read_address(to, six, &unused) ||
	    !read_port(port, &out->port) || !read_port(to_port, &none))
		return PROXYHEAD_MALFORMED;
	return addr_is_host(&out->addr) ? PROXYHEAD_PEER : PROXYHEAD_ADDRESS;
}

static enum proxyhead read1(const uint8_t *data, size_t len, struct proxyhead_peer *out)
{
	const size_t begin = strlen(START1);
	char line[LINE1];
	size_t end = begin;

	while (end < len && end < LINE1 - 1 && data[end] != '\r')
		if (data[end] == '\n' || data[end++] == '\0')
			return PROXYHEAD_MALFORMED;
	if (end == LINE1 - 1)
		return PROXYHEAD_LONG;
	if (end + 1 >= len)
		return PROXYHEAD_MORE;
	if (data[end + 1] != '\n')
		return PROXYHEAD_MALFORMED;
	memcpy(line, data + begin, end - begin);
	line[end - begin] = '\0';
	out->used = end + 2;
	return read_words(line, out);
}

/* ---- version 2: binary, network byte order ---- */

#define START2     "\r\n\r\n\0\r\nQUIT\n"
#define START2_LEN 12
#define HEAD2      16 /* start, version and command, family and protocol, length of the rest */

enum {
	LOCAL = 0,
	PROXY = 1,
	FAMILY_UNSPEC = 0,
	FAMILY_INET = 1,
	FAMILY_INET6 = 2,
	FAMILY_UNIX = 3,
	PROTOCOL_UNSPEC = 0,
	PROTOCOL_STREAM = 1,
	PROTOCOL_DATAGRAM = 2,
	FIELD_CRC32C = 3
};

/* RFC 4960, appendix B; the four bytes at `field` count as 0. */
static uint32_t crc32c(const uint8_t *data, size_t len, const uint8_t *field)
{
	uint32_t crc = UINT32_MAX;

	for (const uint8_t *p = data; p < data + len; p++) {
		crc ^= p >= field && p < field + 4 ? 0 : *p;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
	}
	return ~crc;
}

/* The fields behind the addresses. */
static enum proxyhead read_fields(const uint8_t *data, size_t len, struct bytes *b)
{
	const uint8_t *sum = NULL;

	while (b->left > 0) {
		const uint8_t *type = bytes_take(b, 1);
		size_t n = bytes_u16(b);
		const uint8_t *value = bytes_take(b, n);

		if (b->failed)
			return PROXYHEAD_MALFORMED;
		if (*type != FIELD_CRC32C)
			continue;
		if (n != 4 || sum)
			return PROXYHEAD_MALFORMED;
		sum = value;
	}
	if (sum && bytes_load32(sum, true) != crc32c(data, len, sum))
		return PROXYHEAD_CHECKSUM;
	return PROXYHEAD_PEER;
}

static enum proxyhead read_addresses(
    const uint8_t *data, size_t len, size_t size, struct proxyhead_peer *out)
{
	struct bytes b = bytes_over(data + HEAD2, len - HEAD2, true);
	const uint8_t *from = bytes_take(&b, size);
	enum proxyhead fields;

	bytes_take(&b, size);
	out->port = bytes_u16(&b);
	bytes_u16(&b);
	if (b.failed)
		return PROXYHEAD_MALFORMED;
	out->addr = addr_from_bytes(from, size);
	fields = read_fields(data, len, &b);
	if (fields != PROXYHEAD_PEER)
		return fields;
	return addr_is_host(&out->addr) ? PROXYHEAD_PEER : PROXYHEAD_ADDRESS;
}

/* A whole header. */
static enum proxyhead read_body(const uint8_t *data, size_t len, struct proxyhead_peer *out)
{
	unsigned family = data[13] >> 4, protocol = data[13] & 15u;

	out->used = len;
	if ((data[12] & 15) == LOCAL)
		return PROXYHEAD_LOCAL;
	if (family > FAMILY_UNIX || protocol > PROTOCOL_DATAGRAM)
		return PROXYHEAD_MALFORMED;
	if (family == FAMILY_UNSPEC || protocol == PROTOCOL_UNSPEC)
		return PROXYHEAD_UNKNOWN;
	if (family == FAMILY_UNIX)
		return PROXYHEAD_UNIX;
	if (protocol == PROTOCOL_DATAGRAM)
		return PROXYHEAD_DATAGRAM;
	return read_addresses(data, len, family == FAMILY_INET ? 4 : 16, out);
}

static enum proxyhead read2(const uint8_t *data, size_t len, struct proxyhead_peer *out)
{
	size_t whole;

	if (len > 12 && data[12] >> 4 != 2)
		return PROXYHEAD_VERSION;
	if (len > 12 && (data[12] & 15) > PROXY)
		return PROXYHEAD_COMMAND;
	if (len < HEAD2)
		return PROXYHEAD_MORE;
	whole = HEAD2 + (size_t)bytes_load16(data + 14, true);
	if (whole > PROXYHEAD_MAX)
		return PROXYHEAD_LONG;
	return len < whole ? PROXYHEAD_MORE : read_body(data, whole, out);
}

/* ---- both ---- */

/* Whether the bytes are a beginning of `start`, or it of them. */
static bool begins(const uint8_t *data, size_t len, const char *start, size_t n)
{
	return memcmp(data, start, len < n ? len : n) == 0;
}

/* A TLS record of a handshake begins with 22 (RFC 8446, 5.1), a frame with its type. */
static enum proxyhead absent(uint8_t first)
{
	return first == 22 ? PROXYHEAD_TLS : first <= 1 ? PROXYHEAD_FRAMES : PROXYHEAD_ABSENT;
}

enum proxyhead proxyhead_read(const uint8_t *data, size_t len, struct proxyhead_peer *out)
{
	enum proxyhead found;

	*out = (struct proxyhead_peer){.used = 0};
	if (len == 0)
		return PROXYHEAD_MORE;
	if (begins(data, len, START1, strlen(START1)))
		found = read1(data, len, out);
	else if (begins(data, len, START2, START2_LEN))
		found = read2(data, len, out);
	else
		found = absent(data[0]);
	if (found == PROXYHEAD_MORE)
		out->used = len;
	return found;
}

const char *proxyhead_reason(enum proxyhead found)
{
	static const char *const text[PROXYHEAD_KINDS] = {
	    [PROXYHEAD_ABSENT] = "no PROXY header: let the proxy send one (haproxy: "
				 "send-proxy-v2), or take its address out of proxies",
	    [PROXYHEAD_TLS] = "no PROXY header, this looks like a TLS ClientHello: let the proxy "
			      "send one (haproxy: send-proxy-v2)",
	    [PROXYHEAD_FRAMES] = "no PROXY header, this looks like plain frames: let the proxy "
				 "send one (haproxy: send-proxy-v2)",
	    [PROXYHEAD_UNKNOWN] = "the PROXY header tells no address (UNKNOWN, UNSPEC); health "
				  "checks have none in version 1, and are LOCAL in version 2",
	    [PROXYHEAD_UNIX] = "the PROXY header has addresses of UNIX sockets",
	    [PROXYHEAD_DATAGRAM] = "the PROXY header tells of UDP",
	    [PROXYHEAD_VERSION] = "a PROXY header of another version than 1 and 2",
	    [PROXYHEAD_COMMAND] = "the PROXY header has an unknown command",
	    [PROXYHEAD_LONG] = "the PROXY header is too long",
	    [PROXYHEAD_MALFORMED] = "the PROXY header is malformed",
	    [PROXYHEAD_CHECKSUM] = "the checksum of the PROXY header is wrong",
	    [PROXYHEAD_ADDRESS] = "the PROXY header has an address that no host can have",
	    [PROXYHEAD_CUT] = "the connection ended within the PROXY header",
	    [PROXYHEAD_BROKEN] = "the connection broke before the PROXY header was whole",
	    [PROXYHEAD_LATE] = "no whole PROXY header came within handshake-timeout",
	};

	return text[found] ? text[found] : "";
}
