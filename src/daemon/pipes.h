/* pipes: what a process that parses input sends and takes, through pipes that do not wait.
 *
 * It may be hijacked, or hang: nobody waits for it for ever. Time counts while it is waited for
 * alone. Refuses to know what is sent. */
#ifndef DAEMON_PIPES_H
#define DAEMON_PIPES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Seconds until one that sends nothing, or takes nothing, counts as hanging; tests make it shorter.
 * What has nothing to say for longer has to send a sign of life. */
extern int pipes_patience;

/* Called ten times a second or so while it is waited for; NULL: never. */
struct pipes_tick {
	void (*call)(void *of);
	void *of;
};

/* Waits for what it sends, and reads it. Returns the count; 0: it has ended; -1: it hangs, or
 * errno.
 */
ssize_t pipes_read(int from, void *data, size_t room, const struct pipes_tick *tick);

/* Until len bytes have come. False: it has ended before, or hangs. */
bool pipes_read_full(int from, void *data, size_t len);

/* False: it takes no more. */
bool pipes_write(int to, const void *data, size_t len);

#endif
