/* items: makes an osmo-pcap stream, well-formed or not, of words; test/stream.c says which. Ends
 * the program with a word that it does not know. */
#ifndef TEST_ITEMS_H
#define TEST_ITEMS_H

#include "bytebuf.h"

/* Begins anew: little endian, the next packet is number 1. */
void items_begin(void);

/* What one item is, behind the bytes that are there. */
void items_add(struct bytebuf *out, const char *item);

#endif
