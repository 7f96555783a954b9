/* session_page: the texts that a session writes into its page of the status area, for others to
 * read. Counters are written where they are counted. */
#ifndef SERVER_SESSION_PAGE_H
#define SERVER_SESSION_PAGE_H

#include "server/session_state.h"

/* What the certificate of the peer proves. */
void session_page_proof(const struct session *s);

/* Which file is being recorded; "" for none. */
void session_page_file(const struct session *s, const char *name);

/* The last that it writes. */
void session_page_ended(const struct session *s, const char *reason);

#endif
