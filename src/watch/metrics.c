/* metrics: see metrics.h. */
#include "watch/metrics.h"

#include <inttypes.h>

#include "status/check.h"

static void head(FILE *to, const char *name, const char *type, const char *help)
{
	fprintf(to, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void number(FILE *to, const char *name, const char *type, const char *help, uint64_t n)
{
	head(to, name, type, help);
	fprintf(to, "%s %" PRIu64 "\n", name, n);
}

static void moment(FILE *to, const char *name, const char *help, int64_t ms)
{
	if (ms <= 0)
		return;
	head(to, name, "gauge", help);
	fprintf(to, "%s %.3f\n", name, (double)ms / 1000);
}

/* ---- the server ---- */

/* A metric for each of the words of which there are n. */
static void by_word(FILE *to, const char *prefix, const char *help, const char *(*word)(uint32_t),
    const uint64_t *count, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		char name[128], text[160];
		size_t len = (size_t)snprintf(name, sizeof(name), "%s%s_total", prefix, word(i));

		for (size_t k = 0; k < len; k++)
			if (name[k] == '-')
				name[k] = '_';
		snprintf(text, sizeof(text), "%s: %s.", help, word(i));
		number(to, name, "counter", text, count[i]);
	}
}

static void print_connections(const struct status_server *h, FILE *to)
{
	number(to, "osmo_pcap_connections", "gauge", "Connections that are established.",
	    h->connections);
	number(to, "osmo_pcap_connections_unestablished", "gauge",
	    "Connections that have not proved yet whose they are.", h->unestablished);
	number(to, "osmo_pcap_connections_limit", "gauge", "The limit of connections.",
	    h->max_connections);
	number(to, "osmo_pcap_connections_accepted_total", "counter",
	    "Connections that were accepted.", h->accepted);
	number(to, "osmo_pcap_connections_full_total", "counter",
	    "Times that connections had to wait, because the limit was reached.", h->full);
	by_word(to, "osmo_pcap_refused_", "Connections that were not taken", status_refused_word,
	    h->refused, STATUS_REFUSED);
	by_word(to, "osmo_pcap_ended_", "Connections that have ended", status_end_word, h->ended,
	    STATUS_ENDS);
}

static void print_server(const struct snapshot *s, FILE *to)
{
	const struct status_server *h = &s->server;

	moment(to, "osmo_pcap_start_timestamp_seconds", "When the server was started.", s->started);
	number(to, "osmo_pcap_config_generation", "gauge",
	    "1 from the start, one more with each reload.", h->generation);
	moment(to, "osmo_pcap_config_timestamp_seconds", "When the configuration was read.",
	    s->reloaded);
	number(to, "osmo_pcap_config_reload_failures_total", "counter",
	    "Reloads that have failed, and changed nothing.", h->reloads_failed);
	number(to, "osmo_pcap_log_lines_lost_total", "counter",
	    "Lines of the log that could not be written.", h->log_lines_lost);
	number(to, "osmo_pcap_repair_rounds_total", "counter",
	    "Rounds that looked for files whose recording had died.", h->repair_rounds);
	number(to, "osmo_pcap_repair_rounds_failed_total", "counter",
	    "Those of them that have failed.", h->repair_rounds_failed);
	number(to, "osmo_pcap_repaired_files_total", "counter",
	    "Files whose recording had died, and that were finished.", h->repaired_files);
	print_connections(h, to);
}

/* ---- clients ---- */

struct of_client {
	const char *name, *type, *help;
	/* False: there is no value. */
	bool (*value)(const struct snapshot *s, const struct snapshot_client *c, double *out);
};

#define VALUE(name, has, is)                                                                       \
	static bool name(const struct snapshot *s, const struct snapshot_client *c, double *out)   \
	{                                                                                          \
		(void)s;                                                                           \
		*out = (double)(is);                                                               \
		return (has);                                                                      \
	}
#define SECONDS(ms) ((double)(ms) / 1000)

static int64_t first_end(const struct snapshot_client *c)
{
	int64_t first = 0;

	for (size_t i = 0; i < c->sessions; i++)
		if (c->session[i].expires > 0 && (first == 0 || c->session[i].expires < first))
			first = c->session[i].expires;
	return first;
}

VALUE(connected, true, c->sessions)
VALUE(silent, true, c->state == SNAPSHOT_SILENT)
VALUE(waiting, true, c->waiting)
VALUE(packets, true, c->packets)
VALUE(bytes, true, c->bytes)
VALUE(files, true, c->files)
VALUE(cut, true, c->cut)
VALUE(filtered, true, c->filtered)
VALUE(connections, true, c->connections)
VALUE(refused, true, c->refused)
VALUE(rejected, true, c->rejected)
VALUE(last_packet, c->last_packet > 0, SECONDS(c->last_packet))
VALUE(last_connection, c->last_connection > 0, SECONDS(c->last_connection))
VALUE(since, c->since > 0, SECONDS(c->since))
VALUE(max_silence, c->max_silence > 0, c->max_silence)
VALUE(certificate, first_end(c) > 0, SECONDS(first_end(c)))

static const struct of_client of_client[] = {
    {"osmo_pcap_client_connected", "gauge", "Connections of the client that are there now.",
	connected},
    {"osmo_pcap_client_silent", "gauge", "1: no packet for longer than max-silence, or never one.",
	silent},
    {"osmo_pcap_client_waiting", "gauge", "1: waits for room on the disk.", waiting},
    {"osmo_pcap_client_packets_total", "counter", "Packets that were accepted.", packets},
    {"osmo_pcap_client_bytes_total", "counter", "Bytes of accepted frames.", bytes},
    {"osmo_pcap_client_files_total", "counter", "Capture files that were begun.", files},
    {"osmo_pcap_client_cut_packets_total", "counter", "Packets that were cut to max-snaplen.", cut},
    {"osmo_pcap_client_filtered_packets_total", "counter",
	"Packets that the filter dropped, of those accepted.", filtered},
    {"osmo_pcap_client_connections_total", "counter", "Connections that were established.",
	connections},
    {"osmo_pcap_client_refused_total", "counter", "Connections of the client that were not taken.",
	refused},
    {"osmo_pcap_client_rejected_total", "counter",
	"Connections that the server ended: protocol, TLS, identity, time.", rejected},
    {"osmo_pcap_client_last_packet_timestamp_seconds", "gauge",
	"When its last packet came; missing: never.", last_packet},
    {"osmo_pcap_client_last_connection_timestamp_seconds", "gauge",
	"When its last connection began; missing: never.", last_connection},
    {"osmo_pcap_client_known_timestamp_seconds", "gauge", "Since when the server knows the client.",
	since},
    {"osmo_pcap_client_max_silence_seconds", "gauge", "max-silence, where it is set.", max_silence},
    {"osmo_pcap_client_certificate_expiry_timestamp_seconds", "gauge",
	"When the certificate ends that it presented.", certificate},
};

static void print_clients(const struct snapshot *s, const struct of_client *m, FILE *to)
{
	bool begun = false;
	double n;

	for (size_t i = 0; i < s->clients; i++) {
		if (!m->value(s, &s->client[i], &n))
			continue;
		if (!begun)
			head(to, m->name, m->type, m->help);
		begun = true;
		fprintf(to, "%s{client=\"%s\"} %.17g\n", m->name, s->client[i].name, n);
	}
}

/* ---- disk, archive, certificates ---- */

static void print_index(const struct snapshot_archive *a, FILE *to)
{
	number(to, "osmo_pcap_archive_files", "gauge", "Files in the archive.", a->files);
	number(to, "osmo_pcap_archive_bytes", "gauge", "Bytes of these files.", a->bytes);
	number(
	    to, "osmo_pcap_archive_free_bytes", "gauge", "Free bytes of its filesystem.", a->free);
	number(to, "osmo_pcap_archive_size_bytes", "gauge", "Bytes of its filesystem.", a->size);
	moment(to, "osmo_pcap_archive_oldest_timestamp_seconds",
	    "When the recording of the oldest file ended.", a->oldest);
	if (a->full_in >= 0)
		number(to, "osmo_pcap_archive_full_seconds", "gauge",
		    "Time until retention has to make room, as files came in the last week; "
		    "missing: never.",
		    (uint64_t)a->full_in);
	if (a->hands_over)
		number(to, "osmo_pcap_archive_handover_waiting_files", "gauge",
		    "Files that wait to be handed over; 50000: so many, or more.", a->waiting);
}

static void print_archive(const struct snapshot_archive *a, FILE *to)
{
	if (!a->configured)
		return;
	number(to, "osmo_pcap_archive_up", "gauge", "1: the index of the archive could be read.",
	    !a->why);
	if (!a->why)
		print_index(a, to);
	if (a->unseen)
		return;
	number(to, "osmo_pcap_completed_files", "gauge",
	    "Completed captures that the archive has not taken yet.", a->completed);
	moment(to, "osmo_pcap_completed_oldest_timestamp_seconds",
	    "When the oldest of them was completed.", a->completed_oldest);
}

static void print_disk(const struct snapshot *s, FILE *to)
{
	if (!s->disk.known)
		return;
	number(to, "osmo_pcap_disk_free_bytes", "gauge",
	    "Free bytes of the filesystem that is recorded to.", s->disk.free);
	number(to, "osmo_pcap_disk_size_bytes", "gauge", "Bytes of that filesystem.", s->disk.size);
}

void metrics_print(const struct snapshot *s, FILE *to)
{
	number(to, "osmo_pcap_up", "gauge", "1: the server runs.", s->known && s->running);
	if (s->known) {
		print_server(s, to);
		for (size_t i = 0; i < sizeof(of_client) / sizeof(*of_client); i++)
			print_clients(s, &of_client[i], to);
	}
	print_disk(s, to);
	print_archive(&s->archive, to);
	moment(to, "osmo_pcap_certificate_expiry_timestamp_seconds",
	    "When the certificate of the server ends.", s->expiry.certificate);
	moment(to, "osmo_pcap_revocation_list_expiry_timestamp_seconds",
	    "When the first revocation list ends.", s->expiry.list);
}
