/* described: the interfaces of the section that is being extracted, each told with its first packet
 * that is wanted.
 *
 * Refuses to choose packets. Memory: of DESCRIBED_OPTIONS interfaces of a section the options. */
#ifndef READ_DESCRIBED_H
#define READ_DESCRIBED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/reader.h"
#include "read/teller.h"

#define DESCRIBED_OPTIONS 256u

struct described_interface {
	bool told;
	uint32_t number; /* as it was told */
	uint32_t snaplen;
	size_t len;
	uint8_t *options;
};

/* Zero at the beginning. */
struct described {
	struct described_interface *v; /* of the section, in the order of their numbers */
	size_t n, room;
	uint32_t told; /* of all sections */
};

enum described_status {
	DESCRIBED,
	DESCRIBED_TOO_OFTEN, /* more than PIECE_INTERFACES_MAX were told */
	DESCRIBED_NO_MEMORY
};

void described_begin_section(struct described *d);
void described_free(struct described *d);

/* A block that describes one. */
enum described_status described_note(
    struct described *d, const struct reader *r, const struct reader_record *k);

/* The number of the packet's interface, which is told now if it was not before. */
enum described_status described_number(struct described *d, const struct reader *r,
    const struct reader_record *k, struct teller *teller, uint32_t *number);

#endif
