/* test_decompress: gzip and zstd streams, and what is neither, whole, in pieces, cut off and
 * damaged. */
#include "tap.h"

#include "support.h"

#include <sys/resource.h>
#include <zlib.h>
#include <zstd.h>

#include "base/bytes.h"
#include "record/decompress.h"

#define PLAIN 300000u

static uint8_t plain[PLAIN]; /* in part random, so that there are several blocks */
static uint8_t stream[2 * PLAIN + 1000], out[2 * PLAIN + 1000];
static size_t stream_len;

static void make_plain(void)
{
	random_seed(5);
	for (size_t i = 0; i < PLAIN; i++)
		plain[i] = i / 1000 % 2 ? (uint8_t)random_next() : (uint8_t)(i / 1000);
}

static void add(const void *p, size_t len)
{
	memcpy(stream + stream_len, p, len);
	stream_len += len;
}

static void add_gzip(const uint8_t *p, size_t len)
{
	z_stream z = {0};

	deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
	z.next_in = (uint8_t *)(uintptr_t)p;
	z.avail_in = (unsigned)len;
	z.next_out = stream + stream_len;
	z.avail_out = (unsigned)(sizeof(stream) - stream_len);
	deflate(&z, Z_FINISH);
	stream_len = sizeof(stream) - z.avail_out;
	deflateEnd(&z);
}

static void add_zstd(const uint8_t *p, size_t len)
{
	ZSTD_CCtx *c = ZSTD_createCCtx();

	ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
	stream_len += ZSTD_compress2(c, stream + stream_len, sizeof(stream) - stream_len, p, len);
	ZSTD_freeCCtx(c);
}

static void add_skippable(uint32_t number, uint32_t len)
{
	uint8_t head[8];

	bytes_store32(head, 0x184d2a50u + number, false);
	bytes_store32(head + 4, len, false);
	add(head, 8);
	memset(stream + stream_len, 0x77, len);
	stream_len += len;
}

/* The stream as a file, of which each read gives `piece` bytes of room. Returns what came out, and
 * leaves the errno of the end, 0 for a good one. */
static size_t read_file_through(size_t len, size_t piece, int *err)
{
	FILE *f = tmpfile();
	struct decompress d;
	size_t n = 0;
	ssize_t got;

	if (!f || fwrite(stream, 1, len, f) != len || fflush(f) != 0 ||
	    lseek(fileno(f), 0, SEEK_SET) != 0 || !decompress_init(&d, fileno(f)))
		support_die("file");
	do {
		size_t room = sizeof(out) - n;

		got = decompress_read(&d, out + n, room < piece ? room : piece);
		n += got > 0 ? (size_t)got : 0;
	} while (got > 0 || (got < 0 && errno == EAGAIN));
	*err = got < 0 ? errno : 0;
	if (got < 0)
		OK(decompress_read(&d, out + n, 1) < 0 && errno == *err && d.why,
		    "the end stays: %s", d.why);
	else
		IS_INT(d.taken, len, "all was taken");
	decompress_free(&d);
	fclose(f);
	return n;
}

static bool whole(size_t piece, size_t times)
{
	int err;
	size_t n = read_file_through(stream_len, piece, &err);

	return err == 0 && n == times * PLAIN && memcmp(out, plain, PLAIN) == 0 &&
	       memcmp(out + (times - 1) * PLAIN, plain, PLAIN) == 0;
}

static void test_whole(void)
{
	static const size_t pieces[] = {1000, 4096, 65536, sizeof(out)};

	for (size_t i = 0; i < COUNT(pieces); i++) {
		stream_len = 0;
		add(plain, PLAIN);
		stream[0] = plain[0] = 'x';
		OK(whole(pieces[i], 1), "plain in pieces of %zu", pieces[i]);
		stream_len = 0;
		add_gzip(plain, PLAIN);
		OK(whole(pieces[i], 1), "gzip");
		add_gzip(plain, PLAIN);
		OK(whole(pieces[i], 2), "two members");
		add("\0\0\0\0\0\0\0", 7);
		OK(whole(pieces[i], 2), "and zeros");
		stream_len = 0;
		add_zstd(plain, PLAIN);
		OK(whole(pieces[i], 1), "zstd");
		add_skippable(14, 0);
		add_zstd(plain, PLAIN);
		add_skippable(3, 1000);
		OK(whole(pieces[i], 2), "two frames, and skippable ones");
		stream_len = 0;
		add_skippable(0, 4);
		add_zstd(plain, PLAIN);
		OK(whole(pieces[i], 1), "a skippable frame first, as of pzstd");
	}
}

static void test_short(void)
{
	static const char *const texts[] = {"", "a", "\x1f", "abc", "\x28\xb5\x2f", "abcd"};
	int err;

	for (size_t i = 0; i < COUNT(texts); i++) {
		stream_len = 0;
		add(texts[i], strlen(texts[i]));
		OK(read_file_through(stream_len, 10, &err) == stream_len && err == 0 &&
			memcmp(out, stream, stream_len) == 0,
		    "%zu bytes are passed on", stream_len);
	}
}

