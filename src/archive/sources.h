/* sources: the directories in which finished captures arrive, and what lies in them.
 *
 * Each completed-path of a configuration (base-path where files stay there); those that are the
 * same directory, by a link say, are listed once, as long as they are. Lists names one after
 * another, so that a million of them need no memory, and says when new ones have come. Refuses to
 * look at files: take does. */
#ifndef ARCHIVE_SOURCES_H
#define ARCHIVE_SOURCES_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/problem.h"
#include "config/config.h"

struct source {
	const char *path; /* the configuration's */
	int dir;
	dev_t device; /* of dir */
	ino_t inode;
	int watch;      /* of inotify; -1: there is none */
	int error;      /* errno: its captures cannot be looked for; 0: they can */
	int told;       /* the caller's: the last error that was told */
	bool replaced;  /* another directory has its path */
	bool followed;  /* that one was opened; the caller takes it off */
	bool recording; /* it is a base-path as well: what is marked there is not finished */
};

struct sources {
	struct source *v; /* in the configuration's region */
	size_t n, at;     /* at: the one that the round is in */
	DIR *list;        /* of it; NULL: not begun */
	int inotify;      /* readable when something has arrived; -1: there is no inotify */
};

/* Every directory that cannot be opened is a problem, told once. False: there is one, and nothing
 * but sources_close() may follow. */
bool sources_open(struct sources *s, const struct config *c, struct problems *problems);
void sources_close(struct sources *s);

/* Looks at each path: is it still the directory that is open? True: one was replaced, and
 * sources_reopen() should follow, when nothing that lies there is at work. What is not there any
 * more, or not to be reached, is passed over until it is there again. */
bool sources_look(struct sources *s);
void sources_reopen(struct sources *s, const struct config *c);

/* A new round, from the first name on. */
void sources_begin(struct sources *s);

/* The next name of the round, and its directory; NULL at the end. Valid until the next call. */
const char *sources_next(struct sources *s, const struct source **where);

/* Takes what inotify has to say; true when another round is worth while. */
bool sources_have_news(struct sources *s);

#endif
