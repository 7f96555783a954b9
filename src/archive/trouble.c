/* trouble: see trouble.h. */
#include "archive/trouble.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/events.h"
#include "base/io.h"

#define TOLD_MS      3600000 /* the log says why again so long after */
#define FORGOTTEN_MS 600000  /* so long after that it is not there any more */

bool trouble_is_left(struct trouble *b, int dir, const char *name)
{
	struct stat st;

	if (b->left->n == 0 || fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !memo_find(b->left, &st))
		return false;
	if (unlinkat(dir, name, 0) == 0) {
		memo_drop(b->left, &st);
		event_removed(name);
	}
	return true;
}

bool trouble_is_failing(struct trouble *b, int dir, const char *name)
{
	int64_t now = io_monotonic_ms();
	struct memo_file *f;
	struct stat st;

	if (b->failing->n == 0 || fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	f = memo_find(b->failing, &st);
	if (room_may_have(&b->fits, S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0, now) &&
	    (!f || f->due <= now))
		return false;
	b->failed++;
	return true;
}

void trouble_failed(struct trouble *b, const struct take *t, int64_t pause)
{
	int64_t now = io_monotonic_ms();
	struct memo_file *f;

	b->failed++;
	if (b->failing->n == MEMO_MAX)
		memo_forget(b->failing, now - FORGOTTEN_MS);
	f = t->st.st_ino ? memo_add(b->failing, &t->st) : NULL;
	if (f)
		f->due = now + pause;
	if (f && f->told && now - f->told < TOLD_MS)
		return;
	if (f)
		f->told = now;
	event_not_archived(t);
}

void trouble_left(struct trouble *b, const struct take *t)
{
	memo_add(b->left, &t->st);
}

void trouble_is_over(struct trouble *b, const struct take *t)
{
	memo_drop(b->failing, &t->st);
}

/* Whoever makes such names can make many: of those that come when the list is full there is one
 * line. */
void trouble_refused(struct trouble *b, const struct take *t)
{
	for (unsigned i = 0; i < b->nrefused && i < TROUBLE_REFUSED; i++)
		if (b->refused[i].device == t->st.st_dev && b->refused[i].inode == t->st.st_ino)
			return;
	if (b->nrefused > TROUBLE_REFUSED)
		return;
	if (b->nrefused == TROUBLE_REFUSED) {
		event_more_refused();
	} else {
		b->refused[b->nrefused] =
		    (struct trouble_file){.device = t->st.st_dev, .inode = t->st.st_ino};
		event_refused(t);
	}
	b->nrefused++;
}

void trouble_forget(struct trouble *b)
{
	memo_free(b->failing);
	b->fits = (struct room){0};
}
