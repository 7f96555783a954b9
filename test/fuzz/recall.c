/* recall: archived files of any content.
 *
 * What is read of one is printed as metadata that are read again, the same. Decompressing it ends
 * where the capture may be no longer. */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "archive/digest.h"
#include "archive/recall.h"

#define MOST 1000000u

static void print(const struct metaread *m, char **text, size_t *len)
{
	struct metadata from = {.client = m->client,
	    .address = m->address,
	    .name = m->name,
	    .ended = m->ended,
	    .archived = m->archived,
	    .summary = &m->summary,
	    .frames = &m->frames};
	FILE *to = open_memstream(text, len);

	MUST(to, "memory");
	memcpy(from.sha256, m->sha256, sizeof(from.sha256));
	metadata_print(&from, to);
	MUST(fclose(to) == 0, "memory");
}

static void again(const struct metaread *m)
{
	static struct metaread second;
	char *text, *same;
	size_t len, n;

	print(m, &text, &len);
	MUST(metaread(&second, text, len), "what was printed is not read: %s", text);
	print(&second, &same, &n);
	MUST(n == len && memcmp(text, same, n) == 0, "another text: %s", same);
	metaread_free(&second);
	free(text);
	free(same);
}

static void columns(const struct metaread *m)
{
	static uint8_t column[16 * (PROFILE_STEPS + 1)];
	static struct profile p;

	profile_write(&m->summary.profile, column);
	MUST(profile_read(&p, column, profile_size(&m->summary.profile)), "the profile's column");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	static struct metaread m;
	char why[RECALL_WHY_MAX];
	struct digest d;
	uint64_t stored;

	MUST(fd >= 0 && write(fd, data, len) == (ssize_t)len, "memfd");
	if (recall(fd, &m, &stored, why)) {
		MUST(stored == len, "size");
		again(&m);
		columns(&m);
		metaread_free(&m);
	}
	MUST(lseek(fd, 0, SEEK_SET) == 0, "memfd");
	digest(fd, true, MOST, &d, why);
	MUST(d.bytes <= MOST + (256u << 10), "%llu bytes", (unsigned long long)d.bytes);
	digest(fd, false, MOST, &d, why);
	/* the text alone, too */
	if (metaread(&m, (const char *)data, len)) {
		again(&m);
		metaread_free(&m);
	}
	close(fd);
	return 0;
}
