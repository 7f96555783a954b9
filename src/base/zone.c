/* zone: see zone.h. */
#include "base/zone.h"

#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

/* With TZ unset every localtime() would look at /etc/localtime anew, and a process that cannot
 * would silently compute in UTC. With TZ set tzset() does not look whether the file is another. */
void zone_read(void)
{
	static bool ours; /* TZ was not set */

	if (ours)
		unsetenv("TZ");
	ours = !getenv("TZ");
	tzset();
	if (!ours)
		return;
	setenv("TZ", ":/etc/localtime", 1);
	tzset();
}
