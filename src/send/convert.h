/* send_convert: old and modified pcap as ordinary pcap, which every program reads.
 *
 * Ordinary is version 2.4 with record headers of 16 bytes. Byte order, times and both lengths of a
 * packet stay what they are; of a modified record header the interface's number, the protocol and
 * the packet type go, for which ordinary pcap has no place. Pure: works in place on memory of the
 * caller, makes nothing longer. Refuses to read a header: capture/pcap.h does. */
#ifndef SEND_CONVERT_H
#define SEND_CONVERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/pcap.h"

/* Whether there is nothing to convert. */
bool send_convert_ordinary(const struct pcap *h);

/* The file header of h at p, PCAP_HEADER bytes. */
void send_convert_header(const struct pcap *h, uint8_t *p);

/* A whole record at p, *len bytes. Returns where it begins now, within the same bytes. */
uint8_t *send_convert_record(const struct pcap *h, uint8_t *p, size_t *len);

#endif
