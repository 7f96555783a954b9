/* unread: how many packets are in received frames that nobody will look at any more, because the
 * disk was given up.
 *
 * With a filter only those that it keeps. Refuses to judge frames: it ends at one that would be
 * refused. Pure. */
#ifndef RECORD_UNREAD_H
#define RECORD_UNREAD_H

#include <stddef.h>
#include <stdint.h>

#include "capture/accept.h"
#include "filter/sift.h"

/* Of the whole frames at the beginning of buf, which is overwritten where there is a filter; *sift
 * is of no use afterwards. accepted: the state before them. */
uint64_t unread_packets(const struct accept *accepted, struct sift *sift, uint8_t *buf, size_t len);

#endif
