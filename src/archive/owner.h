/* owner: whose a capture is, by its name and the configuration. Pure. */
#ifndef ARCHIVE_OWNER_H
#define ARCHIVE_OWNER_H

#include "capture/capname.h"
#include "config/config.h"

/* A client of the list, or what the name says where the list has changed since. stem: of the
 * capture's name; address: "" unless it is of one host of a network. */
void owner_find(const struct config *config, const char *stem, char client[CAPNAME_STEM_MAX],
    char address[ADDR_TEXT_MAX]);

#endif
