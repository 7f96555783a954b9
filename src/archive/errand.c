/* errand: see errand.h. */
#include "archive/errand.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <time.h>

#include "archive/plan.h"
#include "archive/rebuild.h"
#include "archive/stray.h"
#include "archive/verify.h"
#include "archive/waiting.h"
#include "base/cstr.h"
#include "base/exitcode.h"
#include "base/io.h"
#include "daemon/start.h"

bool errand_is(enum mode mode)
{
	return mode == MODE_PLAN || mode == MODE_VERIFY || mode == MODE_REBUILD;
}

enum depot_use errand_use(enum mode mode)
{
	if (!errand_is(mode))
		return DEPOT_WRITE;
	return mode == MODE_REBUILD ? DEPOT_REBUILD : DEPOT_READ;
}

static int end(bool ok)
{
	return io_printed() && ok ? EXITCODE_OK : EXITCODE_FAILURE;
}

/* All of it from one moment: the archive may work meanwhile. */
static int plan(struct depot *depot, const struct config *config)
{
	struct store *store = depot->store;
	char reason[DEPOT_REASON_MAX];
	int64_t now = time(NULL);
	bool ok;

	if (!store_begin_reading(store))
		return start_failed(store_reason(store));
	ok = plan_print(depot, config, now, reason);
	if (ok && config->archive.hand_over.present && !waiting_print(store, now, stdout)) {
		snprintf(reason, sizeof(reason), "%s", store_reason(store));
		ok = false;
	}
	store_end_reading(store);
	return ok ? end(true) : start_failed(reason);
}

/* Names beneath the archive's path may be anybody's. */
static const char *printable(const char *path)
{
	static char text[PATH_MAX];
	int len = snprintf(text, sizeof(text), "%s", path);

	cstr_printable(text, len < (int)sizeof(text) ? (size_t)len : sizeof(text) - 1);
	return text;
}

static void print_wrong(void *context, const char *client, const char *path, const char *what)
{
	(void)context;
	printf("%s %s: %s\n", client, printable(path), what);
}

static void print_stray(void *context, const char *path, const char *why)
{
	(void)context;
	if (why)
		printf("%s: it cannot be looked for files that the index does not have: %s\n",
		    printable(path), why);
	else
		printf("%s: it is not in the index\n", printable(path));
}

/* The time before which recordings had ended that are not wanted. */
static int64_t begin_of(const struct options *o)
{
	return o->all || o->since > INT64_MAX ? INT64_MIN : (int64_t)time(NULL) - (int64_t)o->since;
}

static int verify(const struct options *o, struct depot *depot)
{
	struct verify v = {.depot = depot, .since = begin_of(o), .tell = print_wrong};
	struct stray s = {.depot = depot, .since = v.since, .tell = print_stray};

	setvbuf(stdout, NULL, _IOLBF, 0); /* it may take hours */

	if (!verify_run(&v))
		return start_failed(v.reason);
	if (!stray_find(&s))
		return start_failed(s.reason);
	printf("%" PRIu64 " %s read, captures of %" PRIu64 " bytes; %" PRIu64 " %s missing\n",
	    v.files, v.files == 1 ? "file" : "files", v.bytes, v.wrong,
	    v.wrong == 1 ? "file differs or is" : "files differ or are");
	if (s.files > 0)
		printf("%" PRIu64
		       " %s not in the index: osmo-pcap-archive --rebuild makes it anew\n",
		    s.files, s.files == 1 ? "file is" : "files are");
	return end(v.wrong == 0 && s.files == 0 && s.unreadable == 0);
}

static void print_not_indexed(void *context, const char *path, const char *why)
{
	(void)context;
	printf("%s: %s\n", printable(path), why);
}

static int rebuild(struct depot *depot, const struct config *config)
{
	struct rebuild r = {.depot = depot, .config = config, .tell = print_not_indexed};

	if (!rebuild_run(&r))
		return start_failed(r.reason);
	printf("%" PRIu64 " %s of %" PRIu64 " bytes %s in the index; %" PRIu64
	       " cannot be read, %" PRIu64 " %s\n",
	    r.files, r.files == 1 ? "file" : "files", r.stored, r.files == 1 ? "is" : "are",
	    r.unreadable, r.others,
	    r.others == 1 ? "is no archived file" : "are no archived files");
	if (config->archive.hand_over.present && r.files > 0)
		puts("which files were handed over is not known any more: all are handed over "
		     "again");
	return end(r.unreadable == 0);
}

int errand_run(const struct options *o, struct depot *depot, const struct config *config)
{
	switch (o->mode) {
	case MODE_PLAN:
		return plan(depot, config);
	case MODE_VERIFY:
		return verify(o, depot);
	default:
		return rebuild(depot, config);
	}
}
