/* session_tell: see session_tell.h. */
#include "server/session_tell.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "capture/linktype.h"
#include "server/child_report.h"
#include "server/session_page.h"
#include "tls/creds.h"

/* Does not block: if the master does not read, the message is lost and recording continues. */
static void tell(const struct session *s, enum report_kind kind, const char *name)
{
	struct report r = {.kind = kind, .candidate = (uint32_t)s->tls.candidate, .id = s->tls.id};

	if (s->channel->fd < 0)
		return;
	snprintf(r.name, sizeof(r.name), "%s", name);
	send(s->channel->fd, &r, sizeof(r), MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* The level of a line that every connection causes: debug during a flood, which the master
 * summarises. Lines about files keep their level: they are the record of what is stored. */
static enum log_level routine(const struct session *s, enum log_level level)
{
	return s->channel->log_routine ? level : LVL_DEBUG;
}

struct proof {
	char s[sizeof(struct log_text) + sizeof(struct tls_peer)]; /* the subject quoted */
};

/* The log's keys for what TLS proved about the peer; "" for a plain connection. */
static struct proof proof(const struct session *s)
{
	struct proof t = {""};

	if (s->tls.protocol[0] && s->tls.fingerprint[0])
		snprintf(t.s, sizeof(t.s), " tls=%s subject=%s fingerprint=%s", s->tls.protocol,
		    LOG_QUOTE(s->tls.subject), s->tls.fingerprint);
	else if (s->tls.protocol[0])
		snprintf(t.s, sizeof(t.s), " tls=%s", s->tls.protocol);
	return t;
}

/* Accepted today, and refused soon. */
static void warn_of_end(const struct session *s)
{
	char day[CREDS_DAY];

	if (s->tls.expires > 0 && s->tls.expires - time(NULL) < CREDS_SOON)
		log_line(routine(s, LVL_WARNING),
		    "expiring client=%s peer=%s subject=%s expires=%s", s->name, s->peer,
		    LOG_QUOTE(s->tls.subject), creds_day(s->tls.expires, day));
}

static void on_header(void *context)
{
	struct session *s = context;
	const struct format *f = &s->recorder.out.accept.format;
	bool pcap = f->kind == FORMAT_PCAP;
	unsigned link_type = pcap ? f->pcap.link_type : f->section.first.link_type;
	bool known = pcap || f->section.interfaces > 0; /* interfaces may come later */
	const char *name = linktype_name(link_type);
	char number[12];

	snprintf(number, sizeof(number), "%u", link_type);
	log_line(routine(s, LVL_INFO), "established client=%s peer=%s%s format=%s%s%s", s->name,
	    s->peer, proof(s).s, pcap ? "pcap" : "pcapng", known ? " link-type=" : "",
	    !known ? ""
	    : name ? name
		   : number);
	warn_of_end(s);
	session_page_proof(s);
	tell(s, REPORT_ESTABLISHED, "");
	s->established = true;
}

static void on_opened(void *context, const char *name)
{
	const struct session *s = context;

	tell(s, REPORT_OPENED, name);
	session_page_file(s, name);
	log_line(LVL_INFO, "file client=%s name=%s reason=opened", s->name, name);
}

static void on_published(void *context, const char *name, const char *was, const char *why,
    uint64_t packets, uint64_t bytes)
{
	const struct session *s = context;

	tell(s, REPORT_PUBLISHED, was ? was : name);
	session_page_file(s, "");
	log_line(LVL_INFO,
	    "file client=%s name=%s%s%s reason=%s packets=%" PRIu64 " bytes=%" PRIu64, s->name,
	    name, was ? " was=" : "", was ? was : "", why, packets, bytes);
}

static struct log_text failed(const char *what, int error)
{
	struct log_text t;

	snprintf(t.s, sizeof(t.s), "%s: %s", what, strerror(error));
	return t;
}

/* Where finished files go. */
static const char *published_in(const struct session *s)
{
	const struct config_storage *c = &s->client->storage;

	return c->completed_path ? c->completed_path : c->base_path;
}

static void on_unsynced(void *context, const char *name, int error)
{
	const struct session *s = context;

	log_line(LVL_ERROR, "error client=%s file=%s directory=%s reason=%s", s->name, name,
	    LOG_QUOTE(published_in(s)), LOG_QUOTE(failed("published, but not synced", error).s));
}

static void on_unpublished(void *context, const char *name, const char *why, int error)
{
	const struct session *s = context;

	session_page_file(s, "");
	/* a rename is also refused where directory and sandbox rules forbid it */
	log_line(LVL_ERROR, "error client=%s file=%s directory=%s reason=%s closed=%s left-in=%s",
	    s->name, name, LOG_QUOTE(published_in(s)), LOG_QUOTE(strerror(error)), why,
	    LOG_QUOTE(s->client->storage.base_path));
}

/* A deleted file is lost with its packets, a moved one is whole where it is now. */
static void on_gone(void *context, const char *name, bool deleted, uint64_t packets, uint64_t bytes)
{
	const struct session *s = context;

	tell(s, REPORT_PUBLISHED, name);
	session_page_file(s, "");
	log_line(deleted ? LVL_ERROR : LVL_WARNING,
	    "file client=%s name=%s reason=%s packets=%" PRIu64 " bytes=%" PRIu64, s->name, name,
	    deleted ? "deleted" : "moved", packets, bytes);
}

static void on_room_again(void *context)
{
	const struct session *s = context;

	stats_set(&s->channel->page->stats.waiting, false);
	log_line(LVL_NOTICE, "resumed client=%s reason=\"disk space is available again\"", s->name);
}

void session_dropped(const struct session *s)
{
	log_line(LVL_NOTICE,
	    "resumed client=%s reason=\"store = false: nothing waits for disk space\" "
	    "lost-records=%" PRIu64,
	    s->name, s->recorder.out.dropped);
}

static void on_cut(void *context, uint32_t caplen)
{
	const struct session *s = context;

	log_line(routine(s, LVL_NOTICE), "cut client=%s peer=%s caplen=%u max-snaplen=%u", s->name,
	    s->peer, caplen, s->recorder.out.set.max_snaplen);
}

void session_events(struct session *s, struct recorder_events *on)
{
	*on = (struct recorder_events){
	    .context = s,
	    .header = on_header,
	    .opened = on_opened,
	    .published = on_published,
	    .unsynced = on_unsynced,
	    .unpublished = on_unpublished,
	    .gone = on_gone,
	    .room_again = on_room_again,
	    .cut = on_cut,
	};
}

void session_connected(const struct session *s)
{
	log_line(routine(s, LVL_INFO), "connected client=%s peer=%s pid=%d", s->name, s->peer,
	    (int)getpid());
}

void session_entitle(struct session *s)
{
	char address[ADDR_TEXT_MAX];

	title_set(
	    &s->title, "recording %s [%s]", s->name, addr_format(&s->channel->peer.addr, address));
}

void session_closed(const struct session *s, enum child_exit code, const char *reason)
{
	char counts[STATS_TEXT_MAX];
	int64_t seconds = (io_monotonic_ms() - s->started) / 1000;
	/* a connection without a byte is logged as debug only (port scans, health checks) */
	bool empty = s->channel->page->stats.frames == 0 && s->have == 0 &&
		     (code == CHILD_FINISHED || code == CHILD_CONNECTION);

	session_page_ended(s, reason);
	log_line(empty ? LVL_DEBUG : routine(s, LVL_INFO),
	    "closed client=%s peer=%s reason=%s %s seconds=%" PRId64, s->name, s->peer,
	    LOG_QUOTE(reason), stats_format(&s->channel->page->stats, counts), seconds);
}

void session_changed(const struct session *s)
{
	const struct recorder_settings *set = &s->recorder.out.set;
	char rotate[ROTATE_TEXT_MAX];

	if (s->channel->page->stats.waiting)
		session_dropped(s);
	log_line(routine(s, LVL_INFO),
	    "settings client=%s peer=%s store=%s max-file-size=%" PRIu64
	    " rotate-localtime=%s max-snaplen=%u file-permission-mask=%04o filter=%s"
	    " close-when-due=%s",
	    s->name, s->peer, set->base < 0 ? "false" : "true", set->max_file_size,
	    LOG_QUOTE(rotate_format(&set->rotate, rotate)), set->max_snaplen, set->mode,
	    LOG_QUOTE(set->filter ? filter_table_text(set->filter) : ""),
	    set->close_when_due ? "true" : "false");
}

void session_rejected(const struct session *s, const char *reason)
{
	log_line(routine(s, LVL_WARNING),
	    "rejected client=%s peer=%s reason=%s frame=%" PRIu64 " offset=%" PRIu64, s->name,
	    s->peer, LOG_QUOTE(reason), s->recorder.frames + 1, s->recorder.offset);
}

void session_broken(const struct session *s, const char *what, int error)
{
	log_line(LVL_ERROR, "error client=%s peer=%s reason=%s", s->name, s->peer,
	    LOG_QUOTE(failed(what, error).s));
}

void session_waiting(const struct session *s, int error)
{
	log_line(LVL_ERROR, "error client=%s directory=%s reason=%s", s->name,
	    LOG_QUOTE(s->client->storage.base_path),
	    LOG_QUOTE(error == EDQUOT ? "the quota is used up: waiting for room"
				      : "the disk is full: waiting for room"));
}

void session_lost(const struct session *s, int unread)
{
	log_line(LVL_ERROR,
	    "error client=%s directory=%s reason=%s lost-records=%" PRIu64 " unread-bytes=%d",
	    s->name, LOG_QUOTE(s->client->storage.base_path), LOG_QUOTE(s->recorder.reason),
	    s->recorder.lost, unread);
}
