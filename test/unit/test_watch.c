/* What is made of a status area: sums, states and rates; the table at three widths; metrics; the
 * verdict. */
#include "tap.h"
#include "watch/headline.h"
#include "watch/metrics.h"
#include "watch/numbers.h"
#include "watch/since.h"
#include "watch/table.h"
#include "watch/verdict.h"
#include "watch_world.h"

static void end(struct snapshot *s)
{
	region_free(s->region);
}

/* ---- snapshot ---- */

static void test_sums(void)
{
	struct world *w = world_new();
	struct status_client *c = world_client(w, "bsc");
	struct area_child *k;
	struct snapshot s;

	*c = (struct status_client){
	    .name = "bsc", .packets = 5, .bytes = 50, .files = 2, .cut = 1, .filtered = 6};
	c->last_packet_ms = CLOCK - 60000;
	world_child(w, "bsc");
	k = world_child(w, "bsc");
	k->page.stats.cut = 3;
	k->page.stats.filtered = 7;
	s = world_snapshot(w);
	IS_INT(s.clients, 1, "one client");
	IS_INT(s.client[0].sessions, 2, "of two connections");
	IS_INT(
	    s.client[0].packets, 2005, "packets of those that have ended, and of those that run");
	IS_INT(s.client[0].bytes, 200050, "bytes");
	IS_INT(s.client[0].files, 4, "files");
	IS_INT(s.client[0].cut, 4, "packets that were cut");
	IS_INT(s.client[0].filtered, 13, "packets that a filter dropped");
	IS_INT(s.client[0].last_packet, NOW - 1000, "the last packet is the latest one");
	IS_INT((int)s.client[0].packet_rate, 200, "packets per second of both");
	IS_INT((int)s.client[0].byte_rate, 20000, "bytes per second of both");
	end(&s);
	free(w);
}

static void test_order(void)
{
	static const char *const want[] = {"quiet", "away", "gone", "never", "a", "b", "full"};
	struct world *w = world_new();
	struct snapshot s;

	world_client(w, "b");
	world_client(w, "never");
	world_client(w, "gone")->connections = 1;
	world_client(w, "quiet")->silent = 1;
	world_client(w, "a");
	world_client(w, "away")->connections = 1;
	world_client(w, "full");
	world_child(w, "full")->page.stats.waiting = 1;
	world_child(w, "b");
	world_child(w, "a");
	world_child(w, "quiet");
	world_child(w, "");
	s = world_snapshot(w);
	IS_INT(s.clients, 7, "all of them");
	for (size_t i = 0; i < s.clients && i < 7; i++)
		IS_STR(s.client[i].name, want[i], "%zu: silent and absent ones first, then by name",
		    i);
	IS_INT(s.client[0].state, SNAPSHOT_SILENT, "the server says that it is silent");
	IS_INT(s.client[3].state, SNAPSHOT_NEVER, "never seen");
	IS_INT(s.client[6].state, SNAPSHOT_WAITING, "waits for room");
	IS_INT(s.unknown, 1, "a connection of no known client");
	end(&s);
	free(w);
}

static void test_silence(void)
{
	struct world *w = world_new();
	struct status_client *c = world_client(w, "bsc");
	struct snapshot s;

	c->max_silence_s = 60;
	world_child(w, "bsc")->page.stats.heard_ms = (uint64_t)(CLOCK - 60000);
	s = world_snapshot(w);
	IS_INT(s.client[0].state, SNAPSHOT_RECORDING, "not yet silent");
	end(&s);
	w->child[0].page.stats.heard_ms--;
	s = world_snapshot(w);
	IS_INT(s.client[0].state, SNAPSHOT_SILENT,
	    "silent by its own time, before the server says so");
	end(&s);
	free(w);
}

static void test_lies(void)
{
	struct world *w = world_new();
	struct area_child *k;
	struct snapshot s;

	world_client(w, "bsc");
	world_client(w, "bsc")->packets = 7;
	world_client(w, "\"} 1\nevil");
	k = world_child(w, "not/a name");
	k = world_child(w, "bsc");
	k->page.stats.heard_ms = UINT64_MAX;
	k->row.since_ms = INT64_MAX;
	k->page.expires_unix = INT64_MAX;
	k->row.state = 77;
	s = world_snapshot(w);
	IS_INT(s.clients, 1, "a name once, and no name that is none");
	IS_INT(s.unknown, 1, "a connection with such a name is of no client");
	IS_INT(s.client[0].last_packet, 0, "times that have not come yet are not believed");
	IS_INT(s.client[0].session->since, 0, "nor a beginning");
	IS_INT(s.client[0].session->expires, 0, "nor an end that no clock reaches");
	end(&s);
	free(w);
}

