/* check: what one key alone cannot tell: names, addresses and keys that need each other.
 *
 * Refuses to change the configuration, and to look at what it names (directories, certificates). */
#ifndef CONFIG_CHECK_H
#define CONFIG_CHECK_H

#include "config/config.h"

/* Adds what it finds, also in a configuration whose reading found errors. */
void config_check(const struct config *c, struct problems *problems);

#endif
