/* configfiles: the files of a configuration as text, see config_reader.h. */
#include "config/reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/text.h"
#include "base/io.h"

#ifndef TEXT_MAX             /* fuzzing chooses less: it is allocated each time */
#define TEXT_MAX (16u << 20) /* bytes of one configuration file */
#endif
#define INCLUDE_DEPTH 10 /* libconfig's own limit */

static char *read_text(const char *file, const char **why)
{
	struct stat st;
	int fd = io_open_regular(file, &st, why);
	char *text;
	ssize_t n;

	if (fd < 0)
		return NULL;
	text = malloc(TEXT_MAX + 1);
	n = text ? io_read_full(fd, text, TEXT_MAX + 1) : -1;
	if (n < 0)
		*why = strerror(errno);
	else if (n > TEXT_MAX)
		*why = "is larger than 16 MiB";
	else if (memchr(text, '\0', (size_t)n))
		*why = "contains a NUL byte";
	else
		text[n] = '\0';
	close(fd);
	if (*why) {
		free(text);
		return NULL;
	}
	return text;
}

char *reader_joined(const char *directory, const char *path, size_t len)
{
	char *out;

	if (path[0] == '/' || !directory[0])
		return strndup(path, len);
	return asprintf(&out, "%s/%.*s", directory, (int)len, path) < 0 ? NULL : out;
}

const char *reader_intern(const struct reader *r, char *text)
{
	struct strings *names = r->names;
	char **v;

	for (size_t i = 0; text && i < names->n; i++)
		if (strcmp(names->v[i], text) == 0) {
			free(text);
			return names->v[i];
		}
	v = text ? realloc(names->v, (names->n + 1) * sizeof(*v)) : NULL;
	if (!v) {
		free(text);
		return r->file;
	}
	names->v = v;
	return names->v[names->n++] = text;
}

static void note_wrapped(struct reader *r, const char *file, unsigned line)
{
	struct origin *list = realloc(r->wrapped, (r->nwrapped + 1) * sizeof(*list));
	char *name = list ? strdup(file) : NULL;

	if (list)
		r->wrapped = list;
	if (name)
		list[r->nwrapped++] = (struct origin){reader_intern(r, name), line};
}

/* The original server's configuration has the same name; a line `server` opens a node there, whose
 * lines are indented, and `!` begins a comment. */
static bool looks_like_vty(const char *text)
{
	for (const char *at = text; at && *at; at = strchr(at, '\n')) {
		if (*at == '\n')
			at++;
		if (*at == '!' ||
		    (strncmp(at, "server\n ", 8) == 0 && at[8] >= 'a' && at[8] <= 'z'))
			return true;
	}
	return false;
}

void reader_check(
    struct reader *r, const char *file, const char *from, unsigned from_line, unsigned depth)
{
	const char *why;
	char *text = read_text(file, &why);
	struct conftext_token token;
	struct conftext scan;

	if (!text) {
		r->unreadable = true;
		problem_error(r->problems, from ? from : file, from_line, "%s%s%s",
		    from ? file : "", from ? ": " : "cannot be read: ", why);
		return;
	}
	reader_intern(r, strdup(file));
	if (!from)
		r->vty = looks_like_vty(text);
	scan = conftext_over(text);
	for (conftext_next(&scan, &token); token.kind != CONFTEXT_END;
	     conftext_next(&scan, &token)) {
		if (token.kind == CONFTEXT_NUMBER) {
			problem_error(r->problems, file, token.line,
			    "the number %.*s is out of range (a 64-bit one needs an L behind it)",
			    (int)token.len, token.text);
			note_wrapped(r, file, token.line);
			continue;
		}
		char *path = reader_joined(r->directory, token.text, token.len);

		if (depth == INCLUDE_DEPTH) {
			r->unreadable = true;
			problem_error(
			    r->problems, file, token.line, "includes are nested too deep");
			free(path);
			break;
		}
		if (path)
			reader_check(r, path, file, token.line, depth + 1);
		free(path);
		if (r->unreadable)
			break; /* a loop would be followed along all its ways */
	}
	free(text);
}
