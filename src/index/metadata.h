/* metadata: what is known of an archived capture, as the JSON text that its file ends with.
 *
 * One object; the manual has its keys. The index holds the same, so that it can be made anew from
 * the files alone; index/metaread reads such a text. Pure. */
#ifndef INDEX_METADATA_H
#define INDEX_METADATA_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "index/frames.h"
#include "index/summary.h"

#define METADATA_SHA256 32u

struct metadata {
	const char *client, *address;    /* address: of one host of a network; "" for others */
	const char *name;                /* of the capture when it was completed */
	int64_t ended, archived;         /* when it was recorded, and taken; seconds since 1970 */
	uint8_t sha256[METADATA_SHA256]; /* of the capture, uncompressed */
	const struct summary *summary;
	const struct frames *frames;
};

/* Writes the text, without a line end; errors are those of the stream. */
void metadata_print(const struct metadata *m, FILE *to);

#endif
