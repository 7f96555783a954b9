/* test_region: what is allocated in a region is zeroed, aligned and apart from all else, whatever
 * its size; arrays that grow keep what they have. */
#include "tap.h"
#include "support.h"

#include <stddef.h>

#include "base/region.h"

#define N 3000

static void test_apart(void)
{
	struct region *r = region_new();
	static uint8_t *at[N];
	static size_t size[N];
	unsigned wrong = 0;

	if (!OK(r != NULL, "a region"))
		return;
	random_seed(3);
	for (size_t i = 0; i < N; i++) {
		size[i] = random_below(100) ? random_below(300) : random_below(1 << 20);
		at[i] = region_alloc(r, size[i]);
		if (!at[i])
			support_die("memory");
		wrong += (uintptr_t)at[i] % _Alignof(max_align_t) != 0;
		for (size_t k = 0; k < size[i]; k++)
			wrong += at[i][k] != 0;
		memset(at[i], (int)(i % 255 + 1), size[i]);
	}
	IS_INT(wrong, 0, "aligned and zeroed (seed 3)");
	for (size_t i = 0; i < N; i++)
		for (size_t k = 0; k < size[i]; k++)
			wrong += at[i][k] != i % 255 + 1;
	IS_INT(wrong, 0, "apart");
	OK(!region_array(r, SIZE_MAX / 2, 4), "too many elements");
	OK(!region_alloc(r, SIZE_MAX), "too many bytes");
	OK(region_array(r, 0, 4) != NULL, "no elements");
	region_free(r);
	region_free(NULL);
}

static void test_grow(void)
{
	struct region *r = region_new();
	unsigned *v = NULL, wrong = 0;
	char *text;

	for (unsigned n = 0; r && n < 5000; n++) {
		v = region_grow(r, v, n, sizeof(*v));
		if (!v)
			support_die("memory");
		v[n] = n;
		region_text(r, "between", 7);
	}
	for (unsigned i = 0; i < 5000; i++)
		wrong += v[i] != i;
	IS_INT(wrong, 0, "an array of 5,000, one by one");
	text = region_print(r, "%s-%d", "a", 7);
	IS_STR(text ? text : "", "a-7", "printed");
	text = region_text(r, "abc", 2);
	IS_STR(text ? text : "", "ab", "copied");
	region_free(r);
}

int main(void)
{
	test_apart();
	test_grow();
	return tap_done();
}
