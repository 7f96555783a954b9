/* linktype: the usual link types by name (tcpdump.org/linktypes.html).
 *
 * For lines of the log; refuses to judge: packets of any link type are stored. Pure. */
#ifndef CAPTURE_LINKTYPE_H
#define CAPTURE_LINKTYPE_H

#include <stdint.h>

/* "EN10MB", or NULL for a link type that is not usual. */
const char *linktype_name(uint32_t link_type);

#endif
