/* config_reader: what is shared by the files that read a configuration. Only they include it.
 *
 * configfiles looks at the text of each file, configvalues puts a setting into its place, config
 * knows the groups. Whatever is wrong becomes a problem with file and line, and reading goes on. */
#ifndef CONFIG_READER_H
#define CONFIG_READER_H

#include <libconfig.h>

#include "config/config.h"
#include "config/keys.h"

struct reader {
	const char *file; /* as the user named it */
	char *directory;  /* of file, for includes and nothing else */
	char *cwd;
	struct problems *problems;
	const char *absolute;   /* the same, from the root */
	struct strings *names;  /* of the configuration */
	struct origin *wrapped; /* numbers that libconfig cannot hold */
	size_t nwrapped;
	bool unreadable; /* a file could not be read: libconfig must not see it */
	bool vty;        /* the configuration looks like one of the original server */
};

/* The setting s is wrong: file, line and text become a problem. */
#define BAD(r, s, ...)                                                                             \
	problem_error((r)->problems, reader_origin((r), (s)).file, config_setting_source_line(s),  \
	    __VA_ARGS__)

/* ---- configfiles ---- */

/* Looks at a file and all it includes, before libconfig does: what cannot be read, includes that
 * would end the program in it, numbers that it would wrap. `from` and its line include it; NULL, 0
 * and depth 0 for the configuration itself. */
void reader_check(
    struct reader *r, const char *file, const char *from, unsigned from_line, unsigned depth);

/* A path as an include means it; malloc'ed, or NULL. */
char *reader_joined(const char *directory, const char *path, size_t len);

/* Takes a malloc'ed name over; what it returns lives as long as the configuration. */
const char *reader_intern(const struct reader *r, char *text);

/* ---- configvalues ---- */

/* A file as the user would name it, from libconfig's name for it. */
const char *reader_name(const struct reader *r, const char *file);
struct origin reader_origin(const struct reader *r, const config_setting_t *s);

/* malloc'ed, or NULL. */
char *reader_absolute(const struct reader *r, const char *path);

/* Reads one setting if the table has its name. */
bool reader_set(
    const struct reader *r, const struct key_table *table, void *base, const config_setting_t *s);

/* Every key of the table that has a default and was not set. */
void reader_defaults(const struct reader *r, const struct key_table *table, void *base);

#endif
