/* local: the clock and the time zone of this process, as view/when takes them. */
#ifndef VIEW_LOCAL_H
#define VIEW_LOCAL_H

#include <stdint.h>

#include "view/when.h"

/* Nanoseconds since 1970. */
int64_t local_now(void);

/* As base/zone has read it. */
extern const struct when_zone local_zone;

#endif
