/* judge: reads capture files with libpcap and nothing else, and names those that it refuses.
 * (tcpdump also refuses link types of which it knows no filter.) Exit status 1 when there are any.
 */
#include <pcap/pcap.h>
#include <stdio.h>

static int reads(const char *name)
{
	char why[PCAP_ERRBUF_SIZE] = "";
	pcap_t *in = pcap_open_offline(name, why);
	struct pcap_pkthdr *header;
	const u_char *packet;
	int got;

	if (!in) {
		printf("%s: %s\n", name, why);
		return 0;
	}
	while ((got = pcap_next_ex(in, &header, &packet)) == 1)
		;
	if (got != PCAP_ERROR_BREAK)
		printf("%s: %s\n", name, pcap_geterr(in));
	pcap_close(in);
	return got == PCAP_ERROR_BREAK;
}

int main(int argc, char **argv)
{
	int unread = 0;

	for (int i = 1; i < argc; i++)
		unread += !reads(argv[i]);
	return unread > 0;
}
