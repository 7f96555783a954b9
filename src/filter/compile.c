/* compile: see compile.h. */
#include "filter/compile.h"

#include <dlfcn.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "capture/pcap.h"

#define SNAPLEN 262144u

/* The file that the dynamic linker looks for: configure says so; else as Debian names it. */
#ifndef LIBPCAP
#define LIBPCAP "libpcap.so.0.8"
#endif

_Static_assert(sizeof(struct filter_step) == sizeof(struct bpf_insn), "an instruction");

/* ---- libpcap ---- */

static struct {
	__typeof__(pcap_fopen_offline) *open;
	__typeof__(pcap_compile) *compile;
	__typeof__(pcap_geterr) *error;
	__typeof__(pcap_freecode) *free;
	__typeof__(pcap_close) *close;
	bool loaded;
} libpcap;

static bool take(void *library, const char *name, void *function)
{
	void *p = dlsym(library, name);

	memcpy(function, &p, sizeof(p));
	return p;
}

bool filter_load(char why[FILTER_WHY_MAX])
{
	void *library;

	if (libpcap.loaded)
		return true;
	library = dlopen(LIBPCAP, RTLD_NOW | RTLD_LOCAL);
	libpcap.loaded = library && take(library, "pcap_fopen_offline", &libpcap.open) &&
			 take(library, "pcap_compile", &libpcap.compile) &&
			 take(library, "pcap_geterr", &libpcap.error) &&
			 take(library, "pcap_freecode", &libpcap.free) &&
			 take(library, "pcap_close", &libpcap.close);
	if (!libpcap.loaded) {
		const char *error = dlerror();

		snprintf(why, FILTER_WHY_MAX, "libpcap cannot be loaded: %.200s",
		    error ? error : LIBPCAP);
	}
	if (!libpcap.loaded && library)
		dlclose(library);
	return libpcap.loaded;
}

bool filter_is_loaded(void)
{
	return libpcap.loaded;
}

/* ---- an expression ---- */

/* A handle for packets of a link type. Numbers in files differ from those of libpcap's functions
 * for some types: the header of a file has it translate them. */
static pcap_t *open_for(uint16_t link_type, bool big, char why[FILTER_WHY_MAX])
{
	uint8_t header[PCAP_HEADER] = {0};
	char error[PCAP_ERRBUF_SIZE] = "out of memory";
	pcap_t *p = NULL;
	FILE *f;

	bytes_store32(header, PCAP_MAGIC, big);
	bytes_store16(header + 4, 2, big);
	bytes_store16(header + 6, 4, big);
	bytes_store32(header + PCAP_SNAPLEN, SNAPLEN, big);
	bytes_store32(header + 20, link_type, big);
	f = fmemopen(header, sizeof(header), "r");
	if (f)
		p = libpcap.open(f, error);
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

/* Optimised it is shorter, but what is then seen to match nothing is an error: such a program is
 * one all the same. */
static bool compile(pcap_t *p, struct bpf_program *program, const char *expression)
{
	if (libpcap.compile(p, program, expression, 1, PCAP_NETMASK_UNKNOWN) == 0)
		return true;
	return strstr(libpcap.error(p), "rejects all packets") &&
	       libpcap.compile(p, program, expression, 0, PCAP_NETMASK_UNKNOWN) == 0;
}

bool filter_compile(struct filter_program *out, const char *expression, uint16_t link_type,
    bool big, char why[FILTER_WHY_MAX])
{
	struct bpf_program program;
	pcap_t *p;
	bool ok;

	*out = (struct filter_program){0};
	if (!libpcap.loaded) {
		snprintf(why, FILTER_WHY_MAX, "libpcap is not loaded");
		return false;
	}
	p = open_for(link_type, big, why);
	if (!p)
		return false;
	ok = compile(p, &program, expression);
	if (ok) {
		ok = copy(out, &program, why);
		libpcap.free(&program);
	} else {
		snprintf(why, FILTER_WHY_MAX, "%.200s", libpcap.error(p));
	}
	libpcap.close(p);
	return ok;
}

bool filter_is_wrong(const char *expression, char why[FILTER_WHY_MAX])
{
	struct filter_program program;
	bool ok = filter_compile(&program, expression, 1, false, why); /* Ethernet */

	filter_free(&program);
	return !ok && strstr(why, "syntax error");
}

void filter_free(struct filter_program *f)
{
	free(f->step);
	*f = (struct filter_program){0};
}
