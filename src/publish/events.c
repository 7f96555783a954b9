/* events: see events.h. */
#include "publish/events.h"

#include <inttypes.h>

#include "base/log.h"

void event_publishing(const char *address, const struct config *c)
{
	log_line(LVL_NOTICE, "publishing address=%s clients=%zu queue=%u", address, c->nclients,
	    c->publisher.queue);
}

void event_connected(const char *client)
{
	log_line(LVL_DEBUG, "connect client=%s", client);
}

void event_disconnected(const char *client)
{
	log_line(LVL_DEBUG, "disconnect client=%s", client);
}

void event_following(const struct recording *k)
{
	log_line(LVL_DEBUG, "following client=%s path=%s", k->stem, LOG_QUOTE(k->path));
}

void event_published(const struct recording *k)
{
	log_line(LVL_DEBUG, "published client=%s path=%s bytes=%" PRIu64, k->stem,
	    LOG_QUOTE(k->path), k->size);
}

void event_unreadable(const struct recording *k)
{
	log_line(LVL_WARNING,
	    "warning client=%s path=%s reason=\"the rest of it cannot be read as a capture, and is "
	    "not published\"",
	    k->stem, LOG_QUOTE(k->path));
}

void event_reader_failed(const struct recording *k)
{
	log_line(LVL_ERROR,
	    "error client=%s path=%s reason=\"the process that reads it has failed: the rest of it "
	    "is not published\"",
	    k->stem, LOG_QUOTE(k->path));
}

void event_not_followed(const char *directory, const char *name, const char *reason)
{
	log_line(LVL_ERROR, "error directory=%s name=%s reason=%s", LOG_QUOTE(directory),
	    LOG_QUOTE(name), LOG_QUOTE(reason));
}

void event_directory(const char *text)
{
	log_line(LVL_WARNING, "waiting reason=%s", LOG_QUOTE(text));
}

void event_status(const char *why)
{
	if (why)
		log_line(LVL_NOTICE,
		    "waiting reason=\"no status area: until there is one, recordings alone tell of "
		    "connections\" status=%s",
		    LOG_QUOTE(why));
	else
		log_line(LVL_NOTICE, "status reason=\"there is a status area\"");
}

void event_overflow(void)
{
	log_line(LVL_WARNING,
	    "warning reason=\"too much at once has happened in the directories: captures that have "
	    "begun and ended meanwhile are not published\"");
}

void event_sender_failed(void)
{
	log_line(LVL_ERROR,
	    "error reason=\"the process that talks to subscribers has ended: it is started again, "
	    "and publishes what comes from then on\"");
}

void event_reload(const struct config *c)
{
	log_line(LVL_NOTICE, "reload clients=%zu", c->nclients);
}

void event_not_reloaded(void)
{
	log_line(LVL_ERROR, "error reason=\"not reloaded: the configuration stays as it was\"");
}

void event_stopped(void)
{
	log_line(LVL_NOTICE, "stopped");
}

void event_failed(const char *reason)
{
	log_line(LVL_ERROR, "error reason=%s", LOG_QUOTE(reason));
}
