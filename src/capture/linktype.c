/* linktype: see linktype.h. */
#include "capture/linktype.h"

#include <stddef.h>

const char *linktype_name(uint32_t link_type)
{
	static const struct {
		uint32_t type;
		const char *name;
	} names[] = {
	    {0, "NULL"},
	    {1, "EN10MB"},
	    {9, "PPP"},
	    {12, "RAW"},
	    {101, "RAW"},
	    {105, "IEEE802_11"},
	    {108, "LOOP"},
	    {113, "LINUX_SLL"},
	    {127, "IEEE802_11_RADIO"},
	    {140, "MTP2"},
	    {141, "MTP3"},
	    {142, "SCCP"},
	    {177, "LINUX_LAPD"},
	    {217, "GSMTAP_UM"},
	    {218, "GSMTAP_ABIS"},
	    {228, "IPV4"},
	    {229, "IPV6"},
	    {249, "USBPCAP"},
	    {276, "LINUX_SLL2"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].type == link_type)
			return names[i].name;
	return NULL;
}
