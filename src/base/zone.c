/* zone: see zone.h. */
#include "base/zone.h"

#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

/* With TZ unset every localtime() would look at /etc/localtime, and a process whose sandbox forbids
 * that would silently compute in UTC. With TZ set, tzset() does not notice a changed file: so TZ is
 * unset for one call, then set. */
void zone_read(void)
{
	static bool ours; /* TZ was set here, not by the user */

	if (ours)
		unsetenv("TZ");
	ours = !getenv("TZ");
	tzset();
	if (!ours)
		return;
	setenv("TZ", ":/etc/localtime", 1);
	tzset();
}
