/* test_expand: directories of the archive. */
#include "tap.h"
#include "support.h"

#include "base/expand.h"

static const char *expanded(const char *pattern, const char *stamp, size_t size)
{
	static char out[200];

	return expand_directories(pattern, "bsc-north", stamp, out, size) ? out : "(does not fit)";
}

int main(void)
{
	static const char *const bad[] = {
	    "/a", "", "a//b", "a/", "%x", "a%", "..", "../a", "a/../b", ".", "a/.", "%c/./%Y"};

	IS_STR(
	    expanded("%c/%Y-%m-%d", "20261128_024955", 200), "bsc-north/2026-11-28", "the default");
	IS_STR(expanded("%Y/%m/%d/%H/%c%%", "20261128_024955", 200), "2026/11/28/02/bsc-north%",
	    "every letter");
	IS_STR(expanded("x", "20261128_024955", 200), "x", "no letter");
	IS_STR(expanded("%Y", "120261128_024955", 200), "12026", "a year has all of its digits");
	IS_STR(expanded("%c", "20261128_024955", 9), "(does not fit)", "no room for the end");
	IS_STR(expanded("%c", "20261128_024955", 10), "bsc-north", "just enough room");
	OK(!expand_check("%c/%Y-%m-%d"), "the default is fine");
	OK(!expand_check("..a/%%c/.b"), "so are names that begin with dots");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		OK(expand_check(bad[i]), "refused: '%s'", bad[i]);
	return tap_done();
}
