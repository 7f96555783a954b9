/* interfaces: those of the capture that is written, each once, by number.
 *
 * Of one client there are so many that its captures can have by mistake: more are refused, so that
 * one client cannot use up memory and the reader's patience for all. Found by a hash. Refuses to
 * write. Pure. */
#ifndef READ_INTERFACES_H
#define READ_INTERFACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INTERFACES_OF_CLIENT 4096u

struct interface {
	const char *who;
	uint32_t snaplen;
	uint16_t link_type;
	const uint8_t *options; /* little-endian, without their end */
	size_t len;
};

/* Numbers + 1 by hash; 0: free. */
struct interfaces_index {
	uint32_t *slot;
	size_t room; /* a power of two; 0: none */
};

struct interfaces_owner {
	char *who;
	uint32_t n; /* of its interfaces */
};

struct interfaces {
	struct interface *v; /* with copies of what they name */
	size_t n, room;
	struct interfaces_owner *owner;
	size_t owners, owner_room;
	struct interfaces_index of, of_owner;
};

enum interfaces_status {
	INTERFACES_KNOWN,
	INTERFACES_NEW,
	INTERFACES_TOO_MANY, /* of this client */
	INTERFACES_NO_MEMORY
};

/* Its number. What it points to is copied. */
enum interfaces_status interfaces_add(
    struct interfaces *s, const struct interface *i, uint32_t *number);

void interfaces_free(struct interfaces *s);

#endif
