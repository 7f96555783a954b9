/* stream: prints an osmo-pcap stream, well-formed or not, for the tests.
 * usage: stream [-c FILE | -t NAME SECONDS] ITEM…
 *
 * With -c, writes into FILE the capture file that it must become, as the program unframe.
 *
 * With -t, tells it to the peer NAME: adds it to NAME.sent, keeps it in NAME.piece, and puts it
 * into the FIFO NAME.in, for which it has so many seconds: to open a FIFO is to wait for its
 * reader.
 *
 *   ITEM = [FRAME:]PART[+PART…]   FRAME and PART are words, options after commas:
 * word=VALUE,key=VALUE,flag
 *
 * FRAME  head   a link header          data   link data          raw   these bytes without a frame
 *        (default: head when the first part is pcap or shb, else data)
 *        type=N spare=N              the frame's first two bytes
 *        len=N                       the payload length it claims
 *        send=N                      how much of the payload is sent after all
 *        times=N                     the item N times, each packet another one
 *
 * PART   pcap           file header: be ns magic=HEX version=2.4 snaplen=N linktype=N size=N
 *        rec=LEN        record with LEN packet bytes: caplen=N len=N sec=N sub=N size=N
 *        shb            be, bom=HEX, version=1.0          idb           linktype=N snaplen=N
 *        epb=LEN        if=N caplen=N len=N sec=N sub=N unit=N (ticks of a second: 1000000)
 *        spb=LEN, opb=LEN   simple, obsolete packet block
 *          of these three: data=HEX  the packet
 *        isb nrb dsb custom block=TYPE   with body=HEX for another body
 *          of all blocks: opt=CODE/LEN/HEX  an option, LEN is what it claims
 *                         size=N            N bytes long, and says so
 *                         total=N trailer=N what it says instead
 *                         cut=N             only its first N bytes
 *        zero=N hex=HEX text=STRING       (_ in it is a space)
 *        of all: n=N    N times
 *
 * be holds until the next file header or section. Packets are numbered, so no two are alike; an
 * ITEM number=N sets the last number. */
#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

#include "frames.h"
#include "items.h"

static void put(const struct bytebuf *out, const char *path, const char *mode)
{
	FILE *f = fopen(path, mode);

	if (f == NULL || fwrite(out->at, 1, out->len, f) != out->len || fclose(f) != 0) {
		fprintf(stderr, "stream: %s: %s\n", path, strerror(errno));
		exit(1);
	}
}

static void tell(const struct bytebuf *out, const char *name, const char *seconds)
{
	char path[256];

	snprintf(path, sizeof(path), "%s.piece", name);
	put(out, path, "w");
	snprintf(path, sizeof(path), "%s.sent", name);
	put(out, path, "a");
	alarm((unsigned)strtoul(seconds, NULL, 10));
	snprintf(path, sizeof(path), "%s.in", name);
	put(out, path, "w");
}

int main(int argc, char **argv)
{
	bool tells = argc > 3 && strcmp(argv[1], "-t") == 0;
	bool captures = argc > 2 && strcmp(argv[1], "-c") == 0;
	struct bytebuf out = {0}, file = {0};

	items_begin();
	for (int i = tells ? 4 : captures ? 3 : 1; i < argc; i++)
		items_add(&out, argv[i]);
	if (tells) {
		tell(&out, argv[2], argv[3]);
		return 0;
	}
	if (captures) {
		frames_capture(&out, 1, &file);
		put(&file, argv[2], "w");
		return 0;
	}
	return fwrite(out.at, 1, out.len, stdout) != out.len || fflush(stdout) != 0;
}
