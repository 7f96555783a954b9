/* values: one setting, checked and put into its place.
 *
 * What is wrong with it becomes a problem with file and line. Refuses to know which settings belong
 * together. Only the files that read a configuration include this, and so libconfig. */
#ifndef CONFIG_VALUES_H
#define CONFIG_VALUES_H

#include <libconfig.h>

#include "config/keys.h"
#include "config/text.h"

/* What reading a configuration needs. All of it is the caller's. */
struct reader {
	struct region *region;   /* of the configuration */
	const struct text *text; /* which libconfig has read */
	const char *cwd;         /* to which relative paths are relative */
	struct problems *problems;
};

/* The setting s is wrong: file, line and text become a problem. */
#define SETTING_ERROR(r, s, ...)                                                                   \
	problem_error((r)->problems, setting_origin((r), (s)).file, setting_origin((r), (s)).line, \
	    __VA_ARGS__)

struct origin setting_origin(const struct reader *r, const config_setting_t *s);

/* A copy in the configuration's region, or NULL. */
const char *reader_absolute(const struct reader *r, const char *path);

/* Reads the setting if the table has its name; false: it has not. */
bool values_set(
    const struct reader *r, const struct key_table *table, void *base, const config_setting_t *s);

/* Every key of the table that has a default and was not set. */
void values_default(const struct reader *r, const struct key_table *table, void *base);

#endif
