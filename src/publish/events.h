/* events: the lines of the publisher's log, one function for each.
 *
 * Refuses to decide what is worth a line. Names and reasons that come from elsewhere are quoted. */
#ifndef PUBLISH_EVENTS_H
#define PUBLISH_EVENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"
#include "publish/recordings.h"

void event_publishing(const char *address, const struct config *c);

/* What is told to subscribers as well. */
void event_connected(const char *client);
void event_disconnected(const char *client);
void event_following(const struct recording *k);
void event_published(const struct recording *k);

/* The rest of a capture cannot be read; its reader has failed, or sent what it must not send. */
void event_unreadable(const struct recording *k);
void event_reader_failed(const struct recording *k);
/* A capture that cannot be followed. */
void event_not_followed(const char *directory, const char *name, const char *reason);
/* Of a directory, once until it changes. */
void event_directory(const char *text);
/* There is no status area to read; NULL: there is again. */
void event_status(const char *why);
/* More has happened in the directories than the kernel could tell. */
void event_overflow(void);

/* The process that talks to subscribers has ended by itself, and is started again. */
void event_sender_failed(void);

void event_reload(const struct config *c);
void event_not_reloaded(void);
void event_stopped(void);
void event_failed(const char *reason);

#endif
