/* recorder: bytes of the stream in, capture files out.
 *
 * Takes frames (capture/frame), has their payloads taken, most of them in one loop (record/plain),
 * the others one by one (record/payload), which moves them together in place; and hands what a
 * buffer held to the output, which writes it with one call. Other settings take effect between two
 * buffers. Refuses to touch sockets, files and the clock: the time is an argument. Everything that
 * must be waited for or told goes through the events. */
#ifndef RECORD_RECORDER_H
#define RECORD_RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "record/recorder_state.h"

void recorder_init(struct recorder *r, const struct recorder_settings *settings,
    const struct recorder_events *events, struct stats *stats);

/* Takes the whole frames at the beginning of buf, which is overwritten; *used tells how many
 * bytes they were. All that was accepted is in the file when it returns, also with an error. */
enum recorder_status recorder_feed(
    struct recorder *r, uint8_t *buf, size_t len, time_t now, size_t *used);

/* Other settings from the next packet on, between two calls of recorder_feed(). The current file is
 * closed; the next one has the new settings, and begins with the link header that there is. base:
 * the directory to store in, -1: there is none, and nothing is stored. filter: in place of the one
 * before, which is not used any more; NULL: there is none. */
void recorder_change(struct recorder *r, const struct recorder_live *live, int base,
    const struct filter_table *filter);

/* No file is to be closed before the next packet. */
#define RECORDER_FOREVER ((time_t)INT64_MAX)

/* With close_when_due: the seconds until the current file's time is over, 0: it is.
 * RECORDER_FOREVER without, or when there is no file. A clock that is set meanwhile changes it. */
time_t recorder_time_left(const struct recorder *r, time_t now);

/* Publishes the current file if recorder_time_left() is 0; between two calls of recorder_feed(). */
void recorder_close_due(struct recorder *r, time_t now);

/* Publishes the current file, if there is one; the next packet opens another. */
void recorder_close_file(struct recorder *r, const char *why);

/* Frees the memory; the file must be closed. */
void recorder_free(struct recorder *r);

#endif
