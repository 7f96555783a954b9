/* test_conftext: numbers that libconfig cannot hold and include directives are found in the text of
 * a configuration, with their lines, and not in strings, comments and names; so is what has no end,
 * and an @ out of place. The text with its includes: each line is known by its file. A setting that
 * stands twice in its group is found, with the line of the first one. */
#include "tap.h"
#include "support.h"

#include "config/duplicate.h"
#include "config/lexer.h"

/* What is found, as "N3:5000000000 I4:path S5": numbers, includes, strings and comments without an
 * end, and @. */
static const char *scan(const char *text)
{
	static char out[4096];
	struct lexer c;
	struct lexer_token t;
	char *copy = strdup(text); /* so that a sanitizer sees a read behind the NUL */

	if (!copy)
		support_die("memory");
	*out = 0;
	c = lexer_over(copy);
	for (unsigned i = 0; i < 100; i++) {
		lexer_next(&c, &t);
		if (t.kind == LEXER_END)
			break;
		snprintf(out + strlen(out), sizeof(out) - strlen(out), "%s%c%u%s%.*s",
		    *out ? " " : "", ".INSCA"[t.kind], t.line, t.text ? ":" : "", (int)t.len,
		    t.text ? t.text : "");
	}
	free(copy);
	return out;
}

static const struct {
	const char *text, *want;
} rows[] = {
    {"", ""},
    {"a = 1;", ""},
    {"a = 5000000000;", "N1:5000000000"},
    {"a = 2147483647;", ""},
    {"a = 2147483648;", "N1:2147483648"},
    {"a = -2147483648;", ""},
    {"a = -2147483649;", "N1:-2147483649"},
    {"a = 4294967297;", "N1:4294967297"},
    {"a = 18446744073709551617;", "N1:18446744073709551617"},
    {"a = 99999999999999999999999999;", "N1:99999999999999999999999999"},
    {"a = 00000000000000000000005;", ""},
    {"a = 5000000000L;", ""},
    {"a = 5000000000LL;", ""},
    {"a = -5000000000L;", ""},
    {"a = 9223372036854775807L;", ""},
    {"a = 9223372036854775808L;", "N1:9223372036854775808L"},
    {"a = 99999999999999999999L;", "N1:99999999999999999999L"},
    {"a = 0x7fffffff;", ""},
    {"a = 0x100000001;", "N1:0x100000001"},
    {"a = 0X1FFFFFFFF;", "N1:0X1FFFFFFFF"},
    {"a = 0x1ffffffffL;", ""},
    {"a = 0x10000000000000001L;", "N1:0x10000000000000001L"},
    {"a = 5000000000.0;", ""},
    {"a = 5000000000e3;", ""},
    {"a = 1.5;", ""},
    {"a = [ 1, 5000000000, 6000000000 ];", "N1:5000000000 N1:6000000000"},
    {"a=5000000000;b=(6000000000);", "N1:5000000000 N1:6000000000"},
    {"a:5000000000", "N1:5000000000"},
    {"a = +5000000000;", "N1:+5000000000"},
    /* what may follow a number at once */
    {"a = 5000000000b = 1;", "N1:5000000000"},
    {"a = 5000000000ip = \"x\";", "N1:5000000000"},
    {"a = 5000000000e = 1;", "N1:5000000000"},
    {"a = 5000000000e+b = 1;", "N1:5000000000"},
    {"a = 5000000000_;", "N1:5000000000"},
    {"a = 5000000000-6000000000;", "N1:5000000000 N1:-6000000000"},
    {"a = 5-6000000000+7000000000;", "N1:-6000000000 N1:+7000000000"},
    {"a = 5000000000l;", "N1:5000000000"},
    {"a = 5000000000Lb = 6000000000;", "N1:6000000000"},
    {"a = 5000000000LLL = 6000000000;", "N1:6000000000"},
    {"a = 0x100000001Lb = 0x1000000010;", "N1:0x1000000010"},
    {"a = 0x100000001g = 1;", "N1:0x100000001"},
    {"a = 0x5000000000x = 1;", "N1:0x5000000000"},
    {"a = 0x;", ""},
    {"a = -0x100000001;", ""}, /* -0 and a name */
    {"a = 1.5000000000b = 6000000000;", "N1:6000000000"},
    {"a = 5000000000.e3b = 1;", ""},
    {"a = 5000000000.5E-7000000000;", ""},
    {"a = .5000000000;", ""},
    {"a = 1.5.5000000000;", ""},
    {"a = 1e5-5000000000;", "N1:-5000000000"},
    {"a = true5000000000;", ""},
    {"a = b+5000000000;", "N1:+5000000000"},
    {"a = b.5000000000;", ""},
    {"a = --5000000000;", "N1:-5000000000"},
    {"a = \"\"5000000000", "N1:5000000000"},
    /* lines */
    {"\n\na = 5000000000;\n", "N3:5000000000"},
    {"a = 1;\r\nb = 5000000000;\r\n", "N2:5000000000"},
    {"a =\n\n5000000000\n;", "N3:5000000000"},
    /* strings */
    {"a = \"5000000000\";", ""},
    {"a = \"x\\\"5000000000\"; b = 6000000000;", "N1:6000000000"},
    {"a = \"x\\\\\"; b = 6000000000;", "N1:6000000000"},
    {"a = \"x\" \"5000000000\";", ""},
    {"a = \"\n5000000000\n\"; b = 6000000000;", "N3:6000000000"},
    {"a = \"# /* // \"; b = 6000000000;", "N1:6000000000"},
    {"a = \"5000000000", "S1"},
    {"a = \"5000000000\\", "S1"},
    {"a = \"", "S1"},
    /* comments */
    {"# 5000000000\nb = 6000000000;", "N2:6000000000"},
    {"// 5000000000\nb = 6000000000;", "N2:6000000000"},
    {"/* 5000000000\n\n5000000000 */ b = 6000000000;", "N3:6000000000"},
    {"/**/b = 6000000000;", "N1:6000000000"},
    {"/***/b = 6000000000;", "N1:6000000000"},
    {"/* * / 5000000000 */ b = 1;", ""},
    {"/*/ 5000000000 */ b = 6000000000;", "N1:6000000000"},
    {"/*/ \" */ b = 6000000000; # \"", "N1:6000000000"},
    {"/* /* 5000000000 */ b = 6000000000; /* */", "N1:6000000000"},
    {"a = 1; # \"\nb = 6000000000; # \"", "N2:6000000000"},
    {"a = 1; // /*\nb = 6000000000; // */", "N2:6000000000"},
    {"/* 5000000000", "C1"},
    {"/* 5000000000 *", "C1"},
    {"# 5000000000", ""},
    {"a = 1 /* \" */; b = 6000000000; /* \" */", "N1:6000000000"},
    /* names */
    {"a5000000000 = 1;", ""},
    {"a-5000000000 = 1;", ""},
    {"a_5000000000 = 1;", ""},
    {"name* = 6000000000;", "N1:6000000000"},
    /* includes */
    {"@include \"a.cfg\"\n", "I1:a.cfg"},
    {"@include \"a.cfg\"", "I1:a.cfg"},
    {"\n  \t@include   \"dir/b.cfg\"\n", "I2:dir/b.cfg"},
    {"server: {\n@include \"a.cfg\"\n};\n@include \"b.cfg\"\n", "I2:a.cfg I4:b.cfg"},
    {"@include \"\"\n", "I1:"},
    {"@include \"a.cfg\"\na = 5000000000;\n", "I1:a.cfg N2:5000000000"},
    {"@include \"a.cfg\" a = 5000000000;\n", "I1:a.cfg N1:5000000000"},
    {"@include \"a.cfg\"5000000000", "I1:a.cfg N1:5000000000"},
    {"@include \"a.cfg\" # 5000000000\n6000000000", "I1:a.cfg N2:6000000000"},
    {"@include \"a.cfg\" @include \"b.cfg\"\n", "I1:a.cfg A1"},
    {"a = 1; @include \"b.cfg\"\n", "A1"},
    {"@include\"b.cfg\"\n", "A1"},
    {"/**/@include \"b.cfg\"\n", "A1"},
    {"\r@include \"b.cfg\"\n", "A1"},
    {"@", "A1"},
    {"a = \"@\"; # @\n/* @ */ b = 5000000000;", "N2:5000000000"},
    {"\n/*\n", "C2"},
    {"\n\"\n", "S2"},
    {"@include \"a.cfg\" \"5000000000\n\"\n6000000000", "I1:a.cfg N3:6000000000"},
    {"@include \"a\\\"5000000000\" 6000000000", "I1:a\\\"5000000000 N1:6000000000"},
    {"@include \"a\n.cfg\" 6000000000", "I1:a\n.cfg N2:6000000000"},
    {"@include \"a.cfg\n6000000000", "S1"},
    {"@include x 6000000000\n", "A1 N1:6000000000"},
    {"# @include \"a.cfg\"\n", ""},
    {"/*\n@include \"a.cfg\"\n*/\n", ""},
    {"a = \"\n@include x\n\";\n", ""},
    {"a = \"@include\";\n", ""},
};

