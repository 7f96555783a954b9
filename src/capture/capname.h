/* capname: the names of capture files.
 *
 *   trace-NAME-YYYYMMDD_HHMMSS.pcap, then …_HHMMSS_001.pcap, _002 …   (or .pcapng)
 *
 * Byte for byte, order by name is order of time as long as a number has three digits. Earlier
 * versions wrote …_HHMMSS-1.pcap, -2 …: such names are parsed, and no longer made.
 *
 * NAME is the client's name, with "-ADDRESS" behind it where one entry of the list stands for a
 * network (':' becomes '_'). Refuses to look whether a name is taken: capfile does. Pure: the
 * broken-down time is an argument. */
#ifndef CAPTURE_CAPNAME_H
#define CAPTURE_CAPNAME_H

#include <stdbool.h>
#include <time.h>

#include "base/addr.h"
#include "capture/format.h"
#include "base/parse.h"

#define CAPNAME_STEM_MAX  (PARSE_NAME_MAX + 1 + ADDR_TEXT_MAX) /* NAME-ADDRESS */
#define CAPNAME_STAMP_MAX (6 + CAPNAME_STEM_MAX + 32)          /* trace-…-YYYYMMDD_HHMMSS */
#define CAPNAME_MAX       (CAPNAME_STAMP_MAX + 11 + 8)         /* _NUMBER.pcapng */

/* The NAME part, without the address when it is NULL. */
void capname_stem(const char *client, const struct addr *address, char out[CAPNAME_STEM_MAX]);

/* The reverse: the length of NAME in NAME-ADDRESS; 0 when it ends in no address. */
size_t capname_stem_parse(const char *stem, struct addr *address);

/* number 0: no number. */
void capname_make(const char *stem, const struct tm *local, enum format_kind kind, unsigned number,
    char out[CAPNAME_MAX]);

/* The parts of a file name, if it is one of ours, in the form of now or of earlier versions. */
struct capname {
	char stem[CAPNAME_STEM_MAX];
	char stamp[CAPNAME_STAMP_MAX]; /* "trace-STEM-YYYYMMDD_HHMMSS" */
	enum format_kind kind;
	unsigned number;
};
bool capname_parse(const char *name, struct capname *out);

/* Of a name that was parsed: "YYYYMMDD_HHMMSS". */
const char *capname_time(const struct capname *c);

/* Whether it has the form of such a name, with whatever for NAME: also what no client can be
 * called.
 */
bool capname_resembles(const char *name);

/* The same name with another number, in the form that is made now. */
void capname_renumber(const struct capname *c, unsigned number, char out[CAPNAME_MAX]);

#endif
