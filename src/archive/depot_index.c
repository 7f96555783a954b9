/* depot_index: whether the index, its journal and the lock are still those that the archive works
 * with; see depot.h. */
#include <stdio.h>

#include "archive/claim.h"
#include "archive/depot.h"
#include "base/ownname.h"

#define ANEW "osmo-pcap-archive --rebuild makes it anew"

static bool fail(const struct depot *d, char *reason, const char *what, const char *then)
{
	snprintf(reason, DEPOT_REASON_MAX, "%s%s; %s", d->path, what, then);
	return false;
}

static bool has_lock(const struct depot *d, char *reason)
{
	if (!claim_is_lost(d->dir, d->lock))
		return true;
	return fail(d, reason,
	    ": its " OWNNAME_LOCK " was removed or replaced: another archive may work there",
	    "nothing is archived nor deleted any more");
}

static bool has_journal(const struct depot *d, char *reason)
{
	bool saved = false;

	if (!store_lost_journal(d->store, &saved))
		return true;
	return fail(d, reason,
	    saved ? ": " STORE_FILE "-wal, the index's journal, was removed or replaced: what was "
		    "in it is in the index now"
		  : ": " STORE_FILE
		    "-wal, the index's journal, was removed or replaced: nothing is "
		    "archived nor deleted any more",
	    saved ? "nothing is archived nor deleted until the next start"
		  : "osmo-pcap-archive --rebuild makes the index anew");
}

static bool has_sharing(const struct depot *d, char *reason)
{
	if (!store_lost_sharing(d->store))
		return true;
	return fail(d, reason,
	    ": " STORE_FILE "-shm, by which those who use the index at the same time agree, was "
	    "removed or replaced",
	    "nothing is archived nor deleted until the next start");
}

/* With the journal that is beside it, another one is neither of both: the next start must not use
 * it. */
static bool is_own(const struct depot *d, char *reason)
{
	if (!store_is_foreign(d->store))
		return true;
	renameat(d->dir, STORE_FILE, d->dir, DEPOT_FOREIGN_INDEX);
	return fail(d, reason,
	    "/" STORE_FILE ": the index was overwritten by another one, which is "
	    "called " DEPOT_FOREIGN_INDEX " now: nothing is archived nor deleted any more",
	    ANEW);
}

bool depot_has_index(struct depot *d, char reason[DEPOT_REASON_MAX])
{
	if (store_has_moved(d->store))
		return fail(d, reason,
		    "/" STORE_FILE ": the index was removed or replaced: nothing is archived nor "
		    "deleted any more",
		    ANEW);
	return has_lock(d, reason) && has_journal(d, reason) && has_sharing(d, reason) &&
	       is_own(d, reason);
}
