/* scan: what captures hold that are in no index: counts, times, link types, profile.
 *
 * Several processes walk them, each confined and with a few of them; what they tell is checked, and
 * one that hangs is given up. Refuses to open files. */
#ifndef READ_SCAN_H
#define READ_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "index/summary.h"

struct scan_file {
	int fd;
	bool recording; /* it grows: it is scanned up to where it ends now */

	/* Afterwards. */
	bool ok; /* else the process that read it has died, hangs, or is hijacked */
	struct facts facts;
	struct profile *profile; /* allocated, where it was asked for; NULL: there is none */
};

/* False with errno when no process can be started. */
bool scan(struct scan_file *file, size_t n, bool profiles);

#endif
