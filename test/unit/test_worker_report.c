/* test_worker_report: what the archive's master believes of a worker. */
#include "tap.h"
#include "support.h"

#include "archive/report.h"

#define MOST 5u

static struct report r;

static void make(void)
{
	r = (struct report){.ok = true,
	    .facts = {.kind = FORMAT_PCAP, .bytes = 1000, .packets = 5, .timed = 4, .damaged = 1},
	    .stored = 500,
	    .profile_len = 32,
	    .frames_len = 3 * FRAMES_ENTRY};
}

/* The report with one field changed. */
#define REFUSED(field, value)                                                                      \
	do {                                                                                       \
		make();                                                                            \
		r.field = (value);                                                                 \
		OK(!report_check(&r, MOST), #field " " #value);                                    \
	} while (0)

int main(void)
{
	make();
	OK(report_check(&r, MOST), "a sound one");
	REFUSED(facts.kind, (enum format_kind)7);
	REFUSED(facts.packets, 1001);
	REFUSED(facts.packets, UINT64_MAX);
	REFUSED(facts.timed, 6);
	REFUSED(facts.damaged, 6);
	REFUSED(facts.bytes, UINT64_MAX);
	REFUSED(facts.whole, 1001);
	REFUSED(facts.link_types, SUMMARY_LINK_TYPES + 1);
	REFUSED(stored, UINT64_MAX);
	REFUSED(profile_len, PROFILE_COLUMN_MAX + 1);
	REFUSED(frames_len, FRAMES_ENTRY + 1);
	REFUSED(frames_len, REPORT_COLUMNS_MAX);
	REFUSED(frames_len, 6 * FRAMES_ENTRY);
	make();
	r.frames_len = REPORT_COLUMNS_MAX / FRAMES_ENTRY * FRAMES_ENTRY;
	OK(!report_check(&r, UINT64_MAX), "more columns than are taken at all");
	make();
	memset(r.reason, 'x', sizeof(r.reason));
	OK(!report_check(&r, MOST), "a reason without an end");
	make();
	memset(r.names.client, 'x', sizeof(r.names.client));
	OK(!report_check(&r, MOST), "a client without an end");
	make();
	memset(&r.known, 2, sizeof(r.known));
	OK(!report_check(&r, MOST), "a bool that is none");
	make();
	snprintf(r.reason, sizeof(r.reason), "a\nb");
	OK(report_check(&r, MOST), "a line end in a reason");
	IS_STR(r.reason, "a?b", "is none then");
	OK(report_frames_of_capture(1000) < 20, "a small capture has few frames");
	OK(report_frames_of_capture(1u << 30) > 3 * ((1u << 30) / FRAMES_BLOCK),
	    "a large one that cannot be compressed has more than its blocks");
	return tap_done();
}
