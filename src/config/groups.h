/* groups: the groups of a configuration, from libconfig's tree into the structures.
 *
 * Finds the table of keys for each group, and names what stands where it does not belong. Refuses
 * to judge values (values does) and to compare keys (check does). */
#ifndef CONFIG_GROUPS_H
#define CONFIG_GROUPS_H

#include "config/values.h"

/* Sets what stands in the file, and nothing else: no defaults but a client's. */
void groups_read(const struct reader *r, struct config *c, const config_setting_t *root);

#endif
