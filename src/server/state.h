/* state: what the master knows, in one structure that its files share.
 *
 * Each member names the files that change it; the others only read it. Parts that need nothing of
 * the rest (floods, repairs, keepers, children, statpages) are structures with files of their own.
 * No child has memory here (MADV_DONTFORK): what a child needs is copied for it before the fork. */
#ifndef SERVER_STATE_H
#define SERVER_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/listen.h"
#include "daemon/notify.h"
#include "server/area.h"
#include "server/children.h"
#include "server/floods.h"
#include "server/generation.h"
#include "server/heirs.h"
#include "server/keeper_watch.h"
#include "server/repairs.h"
#include "server/samples.h"
#include "server/silence.h"
#include "server/statpages.h"

struct master {
	struct generation *generation; /* the current one; replaced by reload */
	bool once;                     /* one connection and no listeners; set at the start */
	int epoll;                     /* master opens it; accept, spawn and reap add and remove */

	struct children children; /* spawn adds, reap drops */
	struct area area;   /* changed through its functions, by seen, silence, reload, master */
	struct heirs heirs; /* schedule, master */
	struct samples samples; /* schedule, master */
	struct statpages pages; /* one for each slot of children; seen clears them */

	struct floods floods; /* changed through its functions, by all */
	struct repairs
	    repairs; /* changed through its functions, by accept, reap, reload, schedule, master */
	struct keepers
	    keepers; /* changed through its functions, by reap, reload, schedule, master */
	struct silence
	    silence; /* changed through its functions, by reap, reload, schedule, master */
	struct notify
	    notify; /* changed through its functions, by reload, schedule, signals, stop, master */

	struct { /* accept; reload replaces the listeners, stop closes them; schedule ends the rest
		  */
		struct listeners listeners;
		bool listening; /* the listeners are in epoll */
		int spare;      /* a descriptor to be closed for a moment when none is left */
		int64_t resting_until; /* accepting is paused; TIMER_NEVER: it is not */
		uint64_t accepted, refused;
		unsigned answers; /* doormen that have exited; door adds, admission takes */
	} accepting;

	int64_t orders_due; /* orders: when what could not be sent to a child is sent again */

	struct {                     /* reap; spawn makes overdue_due earlier */
		int64_t late_due;    /* when the next child that was told to finish is killed */
		int64_t overdue_due; /* when the next child that is not established is killed */
		bool completed;      /* once: the connection ended regularly, or was told to */
	} ends;

	struct {                        /* each by the file in brackets */
		int signals;            /* (master) signalfd */
		int64_t stopping_since; /* (stop) told to stop at this time; 0: was not */
		bool killed;     /* (stop) children that had not finished in time were killed */
		bool given_up;   /* (stop) the stop took too long: exit without the children */
		bool exiting;    /* (signals) QUIT: exit and leave the children alone */
		int64_t checked; /* (schedule) when the age of certificates and lists was last
				    checked */
	} loop;
};

/* What an epoll event means: signals, a listener (+ its index), a child (+ its slot). */
#define TAG_SIGNALS  0u
#define TAG_LISTENER 1u
#define TAG_CHILD    0x10000u

#endif
