/* send_stream: the stream of records, from the input to the connection.
 *
 * Takes each record, has it cut to size, waits until it is due, and gives it to the connection.
 * Refuses to look into records, and to open or end anything. */
#ifndef SEND_STREAM_H
#define SEND_STREAM_H

#include "send/job.h"

/* How it ended. */
enum send_ending {
	SEND_ENDED,       /* all was given to the connection */
	SEND_INTERRUPTED, /* a signal, between two records */
	SEND_BROKEN,      /* the input cannot go on; job.error */
	SEND_LOST,        /* the connection cannot; net.link.error */
	SEND_GOING_ON,
};

/* Never SEND_GOING_ON. */
enum send_ending send_stream(struct send_job *j);

#endif
