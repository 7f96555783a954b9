/* processors: how many of them there are to work with. */
#ifndef BASE_PROCESSORS_H
#define BASE_PROCESSORS_H

/* Those that are online: at least 1, at most `most`. */
unsigned processors_online(unsigned most);

#endif
