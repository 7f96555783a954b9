/* reload: a new configuration, all of it or none.
 *
 * Everything is opened beside what is in use, which stays when there is an error. Refuses to say
 * what it means for recordings that run: reload_children does. */
#ifndef SERVER_RELOAD_H
#define SERVER_RELOAD_H

struct master;

void reload(struct master *m);

/* Warns when the limit of descriptors is too low for the configuration. */
void reload_check_descriptors(const struct master *m);

#endif
