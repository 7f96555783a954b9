/* processors: see processors.h. */
#include "base/processors.h"

#include <unistd.h>

unsigned processors_online(unsigned most)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : (unsigned long)n > most ? most : (unsigned)n;
}