/* What comes out of a stream that is cut off is its beginning, and it is said. */
static void test_cut_off(void (*make)(const uint8_t *, size_t), const char *name)
{
	unsigned wrong = 0;
	size_t least = 0, n;
	int err;

	stream_len = 0;
	make(plain, PLAIN);
	for (size_t len = 4; len < stream_len; len += 1 + len / 50) {
		n = read_file_through(len, 10000, &err);
		wrong += err != EBADMSG || n > PLAIN || memcmp(out, plain, n) != 0 || n < least;
		least = n;
	}
	n = read_file_through(stream_len - 1, 10000, &err);
	wrong += err != EBADMSG || n != PLAIN;
	IS_INT(wrong, 0, "%s: what came before the end, and an error", name);
	OK(least > PLAIN / 2, "%s: not much less than could be", name);
}

static void test_damaged(void (*make)(const uint8_t *, size_t), const char *name)
{
	unsigned wrong = 0;
	size_t n;
	int err;

	stream_len = 0;
	make(plain, PLAIN);
	stream[stream_len - 3] ^= 1; /* the checksum */
	n = read_file_through(stream_len, 10000, &err);
	OK(err == EBADMSG && n == PLAIN, "%s: a wrong checksum is noticed after everything", name);
	for (size_t at = 50; at < stream_len; at += 5003) {
		stream_len = 0;
		make(plain, PLAIN);
		stream[at] ^= 0x10;
		read_file_through(stream_len, 10000, &err);
		wrong += err != EBADMSG;
	}
	IS_INT(wrong, 0, "%s: a changed byte is noticed", name);
	stream_len = 0;
	make(plain, PLAIN);
	add("something else", 14);
	n = read_file_through(stream_len, 10000, &err);
	OK(err == EBADMSG && n == PLAIN && memcmp(out, plain, n) == 0,
	    "%s: what follows and is none comes after everything", name);
	stream_len--;
}

static void test_pipe(void (*make)(const uint8_t *, size_t), const char *name)
{
	struct decompress d;
	unsigned waited = 0;
	size_t n = 0;
	ssize_t got;
	int p[2];

	stream_len = 0;
	make(plain, 2000);
	if (pipe(p) != 0 || !decompress_init(&d, p[0]))
		support_die("pipe");
	for (size_t i = 0; i < stream_len; i++) {
		got = decompress_read(&d, out + n, sizeof(out) - n);
		waited += got < 0 && errno == EAGAIN;
		if (write(p[1], stream + i, 1) != 1)
			support_die("pipe");
		while ((got = decompress_read(&d, out + n, sizeof(out) - n)) > 0)
			n += (size_t)got;
		if (got == 0 || errno != EAGAIN)
			break;
	}
	IS_INT(waited, stream_len, "%s: a pipe that has nothing is not waited for", name);
	OK(n == 2000 && memcmp(out, plain, n) == 0, "%s: all that is there comes out", name);
	close(p[1]);
	IS_INT(decompress_read(&d, out, 1), 0, "%s: its end", name);
	decompress_free(&d);
	close(p[0]);
}

/* 1 GiB of zeros is some kB, and needs no more memory than anything else. */
static void test_large(void)
{
	static uint8_t zeros[1 << 20];
	ZSTD_CCtx *c = ZSTD_createCCtx();
	ZSTD_outBuffer o = {.dst = stream, .size = sizeof(stream)};
	FILE *f = tmpfile();
	struct decompress d;
	struct rusage before, after;
	uint64_t sum = 0;
	ssize_t got;

	for (int i = 0; i < 1024; i++) {
		ZSTD_inBuffer in = {.src = zeros, .size = sizeof(zeros)};

		ZSTD_compressStream2(c, &o, &in, i == 1023 ? ZSTD_e_end : ZSTD_e_continue);
	}
	ZSTD_freeCCtx(c);
	if (!f || fwrite(stream, 1, o.pos, f) != o.pos || fflush(f) != 0 ||
	    lseek(fileno(f), 0, SEEK_SET) != 0 || !decompress_init(&d, fileno(f)))
		support_die("file");
	getrusage(RUSAGE_SELF, &before);
	while ((got = decompress_read(&d, zeros, sizeof(zeros))) > 0)
		sum += (uint64_t)got;
	getrusage(RUSAGE_SELF, &after);
	OK(got == 0 && sum == UINT64_C(1) << 30, "1 GiB of %zu bytes", o.pos);
	OK(after.ru_maxrss - before.ru_maxrss < 16 << 10, "needs %ld kB",
	    after.ru_maxrss - before.ru_maxrss);
	decompress_free(&d);
	fclose(f);
}

static void test_window(void)
{
	/* A frame header that asks for a window of 2 GiB (RFC 8878, 3.1.1.1.2). */
	static const uint8_t head[] = {0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 1, 0, 0};
	struct decompress d;
	int p[2];

	if (pipe(p) != 0 || !decompress_init(&d, p[0]))
		support_die("pipe");
	if (write(p[1], head, sizeof(head)) != sizeof(head))
		support_die("pipe");
	OK(decompress_read(&d, out, sizeof(out)) < 0 && errno == EBADMSG && strstr(d.why, "window"),
	    "a window of 2 GiB is refused: %s", d.why ? d.why : "");
	decompress_free(&d);
	close(p[0]);
	close(p[1]);
}

int main(void)
{
	make_plain();
	test_whole();
	test_short();
	test_cut_off(add_gzip, "gzip");
	test_cut_off(add_zstd, "zstd");
	test_damaged(add_gzip, "gzip");
	test_damaged(add_zstd, "zstd");
	test_pipe(add_gzip, "gzip");
	test_pipe(add_zstd, "zstd");
	test_large();
	test_window();
	return tap_done();
}
