/* title: see title.h. */
#include "daemon/title.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/io.h"

/* Where the kernel has the parts of this program, all of which must be told again. */
static struct prctl_mm_map map;
static const char *ident; /* NULL: not prepared */

/* Fields of /proc/self/stat: proc(5). */
enum {
	FIELD_STATE = 3,
	FIELD_START_CODE = 26,
	FIELD_END_CODE = 27,
	FIELD_START_STACK = 28,
	FIELD_START_DATA = 45,
	FIELD_END_DATA = 46,
	FIELD_START_BRK = 47,
	FIELD_ENV_START = 50,
	FIELD_ENV_END = 51,
	FIELDS
};

/* The name of the program is in brackets and may have blanks. False: it is not as described. */
static bool read_fields(uint64_t field[FIELDS])
{
	char text[2048];
	int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : io_read_full(fd, text, sizeof(text) - 1);
	char *p;

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	p = strrchr(text, ')');
	if (!p || strlen(p) < 4)
		return false;
	p += 3; /* behind the state, which is a letter */
	for (int i = FIELD_STATE + 1; i < FIELDS; i++) {
		char *end;

		field[i] = strtoull(p, &end, 10); /* some are negative, none of ours */
		if (end == p)
			return false;
		p = end;
	}
	return true;
}

void title_prepare(const char *program)
{
	uint64_t field[FIELDS];

	if (!read_fields(field))
		return;
	ident = program;
	map = (struct prctl_mm_map){.start_code = field[FIELD_START_CODE],
	    .end_code = field[FIELD_END_CODE],
	    .start_data = field[FIELD_START_DATA],
	    .end_data = field[FIELD_END_DATA],
	    .start_brk = field[FIELD_START_BRK],
	    .start_stack = field[FIELD_START_STACK],
	    .env_start = field[FIELD_ENV_START],
	    .env_end = field[FIELD_ENV_END],
	    .exe_fd = ~0u};
}

void title_set(struct title *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	memset(t->text, 0, sizeof(t->text));
	if (!ident)
		return;
	n = snprintf(t->text, sizeof(t->text), "%s: ", ident);
	va_start(ap, fmt);
	vsnprintf(t->text + n, sizeof(t->text) - (size_t)n, fmt, ap);
	va_end(ap);
	for (char *c = t->text; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
}

void title_show(const struct title *t)
{
	struct prctl_mm_map now = map;

	if (!ident)
		return;
	now.arg_start = (uintptr_t)t->text;
	now.arg_end = now.arg_start + sizeof(t->text);
	now.brk = (uintptr_t)sbrk(0);
	prctl(PR_SET_MM, PR_SET_MM_MAP, &now, sizeof(now), 0);
}