/* Any text: an end is reached, lines never go back, tokens lie within the text. */
static void test_random(void)
{
	static const char *const pieces[] = {"\"", "\\", "\n", "/*", "*/", "//", "#", "@include",
	    " \"x\"", "5000000000", "L", "0x", "a", " ", "-", ";", "=", ".", "e", "\t", "\x80",
	    "\""};
	unsigned wrong = 0;

	random_seed(8);
	for (unsigned i = 0; i < 50000; i++) {
		char text[256] = "", *copy;
		struct lexer c;
		struct lexer_token t = {0};
		unsigned lines = 1, last = 1, n = 0;

		for (uint64_t k = random_below(16); k > 0; k--)
			strcat(text, pieces[random_below(COUNT(pieces))]);
		copy = strdup(text);
		if (!copy)
			support_die("memory");
		for (char *p = copy; *p; p++)
			lines += *p == '\n';
		c = lexer_over(copy);
		do {
			lexer_next(&c, &t);
			if (t.kind == LEXER_END)
				break;
			wrong += t.line < last || t.line > lines || t.from < copy ||
				 t.from > c.at || c.at > copy + strlen(copy) ||
				 (t.text && (t.text < t.from || t.text + t.len > c.at));
			last = t.line;
		} while (++n < 1000);
		wrong += n == 1000;
		free(copy);
	}
	IS_INT(wrong, 0, "50,000 random texts (seed 8)");
}

