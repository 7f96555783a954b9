/* parcel: see parcel.h. */
#include "publish/parcel.h"

#include <string.h>

enum parcel_status parcel_first(const uint8_t *buf, size_t len, struct parcel *p, size_t *need)
{
	*need = sizeof(*p);
	if (len < sizeof(*p))
		return PARCEL_PART;
	memcpy(p, buf, sizeof(*p));
	if (p->kind < PARCEL_HEAD || p->kind >= PARCEL_KINDS || p->len > PARCEL_MAX)
		return PARCEL_WRONG;
	*need += p->len;
	return len < *need ? PARCEL_PART : PARCEL_WHOLE;
}
