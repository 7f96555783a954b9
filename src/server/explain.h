/* explain: what would become of a connection from an address, and why: for --explain.
 *
 * From the configuration alone, by the code that admits connections: the list of clients, the names
 * in a certificate, the periods and names of files. Refuses to open anything but the certificate
 * that it is given, so it does not say whether an authority in capath has signed that, whether it
 * is revoked, and whether directories are there. */
#ifndef SERVER_EXPLAIN_H
#define SERVER_EXPLAIN_H

#include <stdio.h>
#include <time.h>

#include "base/addr.h"
#include "config/config.h"

struct explain_question {
	struct addr peer;
	const char *certificate; /* a file in PEM form; NULL: none */
	time_t at;               /* when the connection and its first packet come */
};

/* The question of a command line; at NULL: now. NULL, or what is wrong with *word. */
const char *explain_ask(struct explain_question *q, const char *address, const char *certificate,
    const char *at, const char **word);

enum explain_answer {
	EXPLAIN_ADMITTED,
	EXPLAIN_REFUSED,
	EXPLAIN_UNREADABLE /* the certificate, for the reason that `why` has */
};

#define EXPLAIN_WHY_MAX 600

/* Prints the answer as lines "name: value". */
enum explain_answer explain(
    const struct config *c, const struct explain_question *q, FILE *out, char why[EXPLAIN_WHY_MAX]);

#endif
