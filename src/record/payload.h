/* payload: takes the payload of one frame: has its parts checked (capture/accept), filtered
 * (filter/sift) and long packets cut, and moves what is left down to what is pending; a head begins
 * a section.
 *
 * Refuses by what depends on more than one payload: data before a link header, too many link
 * headers, a head that grows too large; of what is refused nothing is stored. Refuses to know
 * frames. */
#ifndef RECORD_PAYLOAD_H
#define RECORD_PAYLOAD_H

#include "record/recorder_state.h"

/* The payload of a link header. It is overwritten, as all that stands before it. */
enum recorder_status payload_header(
    struct recorder *r, struct pending *p, uint8_t *payload, size_t len, time_t now);

/* The payload of link data, which nearly always is one part. */
enum recorder_status payload_data(
    struct recorder *r, struct pending *p, uint8_t *payload, size_t len, time_t now);

#endif
