/* zone: the time zone of file names, rotation and log. */
#ifndef ZONE_H
#define ZONE_H

/* Reads it: from TZ, or, where that is not set, from /etc/localtime, whose content may have changed
 * since the last call. Until the next call no file is read for it, in this process and its
 * children. */
void zone_read(void);

#endif
