/* stream: prints an osmo-pcap stream, well-formed or not, for the tests.
 * usage: stream ITEM…
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
#include "items.h"

int main(int argc, char **argv)
{
	struct bytebuf out = {0};

	items_begin();
	for (int i = 1; i < argc; i++)
		items_add(&out, argv[i]);
	return fwrite(out.at, 1, out.len, stdout) != out.len || fflush(stdout) != 0;
}
