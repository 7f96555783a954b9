/* claim: who may write in the archive's path: one process at a time, of the user whose archive it
 * is.
 *
 * A lock in a file there, which is that user's; in the file is what others have to know of the one
 * that works. Refuses to touch anything else there. */
#ifndef ARCHIVE_CLAIM_H
#define ARCHIVE_CLAIM_H

#include <stdbool.h>
#include <stdint.h>

#define CLAIM_REASON_MAX 200

/* dir: the path, opened. A descriptor that holds the lock until it is closed; a worker that
 * outlives this process does not have it. -1 with a reason. */
int claim_take(int dir, char reason[CLAIM_REASON_MAX]);

/* Whether another process may have the lock, or it cannot be known. */
bool claim_is_taken(int dir);

/* The one that has the lock says until when it deletes nothing for its age, in seconds since 1970;
 * 0: it does. Where it cannot be written nobody knows. */
void claim_tell_held(int lock, int64_t until);

/* What that one has said; 0 where there is none, or its file cannot be read. Not for a process that
 * has the lock: it would lose it. */
int64_t claim_held(int dir);

/* Whether the file that was locked has lost its name: another archive may have the lock of the one
 * that has it now. */
bool claim_is_lost(int dir, int lock);

#endif
