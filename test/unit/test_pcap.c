/* test_pcap: file headers and record headers in every byte order, resolution and version. */
#include "captures.h"

#include "capture/pcap.h"

static void test_magics(void)
{
	bool order;

	for (size_t i = 0; i < COUNT(magics); i++) {
		IS_INT(pcap_read_magic((const uint8_t *)magics[i].bytes, &order),
		    i < 2 ? PCAP_MICRO : PCAP_NANO, "%s", magics[i].name);
		IS_INT(order, magics[i].big, "%s: its byte order", magics[i].name);
	}
	OK(pcap_read_magic((const uint8_t *)"\x34\xcd\xb2\xa1", &order) == PCAP_MODIFIED && !order,
	    "modified, little endian");
	OK(pcap_read_magic((const uint8_t *)"\xa1\xb2\xcd\x34", &order) == PCAP_MODIFIED && order,
	    "modified, big endian");
	IS_INT(
	    pcap_read_magic((const uint8_t *)"\x0a\x0d\x0d\x0a", &order), PCAP_UNKNOWN, "pcapng");
}

static void test_versions(void)
{
	static const struct {
		unsigned major, minor;
		bool known;
		uint8_t caplen_at;
	} rows[] = {{2, 4, true, 8}, {2, 3, true, 0}, {2, 2, true, 12}, {2, 0, true, 12},
	    {543, 0, true, 12}, {2, 5, false, 0}, {1, 0, false, 0}, {3, 0, false, 0},
	    {543, 1, false, 0}};

	for (size_t m = 0; m < COUNT(magics); m++)
		for (size_t i = 0; i < COUNT(rows); i++) {
			struct pcap h;

			pcap(m, rows[i].major, rows[i].minor, 4711, 0x10000001);
			IS_INT(pcap_read_header(&h, buf), rows[i].known, "%u.%u", rows[i].major,
			    rows[i].minor);
			OK(h.major == rows[i].major && h.minor == rows[i].minor, "is told");
			if (rows[i].known)
				IS_INT(h.caplen_at, rows[i].caplen_at, "place of caplen");
			IS_INT(h.snaplen, 4711, "snapshot length");
			IS_INT(h.link_type, 1, "link type");
		}
}

static void test_lengths(void)
{
	static const struct {
		unsigned minor;
		uint32_t first, second, caplen, original;
	} rows[] = {{4, 60, 90, 60, 90}, {4, 90, 60, 90, 60}, {3, 60, 90, 60, 90},
	    {3, 90, 60, 60, 90}, {3, 60, 60, 60, 60}, {2, 90, 60, 60, 90}, {2, 60, 90, 90, 60}};

	for (size_t m = 0; m < COUNT(magics); m++)
		for (size_t i = 0; i < COUNT(rows); i++) {
			struct pcap_record r;
			struct pcap h;

			pcap(m, 2, rows[i].minor, 0, 1);
			pcap_read_header(&h, buf);
			start(big);
			put_record(rows[i].first, rows[i].second, 0);
			r = pcap_read_record(&h, buf);
			IS_INT(r.caplen, rows[i].caplen, "2.%u: caplen of %u, %u", rows[i].minor,
			    rows[i].first, rows[i].second);
			IS_INT(r.original, rows[i].original, "its original length");
			IS_INT(pcap_caplen(&h, buf), rows[i].caplen, "caplen alone");
			pcap_set_caplen(&h, buf, 10);
			r = pcap_read_record(&h, buf);
			IS_INT(r.caplen, 10, "another caplen");
			IS_INT(r.original, rows[i].original, "the original length stays");
		}
}

static void test_modified(void)
{
	for (size_t m = 0; m < 2; m++) {
		struct pcap h;

		pcap(m, 2, 4, 0, 1);
		OK(pcap_read_header(&h, buf) && h.more == 0, "an ordinary record header");
		memcpy(buf, m ? "\xa1\xb2\xcd\x34" : "\x34\xcd\xb2\xa1", 4);
		OK(pcap_read_header(&h, buf) && h.more == 8, "a modified one");
		start(big);
		put_record(60, 90, 0);
		IS_INT(pcap_read_record(&h, buf).time_ns, 1794000000123456000, "in microseconds");
		IS_INT(pcap_read_record(&h, buf).caplen, 60, "the captured length");
	}
}

int main(void)
{
	test_magics();
	test_versions();
	test_lengths();
	test_modified();
	return tap_done();
}
