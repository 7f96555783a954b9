/* exitcode: exit statuses of the programs. */
#ifndef EXITCODE_H
#define EXITCODE_H

enum exitcode {
	EXITCODE_OK = 0,      /* done, or ended as it was told to */
	EXITCODE_FAILURE = 1, /* failure at run time, with the reason */
	EXITCODE_USAGE = 2,
	EXITCODE_CONFIG = 78 /* sysexits.h: EX_CONFIG */
};

#endif
