/* test_expand: directories of the archive, and words in arguments. */
#include "tap.h"
#include "support.h"

#include "base/expand.h"

static const char *expanded(const char *pattern, const char *stamp, size_t size)
{
	static char out[200];

	return expand_directories(pattern, "bsc-north", stamp, out, size) ? out : "(does not fit)";
}

static const char *argument(const char *text, size_t size)
{
	static const char *const value[EXPAND_WORDS] = {[EXPAND_PATH] = "/a/b.pcap.zst",
	    [EXPAND_CLIENT] = "bsc-north",
	    [EXPAND_ADDRESS] = "",
	    [EXPAND_NAME] = "{path}",
	    [EXPAND_SHA256] = "00ff",
	    [EXPAND_FIRST] = "1.000000000",
	    [EXPAND_LAST] = "2.000000000"};
	static char out[200];

	OK(expand_argument(text, value, out, 200) &&
		strlen(out) + 1 == expand_argument_size(text, value),
	    "the size of '%s' is known before", text);
	return expand_argument(text, value, out, size) ? out : "(does not fit)";
}

static void test_arguments(void)
{
	static const char *const bad[] = {"{", "a{", "{pat}", "{path", "{paths}", "{Path}", "{}",
	    "{ path}", "{client}{", "{{{", "{{path}{"};

	IS_STR(argument("copyto", 200), "copyto", "without a word");
	IS_STR(argument("", 200), "", "an empty one");
	IS_STR(argument("store:{client}/{path}", 200), "store:bsc-north//a/b.pcap.zst", "within");
	IS_STR(argument("{sha256}{first}{last}", 200), "00ff1.0000000002.000000000", "in a row");
	IS_STR(argument("-{address}-", 200), "--", "an empty value");
	IS_STR(argument("{name}", 200), "{path}", "a value is not looked at again");
	IS_STR(argument("{{path}}{{", 200), "{path}}{", "braces that are none of a word");
	IS_STR(argument("{client}", 9), "(does not fit)", "no room for the end");
	IS_STR(argument("{client}", 10), "bsc-north", "just enough room");
	OK(!expand_argument_check("{path}{client}{address}{name}{sha256}{first}{last}{{}"),
	    "every word is known");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		OK(expand_argument_check(bad[i]), "refused: '%s'", bad[i]);
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
	test_arguments();
	return tap_done();
}
