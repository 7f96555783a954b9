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
	const struct facts *f = &r->facts;

	/* any byte may stand where a bool is */
	const uint8_t *flag[] = {
	    (const uint8_t *)&r->ok, (const uint8_t *)&r->known, (const uint8_t *)&f->broken};

	for (size_t i = 0; i < sizeof(flag) / sizeof(*flag); i++)
		if (*flag[i] > 1)
			return false;
	return text_ends(r->reason, sizeof(r->reason)) &&
	       text_ends(r->facts.why, sizeof(r->facts.why)) &&
	       text_ends(r->names.client, sizeof(r->names.client)) &&
	       text_ends(r->names.address, sizeof(r->names.address)) &&
	       text_ends(r->names.name, sizeof(r->names.name)) &&
	       (f->kind == FORMAT_PCAP || f->kind == FORMAT_PCAPNG) &&
	       f->link_types <= SUMMARY_LINK_TYPES && f->timed <= f->packets &&
	       (f->timed == 0 || f->first <= f->last) && f->whole <= f->bytes &&
	       f->bytes <= INT64_MAX && r->stored <= INT64_MAX &&
	       (uint64_t)r->profile_len + r->frames_len <= REPORT_COLUMNS_MAX;
}
