/* report: what a worker tells the archive's master of the file it has packed or read.
 *
 *   struct report | profile column | frames column
 *
 * The worker has read a capture and may be hijacked: the master takes nothing of it that it has not
 * checked here, and looks into neither column. Pure. Host byte order: both are one program. */
#ifndef ARCHIVE_REPORT_H
#define ARCHIVE_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "archive/pack.h"
#include "capture/capname.h"
#include "index/metadata.h"

/* Bytes of both columns that are taken: frames of a capture of 4 TB. */
#define REPORT_COLUMNS_MAX (40u << 20)

/* What an archived file says of itself. */
struct report_names {
	char client[CAPNAME_STEM_MAX], address[ADDR_TEXT_MAX], name[CAPNAME_MAX];
	int64_t ended, archived;
};

struct report {
	bool ok;
	bool known;                   /* the orphan that was there holds the same capture */
	char reason[PACK_REASON_MAX]; /* when not ok; of JOB_DIGEST also: what the metadata lack */
	struct facts facts;
	struct report_names names; /* of JOB_RECALL alone */
	uint8_t sha256[METADATA_SHA256];
	uint64_t stored;
	uint32_t profile_len, frames_len;
};

/* The most frames that a sound worker reports: of a capture of so many bytes, which it cuts, after
 * 4 MiB or where a block of Wireshark ends; of an archived file, which has each in its seek table.
 */
uint64_t report_frames_of_capture(uint64_t bytes);
uint64_t report_frames_of_file(uint64_t bytes);

/* Makes texts end and times possible. False when it is none that a sound worker sends. */
bool report_check(struct report *r, uint64_t most_frames);

#endif
