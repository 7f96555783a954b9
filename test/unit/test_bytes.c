/* test_bytes: the bounded cursor: both byte orders, and that nothing is read past the end. */
#include "tap.h"
#include "support.h"

#include "base/bytes.h"

static const uint8_t data[] = {0x01, 0x02, 0x83, 0x04, 0x85, 0x06, 0x07, 0x08, 0xff, 0x10};

static void test_orders(void)
{
	struct bytes b = bytes_over(data, sizeof(data), true);
	uint8_t out[4];
	const uint8_t *p;

	IS_INT(bytes_u16(&b), 0x0102, "16 bits, big endian");
	IS_INT(bytes_u32(&b), 0x83048506, "32 bits, big endian");
	p = bytes_take(&b, 2);
	OK(p == data + 6 && b.left == 2 && b.at == data + 8 && !b.failed, "two bytes are skipped");
	IS_INT(bytes_u16(&b), 0xff10, "the last two bytes");
	OK(b.left == 0 && !b.failed, "at the end, without a failure");
	OK(bytes_take(&b, 0) != NULL && !b.failed, "no bytes can be taken at the end");
	b = bytes_over(data, sizeof(data), false);
	IS_INT(bytes_u16(&b), 0x0201, "16 bits, little endian");
	IS_INT(bytes_u32(&b), 0x06850483, "32 bits, little endian");
	IS_INT(bytes_load16(data + 8, true), 0xff10, "load 16, big endian");
	IS_INT(bytes_load16(data + 8, false), 0x10ff, "load 16, little endian");
	IS_INT(bytes_load32(data + 5, true), 0x060708ff, "load 32, big endian");
	IS_INT(bytes_load32(data + 5, false), 0xff080706, "load 32, little endian");
	for (unsigned big = 0; big < 2; big++) {
		bytes_store16(out, 0xfedc, big);
		IS_INT(bytes_load16(out, big), 0xfedc, "stored and loaded, 16 bits");
		IS_INT(out[0], big ? 0xfe : 0xdc, "the first byte of 16 bits");
		bytes_store32(out, 0xfedcba98, big);
		IS_INT(bytes_load32(out, big), 0xfedcba98, "stored and loaded, 32 bits");
		IS_INT(out[0], big ? 0xfe : 0x98, "the first byte of 32 bits");
	}
}

/* Every length: a read succeeds exactly when enough is left, and a failure is for good. */
static void test_ends(void)
{
	for (size_t n = 0; n <= 6; n++) {
		uint8_t *copy = malloc(n + !n);
		struct bytes b;

		if (!copy)
			support_die("memory");
		memcpy(copy, data, n);
		b = bytes_over(copy, n, true);
		IS_INT(bytes_u16(&b), n >= 2 ? 0x0102 : 0, "16 bits of %zu bytes", n);
		IS_INT(b.failed, n < 2, "failed or not");
		b = bytes_over(copy, n, true);
		IS_INT(bytes_u32(&b), n >= 4 ? 0x01028304 : 0, "32 bits of %zu bytes", n);
		IS_INT(b.failed, n < 4, "failed or not");
		for (size_t k = 0; k <= 8; k++) {
			b = bytes_over(copy, n, true);
			OK((bytes_take(&b, k) != NULL) == (k <= n) && b.failed == (k > n),
			    "%zu bytes taken of %zu", k, n);
		}
		b = bytes_over(copy, n, true);
		OK(!bytes_take(&b, SIZE_MAX) && b.failed, "SIZE_MAX bytes of %zu", n);
		OK(bytes_u16(&b) == 0 && bytes_u32(&b) == 0 && !bytes_take(&b, 1) && b.failed,
		    "after a failure every read gives nothing");
		free(copy);
	}
}

int main(void)
{
	test_orders();
	test_ends();
	return tap_done();
}