static bool is_there(const struct status_child *k)
{
	return k->pid == 101;
}

static void test_outlived(void)
{
	struct world *w = world_new(), *old = world_new();
	struct snapshot s;

	old->alive = false;
	world_client(w, "a");
	world_child(old, "a");
	world_child(old, "b");
	world_child(old, "c")->row.pid = 101;
	old->child[2].page.ended = 1;
	old->child[1].row.pid = 101;
	snapshot_make(&s, region_new(),
	    (struct snapshot_source[]){{&w->area, true, is_there}, {&old->area, false, is_there}},
	    2, NOW, CLOCK);
	IS_INT(s.sessions, 2, "recordings of a server that is gone: those that are there");
	IS_INT(s.clients, 2, "also of a client that is no more in the list");
	OK(s.client[0].session[0].outlived && s.running, "their server has ended, ours runs");
	OK(s.client[0].listed && !s.client[1].listed, "which one is in the list: %s, %s",
	    s.client[0].name, s.client[1].name);
	end(&s);
	free(w);
	free(old);
}

/* Counters never fall: what an outlived recording has counted does not go until it is added up. */
static void test_ended_uncounted(void)
{
	struct world *w = world_new(), *old = world_new();
	struct snapshot s;

	world_client(w, "a")->packets = 5;
	old->alive = false;
	world_client(old, "a")->packets = 5; /* taken over */
	old->area.head.inherited = 1;
	world_child(old, "a")->page.ended = 1;
	snapshot_make(&s, region_new(),
	    (struct snapshot_source[]){{&w->area, true, NULL}, {&old->area, false, NULL}}, 2, NOW,
	    CLOCK);
	IS_INT(s.sessions, 0, "a recording that has outlived its server, and has ended");
	IS_INT(s.client[0].packets, 1005, "counts until the next server has counted it");
	IS_INT(s.client[0].files, 1, "with its files");
	IS_INT(s.client[0].last_packet, NOW - 1000, "and its last packet");
	OK(s.client[0].state == SNAPSHOT_ABSENT, "its client was there");
	end(&s);
	free(w);
	free(old);
}

/* Of the samples the later one that is five seconds old. */
static void test_samples(void)
{
	struct world *w = world_new();
	struct status_client *c = world_client(w, "bsc");
	struct area_child *k = world_child(w, "bsc");
	struct snapshot s;

	w->area.head.sampled_ms[0] = CLOCK - 3000;
	w->area.head.sampled_ms[1] = CLOCK - 8000;
	k->row.packets_at[0] = 990;
	k->row.packets_at[1] = 840;
	k->row.bytes_at[1] = 84000;
	c->packets = 50;
	c->packets_at[0] = 50;
	c->packets_at[1] = 34;
	s = world_snapshot(w);
	IS_INT((int)s.client[0].session[0].packet_rate, 20, "packets of the last eight seconds");
	IS_INT((int)s.client[0].session[0].byte_rate, 2000, "bytes");
	IS_INT((int)s.client[0].packet_rate, 22, "with those of a connection that has ended");
	end(&s);
	w->area.head.sampled_ms[0] = CLOCK - 5000;
	s = world_snapshot(w);
	IS_INT((int)s.client[0].session[0].packet_rate, 2, "the other one is five seconds old");
	IS_INT((int)s.client[0].packet_rate, 2, "of the other connection nothing came since then");
	end(&s);
	k->row.packets_at[0] = 1001;
	c->packets_at[0] = UINT64_MAX;
	s = world_snapshot(w);
	IS_INT((int)s.client[0].packet_rate, 0, "a sample above the counter gives no rate");
	end(&s);
	w->area.children = 0;
	c->packets_at[0] = 45;
	s = world_snapshot(w);
	IS_INT((int)s.client[0].packet_rate, 1, "the connection has ended: what came, came");
	end(&s);
	free(w);
}