/* "NAME:LINE-OF-THE-FIRST", of the setting whose second one is in that line; "": none is. */
static const char *twice(const char *text, unsigned line)
{
	static char out[64];
	struct duplicate d;
	char *copy = strdup(text);

	if (!copy)
		support_die("memory");
	*out = 0;
	if (duplicate_find(copy, line, &d))
		snprintf(out, sizeof(out), "%.*s:%u", (int)d.len, d.name, d.first);
	free(copy);
	return out;
}

static const struct {
	const char *text;
	unsigned line;
	const char *want;
} doubles[] = {
    {"", 1, ""},
    {"a = 1; a = 2;", 1, "a:1"},
    {"a = 1;\na : 2;", 2, "a:1"},
    {"a = 1;\nb = 2;\na\n= 3;", 3, "a:1"},
    {"a = 1;\nb = 2;", 2, ""},
    {"a = 1;\na = 2;", 1, ""},
    {"a = 1;\na-b = 2;\na = 3;", 3, "a:1"},
    {"ab = 1;\na = 2;", 2, ""},
    {"a = true;\nb = a;\na = 1;", 3, "a:1"},
    {"g: { a = 1; };\na = 2;", 2, ""},
    {"a = 1;\ng: { a = 2; };", 2, ""},
    {"a = 1; g: { a = 2; };\na = 2;", 2, "a:1"},
    {"g: {\na = 1;\nh: { a = 2; }; a = 3; };", 3, "a:2"},
    {"l = ( { a = 1; },\n{ a = 2; } );", 2, ""},
    {"l = ( { a = 1; },\n{ a = 2;\na = 3; } );", 3, "a:2"},
    {"s = \"a = 1;\";\na = 2;", 2, ""},
    {"s = \"\\\"; a = 1;\";\na = 2;", 2, ""},
    {"// a = 1;\n# a = 2; }\n/* a = 3;\n{ */ a = 4;", 4, ""},
    {"a = 1; }\na = 2;", 2, "a:1"},
    {"a = \"x", 1, ""},
    {"a: {b: {c: {d: {e: {f: {g: {h: {i: {j: {k: {l: {m: {n: {o: {x = 1; x = 2;", 1, "x:1"},
    {"a: {b: {c: {d: {e: {f: {g: {h: {i: {j: {k: {l: {m: {n: {o: {p: {x = 1; x = 2;", 1, ""},
};

int main(void)
{
	for (size_t i = 0; i < COUNT(doubles); i++)
		IS_STR(twice(doubles[i].text, doubles[i].line), doubles[i].want, "double %zu", i);

	for (size_t i = 0; i < COUNT(rows); i++)
		IS_STR(scan(rows[i].text), rows[i].want, "row %zu", i);
	test_random();
	return tap_done();
}
