/* frame: see frame.h, which also decodes; here is what is said of bytes that are no frame. */
#include "capture/frame.h"

#include <stdio.h>
#include <string.h>

#define FILE_WITHOUT_FRAMES(format)                                                                \
	"a " format " file without frames: send it with osmo-pcap-send, as in tcpdump -w - | "     \
	"osmo-pcap-send HOST"

#define A_PROXY_HEADER "a PROXY header: it is taken once, and from addresses in proxies only"

static const struct {
	char start[5];
	const char *what;
} known[] = {
    {"\xd4\xc3\xb2\xa1", FILE_WITHOUT_FRAMES("pcap")},
    {"\xa1\xb2\xc3\xd4", FILE_WITHOUT_FRAMES("pcap")},
    {"\x4d\x3c\xb2\xa1", FILE_WITHOUT_FRAMES("pcap")},
    {"\xa1\xb2\x3c\x4d", FILE_WITHOUT_FRAMES("pcap")},
    {"\x0a\x0d\x0d\x0a", FILE_WITHOUT_FRAMES("pcapng")},
    {"SSH-", "an SSH banner"},
    {"GET ", "an HTTP request"},
    {"HEAD", "an HTTP request"},
    {"POST", "an HTTP request"},
    {"PUT ", "an HTTP request"},
    {"OPTI", "an HTTP request"},
    {"CONN", "an HTTP request"},
    {"PRI ", "an HTTP/2 request"},
    {"PROX", A_PROXY_HEADER},
    {"\r\n\r\n", A_PROXY_HEADER},
};

const char *frame_looks_like(const uint8_t data[FRAME_HEADER])
{
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (memcmp(data, known[i].start, 4) == 0)
			return known[i].what;
	return NULL;
}

void frame_reason(const uint8_t data[FRAME_HEADER], char *out, size_t size)
{
	const char *what = frame_looks_like(data);

	/* TLS record header: handshake(22), version 3.x (RFC 8446, 5.1) */
	if (data[0] == 22 && data[1] == 3)
		what = "a TLS ClientHello: let the client not use TLS, or set tls = true here";
	if (what)
		snprintf(out, size, "unknown frame type %u: this looks like %s", data[0], what);
	else
		snprintf(out, size, "unknown frame type %u", data[0]);
}
