/* capfmt_wireshark: what makes Wireshark 4.0 refuse a pcapng file, see capfmt_parts.h.
 *
 * After its wiretap/pcapng.c and wiretap/pcap-common.c. What they give up on without an error, so
 * that capinfos takes it for the end of the file, counts as refused. */
#include "capture/capfmt_parts.h"

#define OPT_COMMENT        1u
#define OPT_IF_FILTER      11u
#define OPT_CUSTOM_STRING  2988u
#define OPT_CUSTOM_BYTES   2989u
#define OPT_CUSTOM_STRING2 19372u /* not to be copied */
#define OPT_CUSTOM_BYTES2  19373u

#define PEN_NETFLIX 10949u /* the only enterprise whose content is looked at */

/* ---- options ---- */

static bool packet_option_sound(uint16_t code, const uint8_t *value, uint16_t n)
{
	switch (code) {
	case 2: /* flags */
	case 6: /* queue */
		return n == 4;
	case 4: /* drop count */
	case 5: /* packet id */
		return n == 8;
	case 7: /* a verdict has at least its type; those of TC and XDP are a number */
		return n > 0 && (n == 9 || (value[0] != 1 && value[0] != 2));
	default:
		return true;
	}
}

static bool option_sound(uint32_t block, uint16_t code, const uint8_t *value, uint16_t n, bool big)
{
	switch (code) {
	case OPT_COMMENT:
		return true;
	case OPT_CUSTOM_STRING:
	case OPT_CUSTOM_BYTES:
	case OPT_CUSTOM_STRING2:
	case OPT_CUSTOM_BYTES2: /* the enterprise, that of Netflix with a type */
		return n >= 4 && (n >= 8 || bytes_load32(value, big) != PEN_NETFLIX);
	}
	switch (block) {
	case BLOCK_IDB:
		return code != OPT_IF_FILTER || n > 0;
	case BLOCK_ENHANCED:
	case BLOCK_PACKET:
		return packet_option_sound(code, value, n);
	case BLOCK_CUSTOM:
		return false; /* none of its own */
	default:
		return true;
	}
}

bool wireshark_options(uint32_t block, const uint8_t *p, size_t len, bool big)
{
	struct bytes b = bytes_over(p, len, big);

	while (b.left > 0) {
		uint16_t code = bytes_u16(&b), n = bytes_u16(&b);
		const uint8_t *value = bytes_take(&b, (n + 3u) & ~3u);

		if (!value)
			return false;
		if (code == OPT_END)
			return true;
		if (!option_sound(block, code, value, n, big))
			return false;
	}
	return true;
}

/* ---- packets ---- */

enum { /* link types whose packets begin with a header that is read with the file */
	SUNATM = 123,
	MTP2_WITH_PHDR = 139,
	LINUX_IRDA = 144,
	LINUX_LAPD = 177,
	SITA = 196,
	ERF = 197,
	BLUETOOTH_HCI_H4_WITH_PHDR = 201,
	PPP_WITH_DIR = 204,
	I2C_LINUX = 209,
	NFC_LLCP = 245,
	BLUETOOTH_LINUX_MONITOR = 254
};

/* The length of that header; of ERF, its fixed part. 0: there is none. */
static uint32_t fixed_header(uint32_t link_type)
{
	switch (link_type) {
	case PPP_WITH_DIR:
		return 1;
	case NFC_LLCP:
		return 2;
	case SUNATM:
	case MTP2_WITH_PHDR:
	case BLUETOOTH_HCI_H4_WITH_PHDR:
	case BLUETOOTH_LINUX_MONITOR:
		return 4;
	case SITA:
	case I2C_LINUX:
		return 5;
	case LINUX_IRDA:
	case LINUX_LAPD:
	case ERF:
		return 16;
	default:
		return 0;
	}
}

/* What the type of an ERF record has besides. */
static uint32_t erf_subheader(uint8_t type)
{
	switch (type) {
	case 2: /* Ethernet */
	case 11:
	case 16:
	case 20:
		return 2;
	case 5: /* multichannel */
	case 6:
	case 7:
	case 8:
	case 9:
	case 12:
	case 17:
	case 18: /* AAL2 */
		return 4;
	default:
		return 0;
	}
}

/* Extension headers follow while the first bit of the last type is set, then what the type of the
 * record has. 0: they run past the packet. */
