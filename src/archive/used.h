/* used: whether an archive's path has been in use, so that there should be an index.
 *
 * Refuses to open the index, and to change anything. */
#ifndef ARCHIVE_USED_H
#define ARCHIVE_USED_H

#include <stdbool.h>

/* dir: the archive's path, opened. Whether archived files lie there. */
bool used_has_files(int dir);

/* Whether an archive has worked there, or files of one were put there. */
bool used_before(int dir);

/* There are files, and no index, or an empty one. False also where the path cannot be opened. */
bool used_lacks_index(const char *path);

#endif