static void test_rates(void)
{
	struct world *w = world_new();
	struct snapshot a, b;

	world_client(w, "bsc");
	world_child(w, "bsc");
	a = world_snapshot(w);
	a.now -= 2000;
	w->child[0].page.stats.packets += 50;
	w->child[0].page.stats.bytes += 600;
	world_child(w, "bsc")->page.stats.packets = 4;
	b = world_snapshot(w);
	since_rates(&b, &a);
	IS_INT((int)b.client[0].packet_rate, 27, "packets since the earlier snapshot, per second");
	IS_INT((int)b.client[0].session[0].byte_rate, 300, "bytes of one connection");
	end(&b);
	w->child[0].page.stats.packets = 1;
	b = world_snapshot(w);
	since_rates(&b, &a);
	OK(b.client[0].packet_rate < 1000, "a counter that falls gives no rate");
	end(&a);
	end(&b);
	free(w);
}

/* ---- table ---- */

static void print_wide(const struct snapshot *s, FILE *to)
{
	table_print(s, &(struct table_look){.width = 120}, to);
}

static void print_usual(const struct snapshot *s, FILE *to)
{
	table_print(s, &(struct table_look){.width = 72}, to);
}

static void print_narrow(const struct snapshot *s, FILE *to)
{
	table_print(s, &(struct table_look){.width = 30}, to);
}

static void print_coloured(const struct snapshot *s, FILE *to)
{
	table_print(s, &(struct table_look){.width = 80, .colour = true}, to);
}

static void print_short(const struct snapshot *s, FILE *to)
{
	table_print(s, &(struct table_look){.width = 80, .lines = 6}, to);
}

static struct snapshot three(struct world *w)
{
	struct status_client *c;

	world_client(w, "bsc-north");
	c = world_client(w, "bsc-south");
	c->connections = 1;
	c->last_connection_ms = CLOCK - 700000;
	c->last_end_ms = CLOCK - 600000;
	c->last_packet_ms = CLOCK - 660000;
	c->packets = 1234567;
	c->bytes = 890123456;
	snprintf(c->last_reason, sizeof(c->last_reason), "peer closed the connection");
	world_client(w, "lab");
	world_child(w, "bsc-north");
	world_child(w, "lab");
	world_child(w, "lab");
	return world_snapshot(w);
}

static void looks(const struct snapshot *s, void (*print)(const struct snapshot *, FILE *),
    const char *want, const char *name)
{
	char *text = world_text(s, print), *table = strstr(text, "\n\n");

	IS_STR(table ? table + 2 : text, want, "%s", name);
	free(text);
}

static void test_widths(void)
{
	struct world *w = world_new();
	struct snapshot s = three(w);

	looks(&s, print_wide,
	    "CLIENT     STATE      PEER             SINCE  LAST  PKT/S  BIT/S  PACKETS  BYTES  "
	    "FILE\n"
	    "bsc-south  absent     -                  10m   11m      -      -     1.2M   890M  "
	    "peer closed the connection\n"
	    "bsc-north  recording  192.0.2.1:40000    10s    1s    100    80k     1.0k   100k  "
	    "trace-bsc-north.pcap\n"
	    "lab        recording  2 peers            10s    1s    200   160k     2.0k   200k  -\n"
	    " |         recording  192.0.2.2:40000    10s    1s    100    80k     1.0k   100k  "
	    "trace-lab.pcap\n"
	    " |         recording  192.0.2.3:40000    10s    1s    100    80k     1.0k   100k  "
	    "trace-lab.pcap\n",
	    "wide: everything");
	looks(&s, print_usual,
	    "CLIENT     STATE      SINCE  LAST  PKT/S  BIT/S  PACKETS  BYTES\n"
	    "bsc-south  absent       10m   11m      -      -     1.2M   890M\n"
	    "bsc-north  recording    10s    1s    100    80k     1.0k   100k\n"
	    "lab        recording    10s    1s    200   160k     2.0k   200k\n"
	    " |         recording    10s    1s    100    80k     1.0k   100k\n"
	    " |         recording    10s    1s    100    80k     1.0k   100k\n",
	    "72 columns: without file and peer");
	looks(&s, print_narrow,
	    "CLIENT     STATE      LAST\n"
	    "bsc-south  absent      11m\n"
	    "bsc-north  recording    1s\n"
	    "lab        recording    1s\n"
	    " |         recording    1s\n"
	    " |         recording    1s\n",
	    "narrow: client, state and the last packet stay longest");
	end(&s);
	free(w);
}

