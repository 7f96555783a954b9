/* report: see report.h. */
#include "archive/report.h"

#include <string.h>

static bool text_ends(char *text, size_t size)
{
	if (!memchr(text, '\0', size))
		return false;
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
	return true;
}

bool report_check(struct report *r)
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
	       (uint64_t)r->profile_len + r->frames_len <= REPORT_COLUMNS_MAX;
}
