/* replay: records through the recorder without a network: buffers of the server's size, filled the
 * way recv fills them. For counting instructions: valgrind starts with recorder_feed. Prints how
 * many records there were, and the nanoseconds of CPU time that the recorder took for one.
 * usage: replay DIRECTORY SIZE RECORDS [FILTER]     DIRECTORY "-": nothing is stored */
#include <fcntl.h>
#include <stdbool.h>

#include "bench.h"
#include "filter/build.h"
#include "record/recorder.h"

#define BUFFER (768 * 1024)

static uint8_t buffer[BUFFER], *stream;

static void on_header(void *context)
{
	(void)context;
}

static void on_opened(void *context, const char *name)
{
	(void)context;
	(void)name;
}

static void on_published(void *context, const char *name, const char *was, const char *why,
    uint64_t packets, uint64_t bytes)
{
	(void)was;
	(void)why;
	(void)packets;
	(void)bytes;
	unlinkat(*(int *)context, name, 0);
}

static void on_trouble(void *context, const char *name, int error)
{
	(void)context;
	errno = error;
	die(name);
}

static void on_unpublished(void *context, const char *name, const char *why, int error)
{
	(void)why;
	on_trouble(context, name, error);
}

static enum recorder_room on_full(void *context, int error, unsigned attempt)
{
	(void)attempt;
	on_trouble(context, "disk", error);
	return ROOM_GIVE_UP;
}

static double cpu(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static const struct filter_table *filter(const char *expression)
{
	static char why[FILTER_WHY_MAX];
	const struct filter_table *t = filter_load(why) ? filter_build(expression, why) : NULL;

	if (!t)
		die(why);
	return t;
}

int main(int argc, char **argv)
{
	int dir = argc == 4 || argc == 5 ? open(argv[1], O_RDONLY | O_DIRECTORY) : -1;
	struct recorder_settings set = {.base = dir,
	    .done = dir,
	    .mode = 0600,
	    .max_snaplen = 9000,
	    .rotate = {ROTATE_NEVER, 1},
	    .stem = "replay",
	    .local = localtime_r,
	    .filter = argc == 5 ? filter(argv[4]) : NULL};
	struct recorder_events on = {.context = &dir,
	    .header = on_header,
	    .opened = on_opened,
	    .published = on_published,
	    .unsynced = on_trouble,
	    .unpublished = on_unpublished,
	    .wait_for_room = on_full,
	    .room_again = on_header};
	struct stats stats = {0};
	struct recorder r;
	uint32_t size;
	double before, taken = 0;
	size_t records, len = 0, at = 0, have = 0, used;

	if (dir < 0 && (argc < 4 || strcmp(argv[1], "-") != 0))
		die("usage: replay DIRECTORY SIZE RECORDS [FILTER]");
	size = (uint32_t)atoi(argv[2]);
	records = (size_t)atol(argv[3]);
	stream = malloc(LINK_HEADER + records * (RECORD_OVERHEAD + size));
	if (!stream)
		die("memory");
	len += put_link_header(stream);
	for (size_t i = 0; i < records; i++)
		len += put_record(stream + len, size, (uint32_t)i);
	recorder_init(&r, &set, &on, &stats);
	while (at < len) {
		size_t n = len - at < BUFFER - have ? len - at : BUFFER - have;

		memcpy(buffer + have, stream + at, n);
		at += n;
		have += n;
		before = cpu();
		if (recorder_feed(&r, buffer, have, 1700000000, &used) != RECORDER_OK)
			die(r.reason);
		taken += cpu() - before;
		have -= used;
		memmove(buffer, buffer + used, have);
	}
	recorder_close_file(&r, "closed");
	recorder_free(&r);
	printf("%llu %.2f\n", (unsigned long long)stats.packets, taken / (double)records);
	return stats.packets == records ? 0 : 1;
}