static void test_every_width(void)
{
	struct world *w = world_new();
	struct snapshot s = three(w);
	size_t too_long = 0;

	for (size_t width = 1; width < 200; width++) {
		char *text;
		size_t len;
		FILE *to = open_memstream(&text, &len);

		table_print(&s, &(struct table_look){.width = width}, to);
		fclose(to);
		for (char *at = text; *at; at += strcspn(at, "\n") + 1)
			too_long += strcspn(at, "\n") > width;
		free(text);
	}
	IS_INT(too_long, 0, "no line is longer than the terminal is wide");
	end(&s);
	free(w);
}

static void test_why(void)
{
	struct snapshot s = {
	    .why = "/run/x: no such directory: no server has run here, or one without status-path",
	    .archive.configured = true,
	    .archive.why = "/srv/captures/archive: no index: start osmo-pcap-archive",
	};
	char *text, span[NUMBERS_MAX];
	size_t len, lines;
	FILE *to = open_memstream(&text, &len);

	lines = headline_print(&s, 40, 0, to);
	fclose(to);
	IS_STR(text,
	    "server: /run/x: no such directory: no\n"
	    "server has run here, or one without\n"
	    "status-path\n"
	    "archive: /srv/captures/archive: no\n"
	    "index: start osmo-pcap-archive\n",
	    "what is wrong is told whole, on a narrow terminal as well");
	OK(lines == 5, "in as many lines as it says: %zu", lines);
	free(text);
	to = open_memstream(&text, &len);
	headline_print(&s, 0, 0, to);
	fclose(to);
	OK(strncmp(text, "s\ne\nr\n", 6) == 0, "a width of 0 is one of 1");
	free(text);
	to = open_memstream(&text, &len);
	headline_print(&s, 40, 4, to);
	fclose(to);
	IS_STR(text,
	    "server: /run/x: no such directory: no\n"
	    "server has run here, or one without stat\n"
	    "archive: /srv/captures/archive: no index\n",
	    "a low terminal: a fourth of it for what is too long");
	free(text);
	s.archive = (struct snapshot_archive){
	    .configured = true, .bytes = 212000000000, .files = 40918, .full_in = -1, .waiting = 1};
	to = open_memstream(&text, &len);
	headline_print(&s, 80, 0, to);
	fclose(to);
	OK(strstr(text, ", 0 to be archived,\nhand-over waits\n"),
	    "80 columns: that a hand-over waits is not cut off: %s", text);
	free(text);
	IS_STR(numbers_span(INT64_C(10000) * 86400000, span), "10000d", "ten thousand days");
	IS_STR(numbers_span(INT64_C(10001) * 86400000, span), ">10000d", "more is no forecast");
}

static void test_look(void)
{
	struct world *w = world_new();
	struct snapshot s = three(w);
	char *plain = world_text(&s, print_usual), *text = world_text(&s, print_coloured);

	OK(!strchr(plain, '\033') && strstr(text, "\033[35mabsent"),
	    "colours where they are wanted");
	free(text);
	text = world_text(&s, print_short);
	OK(strstr(text, "absent") && strstr(text, "\n2 more\n"),
	    "of what does not fit in height: so many more");
	OK(strncmp(plain, "server: pid 4711, up 90s, configuration 2, sandbox full\n", 56) == 0,
	    "the server: %.56s", plain);
	OK(strstr(plain, "clients: 2 recording, 1 absent; 300 pkt/s, 240k bit/s\n"),
	    "and all clients");
	free(text);
	free(plain);
	end(&s);
	free(w);
}

/* ---- metrics ---- */

static void test_metrics(void)
{
	struct world *w = world_new();
	struct snapshot s = three(w);
	char *text = world_text(&s, metrics_print), *label;
	size_t others = 0;

	OK(strstr(text, "osmo_pcap_up 1\n"), "the server runs");
	OK(strstr(text, "# TYPE osmo_pcap_client_packets_total counter\n"
			"osmo_pcap_client_packets_total{client=\"bsc-south\"} 1234567\n"),
	    "packets of a client");
	OK(strstr(text, "osmo_pcap_client_connected{client=\"lab\"} 2\n"), "its connections");
	OK(strstr(
	       text, "osmo_pcap_client_last_packet_timestamp_seconds{client=\"lab\"} 1795879999\n"),
	    "times in seconds");
	OK(!strstr(text, "192.0.2") && !strstr(text, "pcap\"") && !strstr(text, "peer closed"),
	    "nothing that a peer says");
	for (label = strchr(text, '{'); label; label = strchr(label + 1, '{'))
		others += strncmp(label, "{client=\"", 9) != 0;
	IS_INT(others, 0, "no other label");
	free(text);
	s.known = false;
	text = world_text(&s, metrics_print);
	OK(strstr(text, "osmo_pcap_up 0\n") && !strchr(text, '{'), "no server: it is not up");
	free(text);
	end(&s);
	free(w);
}

