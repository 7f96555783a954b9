/* test_retain: a table of archives, and which files have to go from them, in which order.
 *
 * A file is written CLIENT:BYTES@ENDED; files of a client stand in the order of their end. */
#include <stdlib.h>

#include "tap.h"
#include "support.h"

#include "archive/retain.h"

#define CLIENTS 4
#define FILES   16

struct world {
	struct retain_file file[CLIENTS][FILES];
	size_t n[CLIENTS], gone[CLIENTS];
	bool held[CLIENTS]; /* its files may not go */
	struct retain_client client[CLIENTS];
	struct retain retain;
};

static bool oldest(void *context, size_t client, struct retain_file *out)
{
	struct world *w = context;

	if (w->held[client] || w->gone[client] == w->n[client])
		return false;
	*out = w->file[client][w->gone[client]++];
	return true;
}

/* "a:10@5 b:20@6": clients are letters from a on. */
static void build(struct world *w, const char *files)
{
	*w = (struct world){.retain = {.client = w->client,
				.n = CLIENTS,
				.now = 1000,
				.free = 1000,
				.oldest = oldest,
				.context = w}};
	for (size_t i = 0; i < CLIENTS; i++)
		w->client[i].weight = 1;
	while (*files) {
		size_t c = (size_t)(*files - 'a');
		char *end;
		struct retain_file *f = &w->file[c][w->n[c]++];

		f->bytes = strtoull(files + 2, &end, 10);
		f->ended = strtoll(end + 1, &end, 10);
		w->client[c].bytes += f->bytes;
		w->client[c].files++;
		files = *end == ' ' ? end + 1 : end;
	}
}

static void own_age(struct world *w, uint64_t max_age)
{
	w->client[0].own.max_age = max_age;
	w->client[0].has_own_age = true;
}

/* What goes, as "a@5 b@6", each with the first word of its reason behind a comma when told. */
static const char *goes(struct world *w, bool reasons)
{
	static char text[400];
	struct retain_choice c;
	size_t at = 0;

	text[0] = '\0';
	while (retain_next(&w->retain, &c) && at < sizeof(text) - 60)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%c@%lld%s%s", at ? " " : "",
		    (char)('a' + c.client), (long long)c.file.ended, reasons ? "," : "",
		    reasons ? retain_reason_text(c.reason) : "");
	return text;
}

static void test_nothing(void)
{
	struct world w;

	build(&w, "a:10@5 a:10@6 b:20@7");
	IS_STR(goes(&w, false), "", "without limits everything stays");
	build(&w, "");
	w.retain.all = (struct retain_limits){.max_age = 1, .max_size = 1, .max_files = 1};
	IS_STR(goes(&w, false), "", "an empty archive");
}

static void test_own_limits(void)
{
	struct world w;

	build(&w, "a:10@100 a:10@900 b:10@100");
	own_age(&w, 500);
	IS_STR(goes(&w, true), "a@100,max-age of the client", "a client's age is its alone");
	build(&w, "a:10@500 a:10@501");
	own_age(&w, 500);
	IS_STR(goes(&w, false), "", "as old as max-age is not too old");
	build(&w, "a:10@499 a:10@501");
	own_age(&w, 500);
	IS_STR(goes(&w, false), "a@499", "a second older is");
	build(&w, "a:10@2000 a:10@3000");
	own_age(&w, 1);
	IS_STR(goes(&w, false), "", "the end of a recording in the future: no age");
	build(&w, "a:10@1 a:10@2 a:10@3 b:10@1");
	w.client[0].own.max_files = 1;
	IS_STR(goes(&w, true), "a@1,max-files of the client a@2,max-files of the client",
	    "a client's number of files");
	build(&w, "a:10@1 a:10@2 a:10@3 b:100@1");
	w.client[0].own.max_size = 20;
	IS_STR(goes(&w, true), "a@1,max-size of the client", "a client's size");
	build(&w, "a:10@1 a:10@2");
	w.client[0].own.max_size = 20;
	w.client[0].floor = 20;
	IS_STR(goes(&w, false), "", "as much as max-size is not too much");
	build(&w, "a:10@1 a:15@2");
	w.client[0].own.max_size = 20;
	w.client[0].floor = 25;
	IS_STR(goes(&w, false), "a@1",
	    "a floor holds against the others, not against the client's own limit");
}

static void test_age(void)
{
	struct world w;

	build(&w, "a:10@100 a:10@300 b:10@200 b:10@900");
	w.retain.all.max_age = 600;
	w.client[0].floor = 1000;
	IS_STR(goes(&w, true), "a@100,max-age b@200,max-age a@300,max-age",
	    "the oldest of all first, floors or not");
	build(&w, "a:10@50 a:10@100 b:10@200");
	w.retain.all.max_age = 600;
	own_age(&w, 900);
	IS_STR(goes(&w, true), "a@50,max-age of the client b@200,max-age",
	    "a client's own age, a longer one too, stands in the place of that of all");
	build(&w, "a:10@50 b:10@200");
	w.retain.all.max_age = 600;
	own_age(&w, 0);
	IS_STR(goes(&w, false), "b@200", "its own 0 is no limit");
}

