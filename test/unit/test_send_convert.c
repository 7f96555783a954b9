/* test_send_convert: old and modified pcap becomes ordinary; lengths, times and data stay. */
#include "captures.h"

#include "send/convert.h"

static void test_versions(size_t magic)
{
	static const struct {
		unsigned major, minor;
		uint32_t first, second, caplen, original;
	} rows[] = {{2, 0, 90, 3, 3, 90}, {2, 2, 90, 3, 3, 90}, {2, 3, 90, 3, 3, 90},
	    {2, 3, 3, 90, 3, 90}, {543, 0, 90, 3, 3, 90}};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct pcap old, h;
		struct pcap_record k;
		uint8_t *p;
		size_t len;

		pcap(magic, rows[i].major, rows[i].minor, 77, 105);
		pcap_read_header(&old, buf);
		OK(!send_convert_ordinary(&old), "%u.%u is converted", old.major, old.minor);
		send_convert_header(&old, buf);
		OK(pcap_read_header(&h, buf) && send_convert_ordinary(&h), "to an ordinary header");
		OK(h.magic == old.magic && h.big == old.big && h.snaplen == 77 &&
			h.link_type == 105,
		    "with the same magic number, byte order, snapshot length and link type");
		start(big);
		put_record(rows[i].first, rows[i].second, 3);
		k = pcap_read_record(&old, buf);
		len = used;
		p = send_convert_record(&old, buf, &len);
		OK(p == buf && len == 19 && p[16] == 0xab && p[18] == 0xab, "the data stays");
		IS_INT(pcap_read_record(&h, p).caplen, rows[i].caplen, "captured length");
		IS_INT(pcap_read_record(&h, p).original, rows[i].original, "original length");
		OK(pcap_read_record(&h, p).time_ns == k.time_ns, "time");
	}
}

static void test_modified(unsigned minor, bool order)
{
	struct pcap modified, h;
	struct pcap_record k;
	uint8_t *p;
	size_t len;

	pcap(order, 2, minor, 77, 1);
	memcpy(buf, order ? "\xa1\xb2\xcd\x34" : "\x34\xcd\xb2\xa1", 4);
	pcap_read_header(&modified, buf);
	OK(!send_convert_ordinary(&modified), "modified pcap is converted");
	send_convert_header(&modified, buf);
	OK(pcap_read_header(&h, buf) && send_convert_ordinary(&h) && h.big == order, "its header");
	start(big);
	put_record(minor < 3 ? 90 : 3, minor < 3 ? 3 : 90, 0);
	fill(8, 0xee); /* interface, protocol, type */
	fill(3, 0xab);
	len = used;
	p = send_convert_record(&modified, buf, &len);
	k = pcap_read_record(&h, p);
	OK(p == buf + 8 && len == 19, "8 bytes less");
	OK(k.caplen == 3 && k.original == 90, "both lengths");
	IS_INT(k.time_ns, 1794000000123456000, "the time");
	OK(memcmp(p + 16, "\xab\xab\xab", 3) == 0, "the data");
}

int main(void)
{
	struct pcap h;

	for (size_t m = 0; m < COUNT(magics); m++) {
		pcap(m, 2, 4, 0, 1);
		pcap_read_header(&h, buf);
		OK(send_convert_ordinary(&h), "%s 2.4 stays", magics[m].name);
		test_versions(m);
	}
	for (unsigned order = 0; order < 2; order++) {
		test_modified(4, order);
		test_modified(2, order);
	}
	return tap_done();
}