static uint32_t erf_header(const uint8_t *p, uint32_t len)
{
	uint8_t last = p[8];
	uint32_t n = 16;

	for (; last & 0x80; n += 8) {
		if (len - n < 8)
			return 0;
		last = p[n];
	}
	n += erf_subheader(p[8] & 0x7f);
	return n <= len ? n : 0;
}

bool wireshark_packet(uint32_t link_type, const uint8_t *p, uint32_t len, uint32_t *header)
{
	*header = fixed_header(link_type);
	if (len < *header)
		return false;
	switch (link_type) {
	case LINUX_IRDA: /* the protocol, in network byte order */
		return bytes_load16(p + 14, true) == 0x0017;
	case LINUX_LAPD:
		return bytes_load16(p + 14, true) == 0x0030;
	case ERF:
		*header = erf_header(p, len);
		return *header > 0;
	default:
		return true;
	}
}

/* A run is kept as the number of its first interface, shifted, and the link type. */
#define RUN_SHIFT 8

bool wireshark_interface(struct capfmt *f, uint32_t link_type)
{
	uint32_t now = fixed_header(link_type) > 0 ? link_type : 0;

	if (now == wireshark_link_type(f, f->interfaces))
		return true;
	if (f->run_count == CAPFMT_RUNS || f->interfaces >= 1u << (32 - RUN_SHIFT))
		return false;
	f->runs[f->run_count++] = f->interfaces << RUN_SHIFT | now;
	return true;
}

uint32_t wireshark_link_type(const struct capfmt *f, uint32_t number)
{
	for (size_t i = f->run_count; i-- > 0;)
		if (number >= f->runs[i] >> RUN_SHIFT)
			return f->runs[i] & ((1u << RUN_SHIFT) - 1);
	return 0;
}

/* ---- blocks that carry no packets ---- */

/* Records, each an address and names or of a type that nobody knows; behind their end, options. The
 * end has no content: options begin where it would be. */
static bool names_sound(const uint8_t *p, size_t len, bool big)
{
	struct bytes b = bytes_over(p, len, big);

	if (len < 4)
		return false;
	while (b.left > 0) {
		uint16_t type = bytes_u16(&b), n = bytes_u16(&b), address;
		const uint8_t *options = b.at, *record = bytes_take(&b, (n + 3u) & ~3u);

		if (!record)
			return false;
		if (type == 0)
			return wireshark_options(
			    BLOCK_NAMES, options, len - (size_t)(options - p), big);
		if (type > 2)
			continue;
		address = type == 1 ? 4 : 16;
		if (n < address || (n > address && record[n - 1] != 0))
			return false; /* or the last name has no end */
	}
	return true;
}

/* Netflix's are taken apart, in little endian always: events, and how many were skipped. */
static bool custom_sound(const uint8_t *p, size_t len, bool big)
{
	uint32_t type;
	size_t fixed;

	if (len < 4 || bytes_load32(p, big) != PEN_NETFLIX)
		return len >= 4;
	if (len < 8)
		return false;
	type = bytes_load32(p + 4, false);
	fixed = type == 1 ? 8 : 12;
	return (type == 1 || type == 2) && len >= fixed &&
	       wireshark_options(BLOCK_CUSTOM, p + fixed, len - fixed, false);
}

bool wireshark_block(const struct pcapng_block *b, bool big)
{
	size_t len = b->body_len;

	switch (b->type) {
	case BLOCK_NAMES:
		return names_sound(b->body, len, big);
	case BLOCK_STATS:
		return len >= 12 && wireshark_options(b->type, b->body + 12, len - 12, big);
	case BLOCK_SECRETS: /* options are passed over */
		return len >= 8 && bytes_load32(b->body + 4, big) <= len - 8;
	case BLOCK_JOURNAL: /* "__REALTIME_TIMESTAMP=" and more, without the filling */
		while (len > 0 && b->body[len - 1] == 0)
			len--;
		return len >= 23;
	case BLOCK_SYSDIG:
		return len >= 24;
	case BLOCK_SYSDIG2:
	case BLOCK_SYSDIG3:
		return len >= 28;
	case BLOCK_CUSTOM:
	case BLOCK_CUSTOM2:
		return custom_sound(b->body, len, big);
	default:
		return true;
	}
}
