/* exitcode: exit statuses of all programs, for whoever starts them.
 *
 * Not those of osmo-pcap-status --check (watch/verdict.h), nor of the server's children, which only
 * their master sees (server/childexit.h). */
#ifndef BASE_EXITCODE_H
#define BASE_EXITCODE_H

enum exitcode {
	EXITCODE_OK = 0,      /* done, or ended as it was told to */
	EXITCODE_FAILURE = 1, /* failure at run time, with the reason */
	EXITCODE_USAGE = 2,
	EXITCODE_CONFIG = 78 /* sysexits.h: EX_CONFIG */
};

#endif
