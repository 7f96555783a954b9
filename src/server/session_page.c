/* session_page: see session_page.h. */
#include "server/session_page.h"

#include <stdio.h>
#include <time.h>

#define PUT(to, text) snprintf((to), sizeof(to), "%s", (text))

void session_page_proof(const struct session *s)
{
	struct status_page *p = s->channel->page;

	status_write_begin(&p->seq);
	PUT(p->protocol, s->tls.protocol);
	PUT(p->subject, s->tls.subject);
	PUT(p->fingerprint, s->tls.fingerprint);
	p->expires_unix = s->tls.expires;
	status_write_end(&p->seq);
}

void session_page_file(const struct session *s, const char *name)
{
	struct status_page *p = s->channel->page;

	status_write_begin(&p->seq);
	PUT(p->file, name);
	p->file_unix = name[0] ? time(NULL) : 0;
	status_write_end(&p->seq);
}

void session_page_ended(const struct session *s, const char *reason)
{
	struct status_page *p = s->channel->page;

	status_write_begin(&p->seq);
	PUT(p->reason, reason);
	p->file[0] = '\0';
	p->ended = 1;
	status_write_end(&p->seq);
}
