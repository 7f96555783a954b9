/* test_json: texts as strings of JSON, whatever bytes they have. */
#include <stdlib.h>

#include "tap.h"
#include "support.h"

#include "base/json.h"

static void test_texts(void)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
	    {"", "\"\""},
	    {"/var/lib/a b~", "\"/var/lib/a b~\""},
	    {"a\"b\\c", "\"a\\u0022b\\u005cc\""},
	    {"\n\x01\x7f", "\"\\u000a\\u0001\\u007f\""},
	    {"M\xc3\xbcller \xe2\x82\xac \xf0\x9f\x93\xa6",
		"\"M\xc3\xbcller \xe2\x82\xac \xf0\x9f\x93\xa6\""},
	    {"\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf",
		"\"\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf\""},
	    /* alone, torn, and not the shortest form */
	    {"M\xfcller", "\"M\\ufffdller\""},
	    {"\x80\xbf", "\"\\ufffd\\ufffd\""},
	    {"\xc3", "\"\\ufffd\""},
	    {"\xe2\x82", "\"\\ufffd\\ufffd\""},
	    {"\xf0\x9f\x93z", "\"\\ufffd\\ufffd\\ufffdz\""},
	    {"\xc0\x80", "\"\\ufffd\\ufffd\""},
	    {"\xe0\x9f\xbf", "\"\\ufffd\\ufffd\\ufffd\""},
	    /* a surrogate, and above U+10FFFF */
	    {"\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\""},
	    {"\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""},
	    {"\xff", "\"\\ufffd\""},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char *text = NULL;
		size_t len;
		FILE *to = open_memstream(&text, &len);

		if (!OK(to != NULL, "memory"))
			return;
		json_text(to, rows[i].text);
		fclose(to);
		IS_STR(text, rows[i].want, "row %zu", i);
		free(text);
	}
}

int main(void)
{
	test_texts();
	return tap_done();
}
