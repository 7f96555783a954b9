/* test_parse: strict numbers, sizes, modes and names, at their limits; a failure leaves the output
 * alone. */
#include "tap.h"
#include "support.h"

#include "base/parse.h"

static void test_number(void)
{
	static const struct {
		const char *text;
		uint64_t min, max;
		bool ok;
		uint64_t value;
	} rows[] = {{"0", 0, 10, true, 0}, {"10", 0, 10, true, 10}, {"11", 0, 10, false, 0},
	    {"4", 5, 10, false, 0}, {"5", 5, 10, true, 5}, {"5", 5, 5, true, 5},
	    {"65535", 0, 65535, true, 65535}, {"65536", 0, 65535, false, 0},
	    {"18446744073709551615", 0, UINT64_MAX, true, UINT64_MAX},
	    {"18446744073709551616", 0, UINT64_MAX, false, 0},
	    {"18446744073709551621", 0, 10, false, 0}, {"36893488147419103237", 0, 10, false, 0},
	    {"99999999999999999999999999", 0, UINT64_MAX, false, 0}, {"", 0, 10, false, 0},
	    {" 1", 0, 10, false, 0}, {"1 ", 0, 10, false, 0}, {"+1", 0, 10, false, 0},
	    {"-1", 0, UINT64_MAX, false, 0}, {"-0", 0, 10, false, 0}, {"1x", 0, 10, false, 0},
	    {"x1", 0, 10, false, 0}, {"0x1", 0, 10, false, 0}, {"1e1", 0, 10, false, 0},
	    {"1.0", 0, 10, false, 0}, {"1,0", 0, 10, false, 0}, {"1\n", 0, 10, false, 0},
	    {"\t1", 0, 10, false, 0}, {"1K", 0, 10000, false, 0}, {"\xd9\xa1", 0, 10, false, 0}};

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint64_t v = 4711;
		bool ok = parse_number(rows[i].text, rows[i].min, rows[i].max, &v);

		OK(ok == rows[i].ok, "number \"%s\" is %s", rows[i].text,
		    rows[i].ok ? "taken" : "refused");
		OK(v == (rows[i].ok ? rows[i].value : 4711), "number \"%s\": the output",
		    rows[i].text);
	}
}

static void test_size(void)
{
	static const struct {
		const char *text;
		bool ok;
		uint64_t value;
	} rows[] = {{"0", true, 0}, {"1", true, 1}, {"1K", true, 1024}, {"1M", true, 1 << 20},
	    {"1G", true, 1 << 30}, {"1T", true, 1ull << 40}, {"0T", true, 0},
	    {"16777215T", true, 16777215ull << 40}, {"16777216T", false, 0},
	    {"17179869183G", true, 17179869183ull << 30}, {"17179869184G", false, 0},
	    {"18014398509481983K", true, 18014398509481983ull << 10},
	    {"18014398509481984K", false, 0}, {"18446744073709551615", true, UINT64_MAX},
	    {"18446744073709551616", false, 0}, {"", false, 0}, {"K", false, 0}, {"1KB", false, 0},
	    {"1KK", false, 0}, {"1 K", false, 0}, {" 1K", false, 0}, {"1K ", false, 0},
	    {"1.5K", false, 0}, {"-1K", false, 0}, {"+1K", false, 0}, {"1P", false, 0},
	    {"1X", false, 0}, {"0x1K", false, 0}, {"1k", false, 0}, {"1m", false, 0}};

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint64_t v = 4711;
		bool ok = parse_size(rows[i].text, &v);

		OK(ok == rows[i].ok, "size \"%s\" is %s", rows[i].text,
		    rows[i].ok ? "taken" : "refused");
		OK(v == (rows[i].ok ? rows[i].value : 4711), "size \"%s\": the output",
		    rows[i].text);
	}
}

static void test_mode(void)
{
	static const struct {
		const char *text;
		bool ok;
		unsigned value;
	} rows[] = {{"0", true, 0}, {"0440", true, 0440}, {"440", true, 0440}, {"777", true, 0777},
	    {"0777", true, 0777}, {"7", true, 7}, {"1000", false, 0}, {"1777", false, 0},
	    {"7777", false, 0}, {"8", false, 0}, {"0448", false, 0}, {"", false, 0},
	    {" 440", false, 0}, {"440 ", false, 0}, {"-440", false, 0}, {"+440", false, 0},
	    {"0x440", false, 0}, {"u=r", false, 0}, {"40000000440", false, 0},
	    {"2000000000000000000000440", false, 0}};

	for (size_t i = 0; i < COUNT(rows); i++) {
		unsigned v = 4711;
		bool ok = parse_mode(rows[i].text, &v);

		OK(ok == rows[i].ok, "mode \"%s\" is %s", rows[i].text,
		    rows[i].ok ? "taken" : "refused");
		IS_INT(
		    v, rows[i].ok ? rows[i].value : 4711, "mode \"%s\": the output", rows[i].text);
	}
}

static void test_name(void)
{
	static const char *const good[] = {"a", "Z", "0", "foo", "site-7", "a.b_c-d", "9.", "a-",
	    "a..b", "0123456789012345678901234567890123456789012345678901234567890123"};
	static const char *const bad[] = {"", "-a", ".a", "_a", "a b", " a", "a ", "a/b", "/", "..",
	    ".", "a:b", "a\n", "a\tb", "\xc3\xa4", "a\xff", "a\"b", "a%s", "a=b", "a@b",
	    "01234567890123456789012345678901234567890123456789012345678901234"};
	unsigned wrong = 0;

	for (size_t i = 0; i < COUNT(good); i++)
		OK(parse_name(good[i]), "name \"%s\" is taken", good[i]);
	for (size_t i = 0; i < COUNT(bad); i++)
		OK(!parse_name(bad[i]), "bad name %zu is refused", i);
	for (unsigned c = 1; c < 256; c++) {
		const char first[] = {(char)c, 0}, second[] = {'a', (char)c, 0};
		bool letter =
		    (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

		wrong += parse_name(first) != letter;
		wrong += parse_name(second) != (letter || c == '.' || c == '_' || c == '-');
	}
	IS_INT(wrong, 0, "every byte as the first and as another one of a name");
}

int main(void)
{
	test_number();
	test_size();
	test_mode();
	test_name();
	return tap_done();
}
