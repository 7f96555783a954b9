/* option: an option of a command line whose value is empty.
 *
 * A script that gives '' has forgotten to set a variable, and an empty file name names nothing: it
 * is wrong usage, before anything is opened. Refuses to print. Source: getopt_long(3). Pure. */
#ifndef BASE_OPTION_H
#define BASE_OPTION_H

#include <getopt.h>

/* The long name of the option that getopt_long() has returned, when its value is empty. NULL: it is
 * not, or the option takes none. value: optarg. */
const char *option_empty(const struct option *longs, int option, const char *value);

#endif
