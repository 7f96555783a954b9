/* report: see report.h. */
#include "archive/report.h"

#include <string.h>

/* Four times what is cut where nothing can be compressed, and what small ones have. */
#define CUT_LEAST  (FRAMES_BLOCK / 4)
#define FRAMES_FEW 16u

uint64_t report_frames_of_capture(uint64_t bytes)
{
	return FRAMES_FEW + bytes / CUT_LEAST;
}

uint64_t report_frames_of_file(uint64_t bytes)
{
	return bytes / FRAMES_TABLE_ENTRY;
}

static bool text_ends(char *text, size_t size)
{
	if (!memchr(text, '\0', size))
		return false;
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
	return true;
}

bool report_check(struct report *r, uint64_t most_frames)
{
	/* any byte may stand where a bool is */
	const uint8_t *flag[] = {(const uint8_t *)&r->ok, (const uint8_t *)&r->known};

	for (size_t i = 0; i < sizeof(flag) / sizeof(*flag); i++)
		if (*flag[i] > 1)
			return false;
	return text_ends(r->reason, sizeof(r->reason)) && facts_check(&r->facts) &&
	       text_ends(r->names.client, sizeof(r->names.client)) &&
	       text_ends(r->names.address, sizeof(r->names.address)) &&
	       text_ends(r->names.name, sizeof(r->names.name)) && r->stored <= INT64_MAX &&
	       (!r->ok || r->facts.packets <= r->facts.bytes) &&
	       r->profile_len <= PROFILE_COLUMN_MAX && r->frames_len % FRAMES_ENTRY == 0 &&
	       r->frames_len / FRAMES_ENTRY <= most_frames &&
	       (uint64_t)r->profile_len + r->frames_len <= REPORT_COLUMNS_MAX;
}
