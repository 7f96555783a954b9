/* test_stream: what a process that is hijacked, dies or hangs can do to the one that merges. */
#include "tap.h"
#include "support.h"

#include "capture/pcapng.h"
#include "daemon/pipes.h"
#include "read/stream.h"

/* What the process writes, instead of one that reads a capture. */
static uint8_t script[4096];
static size_t script_len;
static bool it_hangs;
static int end; /* its end of the pipe */

void extract(void *task)
{
	(void)task;
}

bool process_start(struct process *p, const struct process_kind *kind, const int *file, size_t n,
    void (*run)(void *context), void *context)
{
	int out[2], in[2];

	(void)kind, (void)file, (void)n, (void)run, (void)context;
	if (pipe2(out, O_CLOEXEC | O_NONBLOCK) < 0 || pipe2(in, O_CLOEXEC | O_NONBLOCK) < 0)
		support_die("pipe");
	*p = (struct process){.pid = 1, .from = out[0], .to = in[1]};
	close(in[0]);
	end = out[1];
	if (write(end, script, script_len) != (ssize_t)script_len)
		support_die("pipe");
	if (!it_hangs) {
		close(end);
		end = -1;
	}
	return true;
}

void process_end(struct process *p)
{
	close(p->from);
	close(p->to);
	if (end >= 0)
		close(end);
	end = -1;
}

/* ---- the one that merges ---- */

static char told[200];

static void trouble(void *of, const char *path, uint64_t offset, uint32_t packets, const char *why)
{
	(void)of, (void)packets;
	snprintf(told, sizeof(told), "%s@%u: %s", path, (unsigned)offset, why);
}

static void answer(void *of, int to, uint16_t link_type)
{
	(void)of, (void)to, (void)link_type;
}

static void put(const void *data, size_t len)
{
	memcpy(script + script_len, data, len);
	script_len += len;
}

static void piece(struct piece p, const void *data)
{
	put(&p, sizeof(p));
	put(data, p.len);
}

static void interface(void)
{
	script_len = 0;
	piece((struct piece){.kind = PIECE_INTERFACE, .link_type = 1}, "");
}

static uint8_t *written;
static size_t written_len;

/* The packets that come of it. What was written is a capture in any case. */
static unsigned packets(bool follows)
{
	struct filters filters = {0};
	struct extract_task task = {.everything = true, .follow = follows, .filters = &filters};
	const struct stream_ops ops = {.answer = answer, .trouble = trouble};
	char name[] = "/tmp/osmo-pcap-unit-XXXXXX";
	struct sink sink;
	struct stream s = {.who = "foo", .path = "p", .ops = &ops, .sink = &sink, .growing = -1};
	enum sink_status failed;
	unsigned n = 0;
	int fd = mkstemp(name);

	if (fd < 0 || sink_begin(&sink, fd, false) != SINK_OK)
		support_die(name);
	*told = '\0';
	s.told.bytes = 1000;
	if (!stream_open(&s, 0, &task))
		support_die("stream");
	while (stream_next(&s, true, &failed) == STREAM_PACKET && stream_take(&s) == SINK_OK)
		n++;
	stream_close(&s);
	sink_end(&sink);
	sink_free(&sink);
	close(fd);
	free(written);
	written = read_file(AT_FDCWD, name, &written_len);
	unlink(name);
	return n;
}

/* Whether blocks lead to the end of what was written, and options of packets to theirs. */
static bool is_capture(void)
{
	struct pcapng_block b;
	struct pcapng_option o;
	size_t at = 0;

	while (at < written_len) {
		uint32_t len = bytes_load32(written + at + 4, false);

		if (len > written_len - at ||
		    pcapng_read_block(&b, written + at, len, false) != PCAPNG_OK)
			return false;
		if (b.type == PCAPNG_ENHANCED) {
			size_t packet =
			    20 + (size_t)pcapng_padded(bytes_load32(b.body + 12, false));
			struct bytes rest = bytes_over(b.body + packet, b.body_len - packet, false);

			while (pcapng_next_option(&rest, &o))
				;
			for (size_t i = 0; i < rest.left; i++)
				if (rest.at[i] != 0)
					return false;
		}
		at += len;
	}
	return at == written_len;
}

int main(void)
{
	const struct piece packet = {.kind = PIECE_PACKET, .offset = 40, .caplen = 4, .len = 4};
	struct piece with = packet;

	pipes_patience = 1;
	interface();
	piece(packet, "abcd");
	piece((struct piece){.kind = PIECE_END}, "");
	OK(packets(false) == 1 && !*told && is_capture(), "a packet");

	interface();
	piece(packet, "abcd");
	OK(packets(false) == 1 && strcmp(told, "p@40: the process that reads it has died") == 0,
	    "it dies, which is told with the capture and the last packet");

	interface();
	piece((struct piece){.kind = PIECE_PAUSE}, "");
	OK(packets(false) == 0 && strstr(told, "sends nonsense"),
	    "a pause where nothing is followed");
	OK(packets(true) == 0 && !*told, "and where it is");

	interface();
	with.len = 16;
	piece(with, "abcd\1\0\xff\xffyyyyzzzz");
	OK(packets(false) == 1 && strstr(told, "sends nonsense") && is_capture(),
	    "options that lead nowhere: what is written stays a capture");

	interface();
	piece(with, "abcd\1\0\4\0good\0\0\0\0");
	piece((struct piece){.kind = PIECE_END}, "");
	OK(packets(false) == 1 && !*told && is_capture(), "options that lead on");

	interface();
	with.caplen = with.len = 1004;
	put(&with, sizeof(with));
	OK(packets(false) == 0 && strstr(told, "sends nonsense"), "more than the capture has");

	script_len = 0;
	piece((struct piece){.kind = PIECE_INTERFACE, .link_type = 1, .len = 8}, "\1\0\xff\0aaaa");
	OK(packets(false) == 0 && strstr(told, "sends nonsense"),
	    "options of an interface that lead nowhere");

	script_len = 0;
	piece((struct piece){.kind = PIECE_TROUBLE, .len = 5}, "\x9b"
							       "2J\xff\n");
	piece((struct piece){.kind = PIECE_END}, "");
	OK(packets(false) == 0 && strcmp(told, "p@0: ?2J??") == 0, "a text for the terminal");

	it_hangs = true;
	interface();
	put(&packet, sizeof(packet));
	put("ab", 2);
	OK(packets(false) == 1 && strstr(told, "the process that reads it hangs") && is_capture(),
	    "it hangs inside a packet");
	free(written);
	return tap_done();
}
