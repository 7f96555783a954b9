/* filter: see filter.h. */
#include "read/filter.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "capture/pcap.h"

#define SNAPLEN    262144u
#define LINK_TYPES 65536u

_Static_assert(sizeof(struct filter_step) == sizeof(struct bpf_insn), "an instruction");

/* A handle for packets of a link type. Numbers in files differ from those of libpcap's functions
 * for some types: the header of a file has it translate them. */
static pcap_t *open_for(uint16_t link_type, char why[FILTER_WHY_MAX])
{
	uint8_t header[PCAP_HEADER] = {0};
	char error[PCAP_ERRBUF_SIZE] = "out of memory";
	pcap_t *p = NULL;
	FILE *f;

	bytes_store32(header, PCAP_MAGIC, false);
	bytes_store16(header + 4, 2, false);
	bytes_store16(header + 6, 4, false);
	bytes_store32(header + PCAP_SNAPLEN, SNAPLEN, false);
	bytes_store32(header + 20, link_type, false);
	f = fmemopen(header, sizeof(header), "r");
	if (f)
		p = pcap_fopen_offline(f, error);
	if (f && !p)
		fclose(f);
	if (!p)
		snprintf(why, FILTER_WHY_MAX, "%.200s", error);
	return p;
}

static bool copy(struct filter_program *out, const struct bpf_program *from, char *why)
{
	if (from->bf_len > FILTER_STEPS_MAX) {
		snprintf(why, FILTER_WHY_MAX, "the filter is too long");
		return false;
	}
	out->n = from->bf_len;
	out->step = calloc(out->n + 1, sizeof(*out->step));
	if (!out->step) {
		snprintf(why, FILTER_WHY_MAX, "out of memory");
		return false;
	}
	memcpy(out->step, from->bf_insns, out->n * sizeof(*out->step));
	return true;
}

bool filter_compile(struct filter_program *out, const char *expression, uint16_t link_type,
    char why[FILTER_WHY_MAX])
{
	struct bpf_program program;
	pcap_t *p = open_for(link_type, why);
	bool ok;

	*out = (struct filter_program){0};
	if (!p)
		return false;
	ok = pcap_compile(p, &program, expression, 1, PCAP_NETMASK_UNKNOWN) == 0;
	if (ok) {
		ok = copy(out, &program, why);
		pcap_freecode(&program);
	} else {
		snprintf(why, FILTER_WHY_MAX, "%.200s", pcap_geterr(p));
	}
	pcap_close(p);
	return ok;
}

bool filter_is_wrong(const char *expression, char why[FILTER_WHY_MAX])
{
	struct filter_program program;
	bool ok = filter_compile(&program, expression, 1, why); /* Ethernet */

	filter_free(&program);
	return !ok && strstr(why, "syntax error");
}

void filter_free(struct filter_program *f)
{
	free(f->step);
	*f = (struct filter_program){0};
}

bool filters_init(struct filters *f, const char *expression)
{
	*f = (struct filters){.expression = expression};
	if (expression)
		f->program = calloc(LINK_TYPES, sizeof(struct filter_program *));
	return !expression || f->program;
}

void filters_free(struct filters *f)
{
	for (size_t i = 0; f->program && i < LINK_TYPES; i++)
		if (f->program[i]) {
			filter_free(f->program[i]);
			free(f->program[i]);
		}
	free(f->program);
	*f = (struct filters){0};
}

const struct filter_program *filters_find(const struct filters *f, uint16_t link_type)
{
	return f->program[link_type];
}

struct filter_program *filters_add(struct filters *f, uint16_t link_type)
{
	return f->program[link_type] = calloc(1, sizeof(struct filter_program));
}

bool filter_is_sound(const struct filter_program *f)
{
	return f->n == 0 || bpf_validate((const struct bpf_insn *)f->step, (int)f->n);
}

bool filter_match(
    const struct filter_program *f, const uint8_t *packet, uint32_t caplen, uint32_t original)
{
	return f->n > 0 &&
	       bpf_filter((const struct bpf_insn *)f->step, packet, original, caplen) != 0;
}
