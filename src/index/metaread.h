/* metaread: reads what index/metadata has written, and what leads to it in an archived file.
 *
 * For making the index anew. The text may be anybody's: it must be what metadata_print() writes,
 * key by key, in that order, blanks behind it alone; every text must fit where the index keeps it.
 * Refuses other JSON, even of the same meaning, and to do I/O. Pure. */
#ifndef INDEX_METAREAD_H
#define INDEX_METAREAD_H

#include "capture/capname.h"
#include "index/metadata.h"

struct metaread {
	char client[CAPNAME_STEM_MAX], address[ADDR_TEXT_MAX], name[CAPNAME_MAX];
	int64_t ended, archived;
	uint8_t sha256[METADATA_SHA256];
	struct summary summary; /* facts.timed is 1 for any number of packets with a time */
	struct frames frames;   /* metaread_free() */
};

/* False: it is no such text, or memory is lacking; there is nothing to free then. */
bool metaread(struct metaread *m, const char *text, size_t len);

void metaread_free(struct metaread *m);

#endif
