/* configcheck: what one key alone cannot tell: names, addresses and keys that need each other. */
#ifndef CONFIGCHECK_H
#define CONFIGCHECK_H

#include "config/config.h"

/* Adds what it finds. The configuration was read without an error. */
void config_check(const struct config *c, struct problems *problems);

#endif
