/* send_live: see live.h. */
#include "send/live.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PCAP_HEADER 24u
#define PCAP_RECORD 16u
/* Every packet occupies a slot of the snapshot length in the kernel's ring, so libpcap's usual 2
 * MiB would be some 130 packets. */
#define RING_SIZE         (32 << 20)
#define NETFILTER_SNAPLEN 65535u

static bool failed(struct send_live *l, const char *what)
{
	snprintf(
	    l->error, sizeof(l->error), "%.64s: %s: %s", l->interface, what, pcap_geterr(l->pcap));
	return false;
}

static char *join(char *const *words)
{
	size_t len = 1;
	char *text, *end;

	for (char *const *w = words; *w; w++)
		len += strlen(*w) + 1;
	text = malloc(len);
	if (!text)
		return NULL;
	end = text;
	*end = '\0';
	for (char *const *w = words; *w; w++)
		end = stpcpy(stpcpy(end, w == words ? "" : " "), *w);
	return text;
}

static bool set_filter(struct send_live *l, char *const *words)
{
	struct bpf_program program;
	char *text;
	bool ok;

	if (!*words)
		return true;
	text = join(words);
	if (!text) {
		snprintf(l->error, sizeof(l->error), "no memory for the filter");
		return false;
	}
	ok = pcap_compile(l->pcap, &program, text, 1, PCAP_NETMASK_UNKNOWN) == 0;
	free(text);
	if (!ok)
		return failed(l, "filter");
	ok = pcap_setfilter(l->pcap, &program) == 0;
	pcap_freecode(&program);
	return ok || failed(l, "filter");
}

/* libpcap reads several packets of nflog and nfqueue at once into a buffer of 128 bytes and the
 * snapshot length, and fails when they are more: send_cut cuts them. */
static uint32_t at_least(const char *interface, uint32_t snaplen)
{
	bool netfilter =
	    strncmp(interface, "nflog", 5) == 0 || strncmp(interface, "nfqueue", 7) == 0;

	return netfilter && snaplen < NETFILTER_SNAPLEN ? NETFILTER_SNAPLEN : snaplen;
}

static bool activate(struct send_live *l, uint32_t snaplen)
{
	int r;

	/* Before activation these fail only on an already active handle. */
	pcap_set_snaplen(l->pcap, (int)at_least(l->interface, snaplen));
	pcap_set_immediate_mode(l->pcap, 1);
	pcap_set_buffer_size(l->pcap, RING_SIZE);
	r = pcap_activate(l->pcap);
	if (r < 0) {
		const char *detail = pcap_geterr(l->pcap), *status = pcap_statustostr(r);
		bool more = *detail && strcmp(detail, status) != 0;

		snprintf(l->error, sizeof(l->error), "%.64s: cannot capture: %s%s%s", l->interface,
		    status, more ? ": " : "", more ? detail : "");
		return false;
	}
	return true;
}

bool send_live_open(
    struct send_live *l, const char *interface, uint32_t snaplen, char *const *words)
{
	char error[PCAP_ERRBUF_SIZE] = "";
	const struct timeval *timeout;

	*l = (struct send_live){.fd = -1, .timeout_ns = -1, .interface = interface};
	l->pcap = pcap_create(interface, error);
	if (!l->pcap) {
		snprintf(l->error, sizeof(l->error), "%.64s: cannot capture: %s", interface, error);
		return false;
	}
	if (!activate(l, snaplen) || !set_filter(l, words))
		return false;
	if (pcap_setnonblock(l->pcap, 1, error) != 0) {
		snprintf(l->error, sizeof(l->error), "%.64s: cannot capture: %s", interface, error);
		return false;
	}
	l->fd = pcap_get_selectable_fd(l->pcap);
	timeout = pcap_get_required_select_timeout(l->pcap);
	if (timeout)
		l->timeout_ns = (int64_t)timeout->tv_sec * 1000000000 + timeout->tv_usec * 1000;
	if (l->fd < 0 && l->timeout_ns < 0)
		l->timeout_ns = 100000000;
	l->buf = malloc(PCAP_HEADER + PCAP_RECORD + (size_t)pcap_snapshot(l->pcap));
	if (!l->buf)
		return failed(l, "no memory for a packet");
	return true;
}

static enum send_got hand_out(struct send_live *l, struct send_record *r, size_t len)
{
	r->data = l->buf;
	r->len = len;
	r->offset = l->offset;
	l->offset += len;
	return SEND_GOT;
}

/* libpcap writes it, because only libpcap knows which file link type its handle's is. */
static enum send_got header(struct send_live *l, struct send_record *r)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	pcap_dumper_t *d = f ? pcap_dump_fopen(l->pcap, f) : NULL;

	if (d)
		pcap_dump_close(d); /* closes f */
	else if (f)
		fclose(f);
	if (!d || len != PCAP_HEADER) {
		failed(l, "no file header");
		free(text);
		return SEND_FAILED;
	}
	memcpy(l->buf, text, len);
	free(text);
	l->begun = true;
	r->what = SEND_HEADER;
	return hand_out(l, r, len);
}

enum send_got send_live_next(struct send_live *l, struct send_record *r)
{
	struct pcap_pkthdr *h;
	const u_char *data;
	uint32_t field[4], caplen;
	int got;

	r->timed = false;
	if (!l->begun)
		return header(l, r);
	errno = 0;
	got = pcap_next_ex(l->pcap, &h, &data);
	/* nflog and nfqueue: libpcap takes it for a failure that there is nothing to read. */
	if (got == 0 || (got == PCAP_ERROR && errno == EAGAIN))
		return SEND_PAUSE;
	if (got < 0) {
		failed(l, "capture ended");
		return SEND_FAILED;
	}
	/* nflog and nfqueue: their attributes are beyond what was limited. */
	caplen = h->caplen;
	if (caplen > (uint32_t)pcap_snapshot(l->pcap))
		caplen = (uint32_t)pcap_snapshot(l->pcap);
	field[0] = (uint32_t)h->ts.tv_sec;
	field[1] = (uint32_t)h->ts.tv_usec;
	field[2] = caplen;
	field[3] = h->len;
	memcpy(l->buf, field, PCAP_RECORD);
	memcpy(l->buf + PCAP_RECORD, data, caplen);
	r->what = SEND_PACKET;
	r->timed = true;
	r->time_ns = (int64_t)h->ts.tv_sec * 1000000000 + h->ts.tv_usec * 1000;
	return hand_out(l, r, PCAP_RECORD + caplen);
}

bool send_live_dropped(struct send_live *l, uint64_t *dropped)
{
	struct pcap_stat st;

	if (!l->pcap || pcap_stats(l->pcap, &st) != 0)
		return false;
	*dropped = (uint64_t)st.ps_drop + st.ps_ifdrop;
	return true;
}

void send_live_close(struct send_live *l)
{
	if (l->pcap)
		pcap_close(l->pcap);
	free(l->buf);
	l->pcap = NULL;
	l->buf = NULL;
}
