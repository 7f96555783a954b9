/* zone: the time zone of file names, rotation and log, read when it is told to.
 *
 * Refuses to convert times: localtime_r() does, by the zone that was read last. */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H

/* Reads it: from TZ, or, where that is not set, from /etc/localtime, whose content may have changed
 * since the last call. Until the next call no file is read for it, in this process and its
 * children. */
void zone_read(void);

#endif
