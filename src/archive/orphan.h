/* orphan: whether a file of the archive that is in no index holds a certain capture.
 *
 * A crash between the publication of an archived file and the commit to the index leaves one. Then
 * its capture is still in completed-path, and must not be archived twice. Called by workers: the
 * file may be anything. Refuses to do more than to compare. */
#ifndef ARCHIVE_ORPHAN_H
#define ARCHIVE_ORPHAN_H

#include <stdbool.h>
#include <stdint.h>

/* sha256: of the capture, uncompressed. False as well when the file is damaged. */
bool orphan_is(int fd, int level, const uint8_t *sha256);

#endif
