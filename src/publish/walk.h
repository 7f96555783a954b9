/* walk: a process that walks one capture from record to record, and sends what it finds.
 *
 * It has the capture, a pipe to the sender (publish/parcel.h), one byte at a time from the master,
 * and nothing else: the capture is what some peer has sent. Reads no further into a record than its
 * length needs. Refuses to publish, and to say whose capture it is. */
#ifndef PUBLISH_WALK_H
#define PUBLISH_WALK_H

#include <stdint.h>

/* What the master tells: the capture has grown; nothing more will be written to it. */
#define WALK_GROWN 'g'
#define WALK_LAST  'l'

/* context: a uint64_t. Records that end at that offset or before it are passed over: only what
 * stands in the file header is sent of them. */
void walk_run(void *context);

#endif
