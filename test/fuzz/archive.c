/* archive: captures of any content, archived.
 *
 * The input: a byte that chooses the level, two that seed, then the capture; some inputs are made
 * longer by records, so that there are several frames and blocks. The archived file must give the
 * capture again, whole and frame by frame; each frame must stand where Wireshark 4.0 recognizes it;
 * the file must say of itself what was found in the capture, and a scan without compression the
 * same. */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>

#include "archive/digest.h"
#include "archive/pack.h"
#include "archive/recall.h"

#define MOST (6u << 20)

static const struct pack_names names = {.client = "foo",
    .address = "",
    .name = "trace-foo-20261128_101500.pcap",
    .kind = FORMAT_PCAP,
    .ended = -1,
    .archived = 1790000000};

/* Records behind the capture: some of them alike, some not. */
static size_t lengthen(uint8_t *p, size_t len, uint32_t seed)
{
	unsigned bits = fuzz_random(&seed) % 16 == 0 ? 22 : 10 + fuzz_random(&seed) % 8;
	size_t most = fuzz_random(&seed) % (1u << bits);
	unsigned alike = fuzz_random(&seed) % 8;

	while (len < most) {
		uint32_t n = fuzz_random(&seed) % (fuzz_random(&seed) % 64 == 0 ? 60000 : 2000);

		if (len + 16 + n > MOST)
			break;
		bytes_store32(p + len, fuzz_random(&seed), false);
		bytes_store32(p + len + 4, 0, false);
		bytes_store32(p + len + 8, n, false);
		bytes_store32(p + len + 12, n, false);
		len += 16;
		for (uint32_t i = 0; i < n; i++)
			p[len++] = fuzz_random(&seed) % 8 < alike ? 'x' : (uint8_t)seed;
	}
	return len;
}

static int memory(const void *data, size_t len)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	MUST(fd >= 0 && write(fd, data, len) == (ssize_t)len, "memfd");
	return fd;
}

static void same_facts(const struct facts *a, const struct facts *b)
{
	MUST(a->kind == b->kind && a->bytes == b->bytes && a->packets == b->packets, "counts");
	MUST(
	    !a->timed == !b->timed && a->damaged == b->damaged && a->broken == b->broken, "damage");
	MUST(!a->timed || (a->first == b->first && a->last == b->last), "times");
	MUST(a->whole == b->whole && strcmp(a->why, b->why) == 0, "where it breaks: %s", b->why);
	MUST(a->link_types == b->link_types, "link types");
}

static void same_profile(const struct profile *a, const struct profile *b)
{
	MUST(a->n == b->n && a->seconds == b->seconds && a->first == b->first, "profiles");
	MUST(memcmp(a->step, b->step, a->n * sizeof(*a->step)) == 0, "steps");
}

/* Each frame alone, and where it stands. */
static void check_frames(
    const struct frames *f, const uint8_t *file, const uint8_t *capture, size_t len)
{
	static uint8_t out[MOST];
	uint64_t at = 0, block = UINT64_MAX;
	size_t done = 0;

	for (size_t i = 0; i < f->n; i++) {
		const struct frame_entry *e = &f->v[i];
		size_t n;

		MUST(at % FRAMES_BLOCK == 0 || at - at % FRAMES_BLOCK == block,
		    "frame %zu at %llu is not recognized", i, (unsigned long long)at);
		if (at % FRAMES_BLOCK == 0)
			block = at;
		n = ZSTD_decompress(out, sizeof(out), file + at, e->stored);
		MUST(!ZSTD_isError(n), "frame %zu: %s", i, ZSTD_getErrorName(n));
		MUST(n == e->capture && ZSTD_getFrameContentSize(file + at, e->stored) == n,
		    "frame %zu has %zu bytes", i, n);
		MUST(done + n <= len && memcmp(out, capture + done, n) == 0, "other bytes");
		at += e->stored;
		done += n;
	}
	MUST(done == len, "%zu bytes of %zu", done, len);
}

static void check_file(int out, const struct pack_result *r, const uint8_t *capture, size_t len)
{
	static struct metaread m;
	char why[RECALL_WHY_MAX];
	uint64_t stored;
	struct digest d;
	uint8_t *file = mmap(NULL, r->stored, PROT_READ, MAP_SHARED, out, 0);

	MUST(file != MAP_FAILED, "mmap");
	check_frames(&r->frames, file, capture, len);
	munmap(file, r->stored);
	MUST(recall(out, &m, &stored, why), "%s", why);
	MUST(stored == r->stored, "size");
	same_facts(&m.summary.facts, &r->summary.facts);
	same_profile(&m.summary.profile, &r->summary.profile);
	MUST(m.frames.n == r->frames.n && memcmp(m.sha256, r->sha256, sizeof(m.sha256)) == 0,
	    "frames, or the SHA-256");
	metaread_free(&m);
	MUST(lseek(out, 0, SEEK_SET) == 0 && digest(out, true, len, &d, why), "%s", why);
	MUST(d.bytes == len && memcmp(d.sha256, r->sha256, sizeof(d.sha256)) == 0, "digest");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct pack_result packed, scanned;
	static uint8_t capture[MOST];
	char reason[PACK_REASON_MAX];
	uint32_t seed;
	int in, out, level;

	if (len < 3 || len > MOST)
		return 0;
	level = 1 + data[0] % 4;
	seed = 1 + (data[1] | (unsigned)data[2] << 8);
	memcpy(capture, data + 3, len - 3);
	len -= 3;
	if (data[0] & 0x80)
		len = lengthen(capture, len, seed);
	in = memory(capture, len);
	out = memory("", 0);
	MUST(pack(in, out, level, &names, &packed, reason), "%s", reason);
	MUST(pack(in, -1, PACK_PLAIN, &names, &scanned, reason), "%s", reason);
	MUST(scanned.stored == len && memcmp(scanned.sha256, packed.sha256, 32) == 0, "a scan");
	same_facts(&scanned.summary.facts, &packed.summary.facts);
	same_profile(&scanned.summary.profile, &packed.summary.profile);
	check_file(out, &packed, capture, len);
	pack_free(&packed);
	pack_free(&scanned);
	close(in);
	close(out);
	return 0;
}
