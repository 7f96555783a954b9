/* makecap: writes a capture of about so many bytes, the same for the same arguments.
 *
 * usage: makecap KIND BYTES FILE [RATE]
 *
 * RATE packets a second, 10,000 without it.
 *
 *   mixed  conversations of 200 hosts: acknowledgements, voice, signalling and text of all lengths,
 *          and full segments, of which half are encrypted; a fifth of it is what compresses not at
 * all same   64-byte packets that hardly differ */
#include <stdbool.h>

#include "bench.h"

#define HOSTS   200u
#define LINKED  14u /* Ethernet, IPv4, UDP or TCP */
#define IP      20u
#define BODY    (LINKED + IP + 20u)
#define LONGEST 1514u

static uint64_t state = 0x9e3779b97f4a7c15;

static uint32_t any(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 32) % below;
}

static void put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

/* ---- payloads ---- */

static void put_noise(uint8_t *p, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		p[i] = (uint8_t)any(256);
}

static void put_text(uint8_t *p, uint32_t len)
{
	static const char *const words[] = {"Content-Type: ", "text/html", "\r\n",
	    "Accept: ", "INVITE sip:", "@example.org", " SIP/2.0\r\n", "Via: ", "<div class=\"",
	    "\">", "</div>", "the ", "of ", "cell ", "handover ", "location ", "update ",
	    "request ", "{\"id\":", "\"value\":", "null,", "true,", "GET /", "index", ".html",
	    " HTTP/1.1\r\n", "imsi=26242", "Date: Sat, 28 Nov 2026 ", "GMT",
	    "Set-Cookie: ", "session=", "; path=/"};
	uint32_t at = 0;

	while (at < len) {
		char number[12];
		const char *word = words[any(sizeof(words) / sizeof(*words))];

		if (any(5) == 0) {
			snprintf(number, sizeof(number), "%u ", any(1000000));
			word = number;
		}
		for (; *word && at < len; word++)
			p[at++] = (uint8_t)*word;
	}
}

/* Speech: values that stay near each other. */
static void put_voice(uint8_t *p, uint32_t len)
{
	uint32_t v = any(256);

	for (uint32_t i = 0; i < len; i++, v += any(9) - 4u)
		p[i] = (uint8_t)v;
}

/* ---- packets ---- */

static uint32_t sequence[HOSTS][8];
static uint16_t numbers[HOSTS];

static void put_headers(uint8_t *p, uint32_t len, bool tcp)
{
	uint32_t host = any(HOSTS), stream = any(8), peer = (host * 7 + stream) % HOSTS;

	memset(p, 0, BODY);
	put32(p + 2, 0x0a000000 | peer);
	put32(p + 8, 0x0a000000 | host);
	put16(p + 12, 0x0800);
	p[14] = 0x45;
	put16(p + 16, len - LINKED);
	put16(p + 18, numbers[host]++);
	p[22] = 64;
	p[23] = tcp ? 6 : 17;
	put16(p + 24, any(65536));
	put32(p + 26, 0x0a010000 | host);
	put32(p + 30, 0x0a010000 | peer);
	put16(p + 34, 32768 + host * 8 + stream);
	put16(p + 36, tcp ? 443 : 5060 + stream);
	if (tcp) {
		put32(p + 38, sequence[host][stream]);
		put32(p + 42, sequence[peer][stream]);
		p[46] = 0x50;
		p[47] = 0x10;
		put16(p + 48, 501);
		put16(p + 50, any(65536));
		sequence[host][stream] += len - BODY;
	} else {
		put16(p + 38, len - LINKED - IP);
	}
}

static uint32_t put_mixed(uint8_t *p)
{
	uint32_t kind = any(10), len;

	if (kind < 4) { /* an acknowledgement */
		put_headers(p, len = BODY, true);
	} else if (kind < 6) { /* voice, 20 ms */
		put_headers(p, len = BODY + 160, false);
		put_voice(p + BODY, 160);
	} else if (kind < 8) { /* signalling */
		put_headers(p, len = BODY + 20 + any(600), kind == 6);
		put_text(p + BODY, len - BODY);
	} else {
		put_headers(p, len = LONGEST, true);
		if (kind == 8)
			put_noise(p + BODY, len - BODY);
		else
			put_text(p + BODY, len - BODY);
	}
	return len;
}

static uint32_t put_same(uint8_t *p, uint32_t number)
{
	memset(p, (int)(number & 0x7f), 64);
	return 64;
}

int main(int argc, char **argv)
{
	static uint32_t magic[6] = {0xa1b2c3d4, 2 | 4 << 16, 0, 0, 9000, 1};
	bool usable = argc == 4 || argc == 5, mixed = usable && strcmp(argv[1], "mixed") == 0;
	uint32_t rate = argc == 5 ? (uint32_t)strtoul(argv[4], NULL, 10) : 10000;
	uint64_t wanted, at = sizeof(magic);
	FILE *f;

	if (!usable || rate == 0 || rate > 1000000 || (!mixed && strcmp(argv[1], "same") != 0)) {
		fprintf(stderr, "usage: makecap mixed|same BYTES FILE [RATE]\n");
		return 2;
	}
	wanted = strtoull(argv[2], NULL, 10);
	f = fopen(argv[3], "wb");
	if (!f || fwrite(magic, sizeof(magic), 1, f) != 1)
		die(argv[3]);
	for (uint32_t i = 0; at < wanted; i++) {
		uint8_t record[16 + LONGEST];
		uint32_t len = mixed ? put_mixed(record + 16) : put_same(record + 16, i);
		uint32_t head[4] = {1795860900 + i / rate, i % rate * (1000000 / rate), len, len};

		memcpy(record, head, sizeof(head));
		if (fwrite(record, sizeof(head) + len, 1, f) != 1)
			die(argv[3]);
		at += sizeof(head) + len;
	}
	if (fclose(f) != 0)
		die(argv[3]);
	printf("%llu\n", (unsigned long long)at);
	return 0;
}