/* ---- verdict ---- */

static void says(const struct snapshot *s, enum verdict want, const char *part)
{
	char *text;
	size_t len;
	FILE *to = open_memstream(&text, &len);
	enum verdict v = verdict_print(s, to);

	fclose(to);
	OK(len > 0 && strchr(text, '\n') == text + len - 1, "in one line");
	text[strcspn(text, "\n")] = '\0';
	OK(v == want && strstr(text, part), "%d, %s: %d %s", (int)want, part, (int)v, text);
	free(text);
}

static void test_verdict(void)
{
	struct world *w = world_new();
	struct status_client *c = world_client(w, "bsc");
	struct snapshot s;

	world_child(w, "bsc");
	s = world_snapshot(w);
	says(&s, VERDICT_WELL, "OK: 1 of 1 clients connected, server up 90s");
	s.expiry.certificate = NOW + 14 * INT64_C(86400000) + 1;
	says(&s, VERDICT_WELL, "OK");
	s.expiry.certificate--;
	says(&s, VERDICT_CRITICAL, "CRITICAL: the server certificate expires in 14d");
	s.expiry = (struct snapshot_expiry){.list = NOW};
	says(&s, VERDICT_CRITICAL, "CRITICAL: a revocation list has expired");
	s.expiry = (struct snapshot_expiry){.why = "ca.crl: Permission denied"};
	says(&s, VERDICT_UNKNOWN, "UNKNOWN: ca.crl: Permission denied");
	s.client[0].waiting = true;
	says(&s, VERDICT_CRITICAL,
	    "CRITICAL: 1 waiting for room on the disk: bsc; ca.crl: Permission denied");
	s.client[0].waiting = false;
	s.expiry.why = NULL;
	s.archive = (struct snapshot_archive){
	    .configured = true, .completed = 3, .completed_oldest = NOW - 16 * 60000};
	says(&s, VERDICT_CRITICAL,
	    "the archive does not keep up: 3 to be archived, the oldest for 16m");
	end(&s);
	world_client(w, "gone")->connections = 1;
	s = world_snapshot(w);
	says(&s, VERDICT_WARNING, "WARNING: 1 absent: gone");
	end(&s);
	c->silent = 1;
	s = world_snapshot(w);
	says(&s, VERDICT_CRITICAL, "CRITICAL: 1 silent: bsc; 1 absent: gone");
	end(&s);
	free(w);
}

static void test_verdict_never_seen(void)
{
	struct world *w = world_new();
	struct status_client *c = world_client(w, "new");
	struct snapshot s = world_snapshot(w);

	says(&s, VERDICT_WELL, "OK: 0 of 1");
	s.now += 14 * 60000;
	says(&s, VERDICT_CRITICAL, "CRITICAL: 1 never seen: new");
	end(&s);
	c->max_silence_s = 60;
	s = world_snapshot(w);
	says(&s, VERDICT_CRITICAL, "CRITICAL: 1 never seen: new");
	end(&s);
	w->alive = false;
	c->max_silence_s = 0;
	s = world_snapshot(w);
	says(&s, VERDICT_CRITICAL, "CRITICAL: the server is not running");
	end(&s);
	s = (struct snapshot){.why = "the configuration has no status-path"};
	says(&s, VERDICT_UNKNOWN, "UNKNOWN: the configuration has no status-path");
	s = (struct snapshot){.why = "/run/x: no server was started with /x.cfg", .none = true};
	says(&s, VERDICT_CRITICAL, "CRITICAL: /run/x: no server was started with");
	free(w);
}

int main(void)
{
	test_sums();
	test_order();
	test_silence();
	test_lies();
	test_outlived();
	test_ended_uncounted();
	test_samples();
	test_rates();
	test_widths();
	test_every_width();
	test_why();
	test_look();
	test_metrics();
	test_verdict();
	test_verdict_never_seen();
	return tap_done();
}
