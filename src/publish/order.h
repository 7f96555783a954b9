/* order: what the master tells the sender, and the sender the master.
 *
 * Orders go through a socket that keeps their borders (SOCK_SEQPACKET), one in each message; with
 * ORDER_FOLLOW comes the end of a pipe (SCM_RIGHTS). Reports come through a pipe. All of it is in
 * the byte order of the machine. The sender may have been taken over by a subscriber: the master
 * believes a report only of a recording that it has. */
#ifndef PUBLISH_ORDER_H
#define PUBLISH_ORDER_H

#include <limits.h>
#include <stdint.h>

#include "capture/capname.h"

/* Of the longest, event.v1.closingtracefile.NAME. */
#define ORDER_TOPIC_MAX (32 + CAPNAME_STEM_MAX)

enum order_what {
	ORDER_FOLLOW, /* publish what comes through this pipe (publish/parcel.h) */
	ORDER_EVENT   /* publish this: the topic, and the text where there is one */
};

struct order {
	uint32_t what; /* enum order_what */
	uint32_t id;   /* of a recording */
	char topic[ORDER_TOPIC_MAX];
	char text[PATH_MAX]; /* sent up to its 0 byte */
};

enum report_what {
	REPORT_READY,   /* subscribers can connect */
	REPORT_ENDED,   /* of a recording all was published */
	REPORT_TROUBLE, /* and not all of it could be read; ENDED follows */
	REPORT_WRONG    /* and its reader has sent what it must not send; ENDED follows */
};

struct report {
	uint32_t what; /* enum report_what */
	uint32_t id;
};

#endif
