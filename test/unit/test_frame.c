/* test_frame: the frames of a stream are the same however its bytes arrive, and bytes that begin
 * no frame are told apart. */
#include "tap.h"
#include "support.h"

#include "capture/frame.h"

/* Decodes with the bytes arriving in pieces of 1..most (0: all at once); a hash over the frames. */
static uint64_t decode(const uint8_t *p, size_t len, size_t most, unsigned *frames, size_t *left)
{
	uint64_t hash = 0xcbf29ce484222325u;
	size_t begin = 0, end = 0;

	*frames = 0;
	for (;;) {
		struct frame f;
		enum frame_status s;

		s = frame_next(p + begin, end - begin, &f);
		if (s == FRAME_OK) {
			++*frames;
			hash = (hash ^ f.type ^ f.len << 8) * 0x100000001b3u;
			for (size_t i = 0; i < f.len; i++)
				hash = (hash ^ f.payload[i]) * 0x100000001b3u;
			begin += FRAME_HEADER + f.len;
		}
		if (s == FRAME_OK)
			continue;
		if (s == FRAME_BAD || end == len)
			break;
		end += most ? 1 + (size_t)random_below(most) : len;
		if (end > len)
			end = len;
	}
	*left = len - begin;
	return hash;
}

static void splits(const char *name, const uint8_t *p, size_t len, unsigned want, size_t rest)
{
	static const size_t most[] = {2, 3, 5, 17, 200, 1500, 70000};
	unsigned frames;
	size_t left;
	uint64_t hash = decode(p, len, 0, &frames, &left);

	IS_INT(frames, want, "%s: frames", name);
	IS_INT(left, rest, "%s: bytes that are left", name);
	OK(decode(p, len, 1, &frames, &left) == hash && frames == want && left == rest,
	    "%s: byte by byte", name);
	for (size_t i = 0; i < COUNT(most); i++) {
		random_seed(i + 1);
		OK(decode(p, len, most[i], &frames, &left) == hash && frames == want &&
			left == rest,
		    "%s: in pieces of up to %zu (seed %zu)", name, most[i], i + 1);
	}
}

static void test_streams(void)
{
	static const char *const names[] = {"lo-pcap", "any-pcap", "lo-pcapng"};

	for (size_t i = 0; i < COUNT(names); i++) {
		size_t len, at = 0, last = 0;
		uint8_t *p = read_stream(names[i], &len);
		unsigned n = 0;

		for (; at + 4 <= len; n++) {
			last = at;
			at += 4 + ((size_t)p[at + 2] << 8 | p[at + 3]);
		}
		OK(n > 1 && at == len, "%s: %u frames are recorded", names[i], n);
		if (i == 0)
			IS_INT(n, 31, "lo-pcap has a header and 30 data frames");
		splits(names[i], p, len, n, 0);
		splits(names[i], p, len - 1, n - 1, len - 1 - last);
		free(p);
	}
}

/* Frames of every kind: empty, smallest, largest, any spare byte. */
static void test_sizes(void)
{
	static const size_t lengths[] = {
	    0, 1, 2, 3, 4, 255, 256, 257, 9016, 32768, 65534, 65535, 0, 5};
	size_t len = 0;
	uint8_t *p = malloc(COUNT(lengths) * FRAME_MAX);
	struct frame f;

	if (!p)
		support_die("memory");
	for (size_t i = 0; i < COUNT(lengths); i++) {
		p[len] = (uint8_t)(i % 2);
		p[len + 1] = (uint8_t)(i * 37);
		p[len + 2] = (uint8_t)(lengths[i] >> 8);
		p[len + 3] = (uint8_t)lengths[i];
		memset(p + len + 4, (int)i, lengths[i]);
		OK(frame_next(p + len, 4 + lengths[i], &f) == FRAME_OK && f.type == i % 2 &&
			f.len == lengths[i] && f.payload == p + len + 4,
		    "type %zu, %zu bytes, spare %u", i % 2, lengths[i], p[len + 1]);
		if (lengths[i])
			OK(frame_next(p + len, 3 + lengths[i], &f) == FRAME_MORE,
			    "a byte less is not yet a frame");
		len += 4 + lengths[i];
	}
	for (size_t n = 0; n <= 12; n++) { /* the frame of 4 bytes, cut: nothing behind is read */
		static const uint8_t frame[] = {1, 0, 0, 4, 'a', 'b', 'c', 'd', 1, 0, 0, 4};
		uint8_t *copy = malloc(n + !n);

		if (!copy)
			support_die("memory");
		memcpy(copy, frame, n);
		OK(frame_next(copy, n, &f) == (n < 8 ? FRAME_MORE : FRAME_OK),
		    "%zu bytes of a frame of 8", n);
		free(copy);
	}
	splits("all sizes", p, len, COUNT(lengths), 0);
	splits("all sizes and a torn one", p, len - 3, COUNT(lengths) - 1, 6);
	free(p);
}

