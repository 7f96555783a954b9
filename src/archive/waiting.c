/* waiting: see waiting.h. */
#include "archive/waiting.h"

#include <inttypes.h>

/* In the largest unit of which it has two, so that it is never far off. */
static void print_span(int64_t seconds, FILE *out)
{
	static const struct {
		int64_t seconds;
		char letter;
	} unit[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}};

	if (seconds < 0)
		seconds = 0;
	for (size_t i = 0; i < sizeof(unit) / sizeof(*unit); i++)
		if (seconds >= 2 * unit[i].seconds) {
			fprintf(out, "%" PRId64 "%c", seconds / unit[i].seconds, unit[i].letter);
			return;
		}
	fprintf(out, "%" PRId64 "s", seconds);
}

static void print(const struct store_row *row, int64_t now, FILE *out)
{
	fprintf(out, "%s %s: waits to be handed over for ", row->client, row->path);
	print_span(now - row->archived, out);
	if (row->tries > 0) {
		fprintf(out, ", failed %" PRIu64 " %s, next try ", row->tries,
		    row->tries == 1 ? "time" : "times");
		if (row->next_try > now) {
			fputs("in ", out);
			print_span(row->next_try - now, out);
		} else {
			fputs("now", out);
		}
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
		fprintf(out, "%" PRIu64 " files of %" PRIu64 " bytes wait to be handed over\n",
		    files, bytes);
	return !store_reason(store)[0];
}
