/* waiting: see waiting.h. */
#include "archive/waiting.h"

#include <inttypes.h>

#include "archive/span.h"

static void print(const struct store_row *row, int64_t now, FILE *out)
{
	char span[SPAN_MAX];

	fprintf(out, "%s %s: waits to be handed over for %s", row->client, row->path,
	    span_text(now - row->archived, span));
	if (row->tries > 0) {
		fprintf(out, ", failed %" PRIu64 " %s, next try ", row->tries,
		    row->tries == 1 ? "time" : "times");
		if (row->next_try > now)
			fprintf(out, "in %s", span_text(row->next_try - now, span));
		else
			fputs("now", out);
	}
	fputc('\n', out);
}

bool waiting_print(struct store *store, int64_t now, FILE *out)
{
	struct store_turn after, *behind = NULL;
	uint64_t files = 0, bytes = 0;
	struct store_row row;

	while (store_waiting(store, behind, &row)) {
		print(&row, now, out);
		files++;
		bytes += row.stored;
		after = (struct store_turn){.next_try = row.next_try, .id = row.id};
		behind = &after;
	}
	if (files > 0)
		fprintf(out, "%" PRIu64 " %s of %" PRIu64 " bytes %s to be handed over\n", files,
		    files == 1 ? "file" : "files", bytes, files == 1 ? "waits" : "wait");
	return !store_reason(store)[0];
}