static void test_bad(void)
{
	unsigned wrong = 0, unsaid = 0;
	struct frame f;
	char reason[200];

	for (unsigned type = 0; type < 256; type++) {
		const uint8_t data[FRAME_HEADER] = {(uint8_t)type, 0, 0, 0};

		wrong += frame_next(data, sizeof(data), &f) != (type < 2 ? FRAME_OK : FRAME_BAD);
		if (type < 2)
			continue;
		memset(reason, 'x', sizeof(reason));
		frame_reason(data, reason, sizeof(reason));
		unsaid += !memchr(reason, 0, sizeof(reason)) || !*reason || strchr(reason, '\n');
	}
	IS_INT(wrong, 0, "51 types other than 0 and 1 are refused");
	IS_INT(unsaid, 0, "51 with a reason");
	/* a bad frame after good ones, found at its first four bytes */
	static const uint8_t stream[] = {0, 0, 0, 1, 'a', 1, 0, 0, 1, 'b', 7, 0, 0, 1, 'c'};
	splits("two frames and a bad one", stream, sizeof(stream), 2, 5);
}

static void test_reasons(void)
{
	static const struct {
		const char *bytes, *word;
	} rows[] = {{"GET ", "HTTP"}, {"POST", "HTTP"}, {"HEAD", "HTTP"}, {"PUT ", "HTTP"},
	    {"SSH-", "SSH"}, {"\x16\x03\x01\x02", "TLS"}, {"\x16\x03\x03\x00", "TLS"},
	    {"\xd4\xc3\xb2\xa1", "a pcap file"}, {"\xa1\xb2\xc3\xd4", "a pcap file"},
	    {"\x4d\x3c\xb2\xa1", "a pcap file"}, {"\xa1\xb2\x3c\x4d", "a pcap file"},
	    {"\n\r\r\n", "a pcapng file"}, {"PROX", "a PROXY header"},
	    {"\r\n\r\n", "a PROXY header"}};
	static const char *const others[] = {"\2\0\0\4", "\7\0\0\0", "\xff\xff\xff\xff", "\x89PNG",
	    "\xd4\xc3\xb2\xa2", "\x16\x02\x01\x02", "\x16\x04\x01\x02", "\x15\x03\x01\x02", "GETS",
	    "SSH2", "PUT\n"};
	char reason[200], small[8];

	for (size_t i = 0; i < COUNT(rows); i++) {
		frame_reason((const uint8_t *)rows[i].bytes, reason, sizeof(reason));
		OK(strstr(reason, rows[i].word), "15 looks like %s: %s", rows[i].word, reason);
	}
	for (size_t i = 0; i < COUNT(others); i++) {
		frame_reason((const uint8_t *)others[i], reason, sizeof(reason));
		OK(!strstr(reason, "HTTP") && !strstr(reason, "SSH") && !strstr(reason, "TLS") &&
			!strstr(reason, "file"),
		    "looks like nothing known: %s", reason);
	}
	frame_reason((const uint8_t *)"GET ", reason, sizeof(reason));
	OK(strstr(reason, "type 71:"), "the type is told: %s", reason);
	memset(small, 'x', sizeof(small));
	frame_reason((const uint8_t *)"GET ", small, sizeof(small));
	OK(memchr(small, 0, sizeof(small)) != NULL, "a reason is cut to its buffer");
}

int main(void)
{
	test_streams();
	test_sizes();
	test_bad();
	test_reasons();
	return tap_done();
}
