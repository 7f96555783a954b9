/* test_suggest: what was meant by a key that is not known where it stands. */
#include "tap.h"
#include "support.h"

#include "config/suggest.h"

static void test_distance(void)
{
	static const struct {
		const char *a, *b;
		size_t distance;
	} rows[] = {{"", "", 0}, {"", "abc", 3}, {"port", "port", 0}, {"prot", "port", 1},
	    {"por", "port", 1}, {"sport", "port", 1}, {"part", "port", 1}, {"trop", "port", 3},
	    {"max_file_size", "max-file-size", 2}, {"kitten", "sitting", 3}, {"a", "b", 1},
	    {"ca", "ac", 1}, {"abc", "xyz", 3}};
	char longest[64], longer[65];

	for (size_t i = 0; i < COUNT(rows); i++) {
		IS_INT(suggest_distance(rows[i].a, rows[i].b), rows[i].distance, "%s and %s",
		    rows[i].a, rows[i].b);
		IS_INT(suggest_distance(rows[i].b, rows[i].a), rows[i].distance, "and back");
	}
	memset(longest, 'a', sizeof(longest));
	memset(longer, 'a', sizeof(longer));
	longest[63] = longer[64] = '\0';
	IS_INT(suggest_distance(longest, "a"), 62, "the longest name");
	IS_INT(suggest_distance(longest, longest), 0, "twice");
	OK(suggest_distance(longer, longest) == SIZE_MAX, "a longer one is far from all");
	OK(suggest_distance("a", longer) == SIZE_MAX, "on either side");
}

static void test_advice(void)
{
	static const struct {
		enum suggest_group where;
		const char *name, *advice;
	} rows[] = {
	    {SUGGEST_SERVER, "max-filesize", ": did you mean max-file-size?"},
	    {SUGGEST_SERVER, "max_snaplen", ": did you mean max-snaplen?"},
	    {SUGGEST_SERVER, "prot", ": did you mean port?"},
	    {SUGGEST_SERVER, "limit", ": did you mean limits?"},
	    {SUGGEST_SERVER, "connections", ": it belongs into limits, in server"},
	    {SUGGEST_SERVER, "conections",
		": did you mean connections, which belongs into limits, in server?"},
	    {SUGGEST_SERVER, "capath", ": it belongs into tls, in server"},
	    {SUGGEST_SERVER, "certificate", ": it belongs into a client"},
	    {SUGGEST_SERVER, "clients", ": clients stands by itself"},
	    {SUGGEST_SERVER, "store", ": it belongs into a client"},
	    {SUGGEST_LIMITS, "idle_timeout", ": did you mean idle-timeout?"},
	    {SUGGEST_LIMITS, "max-file-size", ": it belongs into server"},
	    {SUGGEST_TLS, "server-crt", ": did you mean server-cert?"},
	    {SUGGEST_CLIENT, "adress", ": did you mean address?"},
	    {SUGGEST_CLIENT, "idle-timeuot", ": did you mean idle-timeout?"},
	    {SUGGEST_CLIENT, "connections", ": it belongs into limits, in server"},
	    {SUGGEST_TOP, "client", ": did you mean clients?"},
	    {SUGGEST_TOP, "base-path", ": it belongs into server"},
	    {SUGGEST_TOP, "limits", ": it belongs into server"},
	    {SUGGEST_SERVER, "colour", ""},
	    {SUGGEST_SERVER, "x", ""},
	    {SUGGEST_SERVER, "", ""},
	    {SUGGEST_CLIENT, "ip-addr", ""},
	    {SUGGEST_SERVER,
		"a-name-of-more-than-sixty-three-letters-that-nobody-can-have-meant-at-all", ""},
	};
	char advice[SUGGEST_MAX];

	for (size_t i = 0; i < COUNT(rows); i++)
		IS_STR(suggest(rows[i].where, rows[i].name, advice), rows[i].advice, "%s",
		    rows[i].name);
}

int main(void)
{
	test_distance();
	test_advice();
	return tap_done();
}
