/* zone: the time zone of file names, rotation and log. */
#ifndef ZONE_H
#define ZONE_H

/* Takes it from TZ, or from /etc/localtime if that is not set, which may be another one when this
 * is called again. In between nothing is read, in this process and in its children. */
void zone_read(void);

#endif
