/* expand: letters behind percent signs, and words in braces, in a setting, replaced.
 *
 * Pure; refuses to know whether a directory or a program is there. */
#ifndef BASE_EXPAND_H
#define BASE_EXPAND_H

#include <stdbool.h>
#include <stddef.h>

/* "directories": %c becomes the client, %Y %m %d %H come from `stamp`, the end of a capture's name
 * without number and suffix; "%%" is a percent sign. False when it does not fit. */
bool expand_directories(
    const char *pattern, const char *client, const char *stamp, char *out, size_t size);

/* NULL, or what is wrong with a pattern: other letters, an absolute path, an empty part, "." or
 * "..". */
const char *expand_check(const char *pattern);

/* "command": what stands for {path} and so on, in an argument. */
enum expand_word {
	EXPAND_PATH,
	EXPAND_CLIENT,
	EXPAND_ADDRESS,
	EXPAND_NAME,
	EXPAND_SHA256,
	EXPAND_FIRST,
	EXPAND_LAST,
	EXPAND_WORDS
};

/* "{{" is a brace. False when it does not fit. */
bool expand_argument(
    const char *argument, const char *const value[EXPAND_WORDS], char *out, size_t size);

/* How many bytes that takes, with a NUL. */
size_t expand_argument_size(const char *argument, const char *const value[EXPAND_WORDS]);

/* NULL, or what is wrong with an argument: a brace that begins none of the words. */
const char *expand_argument_check(const char *argument);

#endif
