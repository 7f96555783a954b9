/* test_checksum: the checksum of a zstd frame is the one that zstd makes, of every length and in
 * every piece. */
#include <zstd.h>

#include "tap.h"
#include "support.h"

#include "archive/checksum.h"
#include "base/bytes.h"

#define LONGEST 300u

static uint8_t data[LONGEST];

static uint32_t by_zstd(ZSTD_CCtx *c, size_t len)
{
	static uint8_t out[2 * LONGEST];
	size_t n = ZSTD_compress2(c, out, sizeof(out), data, len);

	return n < CHECKSUM_SIZE || ZSTD_isError(n) ? 0
						    : bytes_load32(out + n - CHECKSUM_SIZE, false);
}

static uint32_t in_pieces(size_t len, size_t piece)
{
	struct checksum c;

	checksum_begin(&c);
	for (size_t i = 0; i < len; i += piece)
		checksum_add(&c, data + i, len - i < piece ? len - i : piece);
	return checksum_end(&c);
}

int main(void)
{
	ZSTD_CCtx *c = ZSTD_createCCtx();
	unsigned differ = 0;

	ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
	for (size_t i = 0; i < LONGEST; i++)
		data[i] = (uint8_t)(i * i + 3 * i);
	for (size_t len = 0; len <= LONGEST; len++)
		for (size_t piece = 1; piece <= 70; piece++)
			differ += in_pieces(len, piece) != by_zstd(c, len);
	IS_INT(differ, 0, "each length up to %u, in pieces of each length up to 70", LONGEST);
	IS_INT(in_pieces(0, 1), 0x51d8e999, "of nothing, as the specification has it");
	ZSTD_freeCCtx(c);
	return tap_done();
}
