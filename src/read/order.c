/* order: see order.h. */
#include "read/order.h"

#include <string.h>

#define OPTION_HEAD 4u

/* Codes of options, draft-ietf-opsawg-pcapng: of all blocks, of interfaces, of packets. */
enum {
	COMMENT = 1,
	CUSTOM_FIRST = 2988,
	CUSTOM_SECOND = 2989,
	CUSTOM_THIRD = 19372,
	CUSTOM_FOURTH = 19373,

	NAME = 2,
	DESCRIPTION = 3,
	SPEED = 8,
	RESOLUTION = 9,
	ZONE = 10,
	OFFSET = 14,
	LAST_OF_INTERFACE = 18,

	FLAGS = 2,
	HASH = 3,
	DROPS = 4,
	PACKET_ID = 5,
	QUEUE = 6,
	VERDICT = 7
};

#define NAMES_IPV4 1u
#define NAMES_IPV6 2u

/* Bytes of the number at the beginning of a value; 0: it is text or bytes. -1: not known. */
static int number_of_custom(uint16_t code)
{
	return code == CUSTOM_FIRST || code == CUSTOM_SECOND || code == CUSTOM_THIRD ||
		       code == CUSTOM_FOURTH
		   ? 4
		   : -1;
}

static int number_of_packet(uint16_t code)
{
	switch (code) {
	case COMMENT:
	case HASH:
	case VERDICT:
		return 0;
	case FLAGS:
	case QUEUE:
		return 4;
	case DROPS:
	case PACKET_ID:
		return 8;
	default:
		return number_of_custom(code);
	}
}

static int number_of_interface(uint16_t code)
{
	if (code == ZONE)
		return 4;
	if (code == SPEED || code == 16 || code == 17) /* of sending, of receiving */
		return 8;
	return code >= COMMENT && code <= LAST_OF_INTERFACE ? 0 : number_of_custom(code);
}

/* A value whose first `number` bytes are one number. */
static void turn(uint8_t *value, size_t len, int number)
{
	if (number == 4 && len >= 4)
		bytes_store32(value, bytes_load32(value, true), false);
	if (number == 8 && len >= 8)
		bytes_store64(value, bytes_load64(value, true), false);
}

/* Writes one option; returns its length, 0 when there is no room. */
static size_t put(
    uint8_t *out, size_t room, uint16_t code, const struct pcapng_option *o, bool big, int number)
{
	size_t padded = (size_t)pcapng_padded(o->len);

	if (room < OPTION_HEAD + padded)
		return 0;
	bytes_store16(out, code, false);
	bytes_store16(out + 2, o->len, false);
	memcpy(out + OPTION_HEAD, o->value, o->len);
	memset(out + OPTION_HEAD + o->len, 0, padded - o->len);
	if (big)
		turn(out + OPTION_HEAD, o->len, number);
	return OPTION_HEAD + padded;
}

size_t order_packet_options(const uint8_t *options, size_t len, bool big, uint8_t *out)
{
	struct bytes at = bytes_over(options, len, big);
	struct pcapng_option o;
	size_t used = 0;

	while (pcapng_next_option(&at, &o)) {
		int number = number_of_packet(o.code);

		if (!big || number >= 0)
			used += put(out + used, len - used, o.code, &o, big, number);
	}
	if (used == 0)
		return 0;
	memset(out + used, 0, OPTION_HEAD); /* their end */
	return used + OPTION_HEAD;
}

static bool has_description(struct bytes at)
{
	struct pcapng_option o;

	while (pcapng_next_option(&at, &o))
		if (o.code == DESCRIPTION)
			return true;
	return false;
}

size_t order_interface_options(const struct pcapng_block *b, uint8_t *out, size_t room)
{
	struct bytes at = bytes_over(b->body + 8, b->body_len - 8, b->big);
	bool described = has_description(at);
	struct pcapng_option o;
	size_t used = 0;

	while (pcapng_next_option(&at, &o)) {
		uint16_t code = o.code == NAME && !described ? DESCRIPTION : o.code;
		int number = number_of_interface(o.code);

		if (code == NAME || code == RESOLUTION || code == OFFSET || (b->big && number < 0))
			continue;
		used += put(out + used, room - used, code, &o, b->big, number);
	}
	return used;
}

/* ---- blocks ---- */

/* Records of names, each with a head like an option's, then options, whose values are left out
 * where numbers would have to be turned round: they tell which server was asked, as text. */
static size_t order_names(const struct pcapng_block *b, uint8_t *out)
{
	struct bytes at = bytes_over(b->body, b->body_len, b->big);
	struct pcapng_option o;
	size_t used = 0;

	while (pcapng_next_option(&at, &o))
		if (o.code == NAMES_IPV4 || o.code == NAMES_IPV6 || !b->big)
			used += put(out + used, b->body_len - used, o.code, &o, false, 0);
	if (used == 0 || b->body_len - used < OPTION_HEAD)
		return used == b->body_len ? used : 0;
	memset(out + used, 0, OPTION_HEAD);
	return used + OPTION_HEAD;
}

/* type u32, length u32, the secrets; their options are comments. */
static size_t order_secrets(const struct pcapng_block *b, uint8_t *out)
{
	uint64_t len;

	if (b->body_len < 8)
		return 0;
	len = pcapng_padded(bytes_load32(b->body + 4, b->big));
	if (len > b->body_len - 8)
		return 0;
	memcpy(out, b->body, 8 + (size_t)len);
	bytes_store32(out, bytes_load32(b->body, b->big), false);
	bytes_store32(out + 4, bytes_load32(b->body + 4, b->big), false);
	return 8 + (size_t)len;
}

size_t order_block(const struct pcapng_block *b, uint8_t *out)
{
	if (b->type == PCAPNG_NAMES)
		return order_names(b, out);
	return b->type == PCAPNG_SECRETS ? order_secrets(b, out) : 0;
}
