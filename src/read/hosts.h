/* hosts: which hosts of networks are known, from captures of whatever time.
 *
 * A capture is named after its host, in the directories and in the index: so a host that has sent
 * once can be told of as silent, as a client of the configuration can; nothing else lists the hosts
 * of a network. Refuses to say what they have sent, and when. */
#ifndef READ_HOSTS_H
#define READ_HOSTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/region.h"
#include "config/config.h"
#include "index/store.h"
#include "view/pattern.h"
#include "read/loose.h"

struct host {
	const char *client, *address;
};

/* In their order, each once. */
struct hosts {
	struct region *region;
	struct host *v;
	size_t n;
};

/* Those that the patterns mean, in networks that are recorded. store: NULL where there is none.
 * False: no memory (the store has no reason), or the index cannot be read. */
bool hosts_find(struct hosts *h, const struct config *config, const struct looses *loose,
    struct store *store, struct patterns *patterns);

/* Notes in the patterns which of them mean a host that the index knows. False: it cannot be read.
 */
bool hosts_note(struct store *store, struct patterns *patterns);

#endif