static void test_shares(void)
{
	struct world w;

	build(&w, "a:10@1 a:10@5 b:60@2 b:60@3 b:60@4");
	w.retain.all.max_size = 100;
	IS_STR(
	    goes(&w, true), "b@2,max-size b@3,max-size", "a noisy client pushes out only itself");

	build(&w, "a:30@1 a:30@2 a:30@3 b:30@1 b:30@2");
	w.retain.all.max_size = 100;
	w.client[0].weight = 4;
	IS_STR(goes(&w, false), "b@1 b@2", "four times the weight, four times the share");

	build(&w, "a:30@1 a:30@2 b:30@1 b:30@2");
	w.retain.all.max_size = 60;
	w.client[0].floor = 60;
	IS_STR(goes(&w, false), "b@1 b@2", "not below the floor of another");
	IS_INT(retain_excess(&w.retain), 0, "nothing is too much then");

	build(&w, "a:30@1 a:30@2 b:30@1 b:30@2");
	w.retain.all.max_size = 60;
	w.client[0].floor = 60;
	w.client[1].floor = 31;
	IS_STR(goes(&w, false), "", "a file that would lead below a floor stays");
	IS_INT(retain_excess(&w.retain), 60, "floors that do not fit are told");

	build(&w, "a:30@1 a:30@2 b:30@1 b:30@2");
	w.retain.all.max_size = 70;
	w.held[0] = true;
	IS_STR(goes(&w, false), "b@1 b@2", "what waits to be handed over stays");
	build(&w, "a:50@1 a:50@2");
	w.retain.all.max_size = 70;
	w.held[0] = true;
	IS_STR(goes(&w, false), "", "alone it stays above the limit");
	IS_INT(retain_excess(&w.retain), 30, "and that is told");

	build(&w, "a:10@1 b:10@2 c:10@3");
	w.retain.all.max_files = 2;
	IS_STR(goes(&w, true), "a@1,max-files", "equal shares: the first of the list");

	build(&w, "a:100@1 a:100@2 b:50@1");
	w.retain.free = 100;
	w.retain.min_free = 300;
	IS_STR(goes(&w, true), "a@1,min-free a@2,min-free", "until enough is free");
	build(&w, "a:100@1");
	w.retain.free = 100;
	w.retain.min_free = 300;
	IS_STR(goes(&w, false), "a@1", "or nothing is left");
	IS_INT(retain_excess(&w.retain), 100, "what is missing then is told");

	build(&w, "a:10@1 a:10@2 a:10@3 b:10@5 b:10@6 c:10@4 d:10@7");
	w.retain.all.max_size = 40;
	w.client[1].unconfigured = w.client[2].unconfigured = w.client[3].unconfigured = true;
	IS_STR(goes(&w, false), "c@4 a@1 b@5",
	    "names that are not configured have one share together, their oldest file first");

	build(&w, "a:1@1 b:1@2");
	w.client[0].bytes = w.client[1].bytes = UINT64_MAX / 4;
	w.client[0].weight = 1000000;
	w.client[1].weight = 999999;
	w.retain.all.max_size = UINT64_MAX / 2 - 2;
	IS_STR(goes(&w, false), "b@2", "shares of sizes beyond 64 bits are compared exactly");
}

static void test_what_stays(void)
{
	struct retain_choice c;
	struct world w;

	build(&w, "a:10@1 a:10@2 a:10@3");
	w.client[0].bytes = 5; /* the index says */
	w.client[0].own.max_size = 3;
	IS_STR(goes(&w, false), "a@1", "totals that are too small let no more go");
	build(&w, "a:10@1 a:10@2 a:10@3");
	w.client[0].files = 0;
	w.client[0].own.max_files = 1;
	own_age(&w, 998);
	IS_STR(goes(&w, false), "a@1", "nor does their number");

	build(&w, "a:10@1 a:10@2 a:10@3 b:10@4");
	w.client[0].own.max_files = 2;
	OK(retain_next(&w.retain, &c) && c.file.ended == 1, "the first has to go");
	retain_stays(&w.retain, &c);
	IS_STR(goes(&w, false), "a@2", "when it cannot, the next one has");
	build(&w, "a:10@1 a:10@2");
	w.retain.free = 5;
	w.retain.min_free = 20;
	OK(retain_next(&w.retain, &c), "one has to go");
	retain_stays(&w.retain, &c);
	IS_STR(goes(&w, false), "a@2", "the room of what stays is not counted");
	IS_INT(retain_excess(&w.retain), 5, "nor when what is missing is told");
	build(&w, "a:10@1 a:10@2 a:10@3");
	w.client[0].own.max_files = 2;
	w.retain.free = 5;
	w.retain.min_free = 6;
	OK(retain_next(&w.retain, &c) && c.file.ended == 1, "one has to go");
	retain_gone(&w.retain, &c);
	IS_INT(w.retain.free, 5, "what is not there makes no room");
	w.retain.min_free = 0;
	IS_STR(goes(&w, false), "", "and nothing goes in its place");
}

static void test_order(void)
{
	struct world w;

	build(&w, "a:10@1 a:10@990 b:100@500 b:100@600");
	own_age(&w, 900);
	w.retain.all.max_age = 450;
	w.retain.all.max_size = 100;
	IS_STR(goes(&w, true), "a@1,max-age of the client b@500,max-age b@600,max-size",
	    "own limits, then age, then size");
}

int main(void)
{
	test_nothing();
	test_own_limits();
	test_age();
	test_shares();
	test_what_stays();
	test_order();
	return tap_done();
}
