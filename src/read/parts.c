/* parts: see parts.h. */
#include "read/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "index/frames.h"
#include "read/cut.h"

struct parts {
	struct stream model;
	struct extract_task task;
	int file;
	uint8_t *column;
	struct frames frames;
	bool *wanted;

	size_t next; /* frame that begins the next part to be opened */
	struct stream ahead[PARTS_AHEAD_MAX];
	size_t n;
};

/* ---- beginning and end ---- */

/* Frames that cannot be read are told of by the process that reads the whole. */
static bool is_worth_while(struct parts *p, const struct extract_task *t)
{
	if (!frames_read_entries(&p->frames, t->column, t->column_len))
		return false;
	p->wanted = cut_wanted(&p->frames, t->everything, t->from, t->to);
	return p->wanted && cut_pays(&p->frames, p->wanted);
}

struct parts *parts_new(const struct stream *model, int file, const struct extract_task *task)
{
	struct parts *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->file = -1;
	p->model = *model;
	p->task = *task;
	if (is_worth_while(p, task)) {
		p->file = fcntl(file, F_DUPFD_CLOEXEC, 0);
		p->column = malloc(task->column_len);
	}
	if (p->file >= 0 && p->column) {
		memcpy(p->column, task->column, task->column_len);
		p->task.column = p->column;
		return p;
	}
	parts_free(p);
	return NULL;
}

void parts_free(struct parts *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n; i++)
		stream_close(&p->ahead[i]);
	if (p->file >= 0)
		close(p->file);
	frames_free(&p->frames);
	free(p->column);
	free(p->wanted);
	free(p);
}

/* ---- one after another ---- */

static bool is_last_opened(const struct parts *p)
{
	return p->next >= p->frames.n;
}

bool parts_open(struct parts *p, struct stream *s)
{
	struct extract_task task = p->task;
	struct stream fresh = p->model;

	task.part = cut_next(&p->frames, p->wanted, p->next);
	fresh.continues = task.part.end < p->frames.n;
	if (!stream_open(&fresh, p->file, &task))
		return false;
	p->next = task.part.end;
	*s = fresh;
	return true;
}

/* Where no process can be started, the part is opened when it is its turn. */
void parts_work_ahead(struct parts *p, unsigned most)
{
	if (most > PARTS_AHEAD_MAX)
		most = PARTS_AHEAD_MAX;
	while (p->n < most && !is_last_opened(p) && parts_open(p, &p->ahead[p->n]))
		p->n++;
}

static bool take_ahead(struct parts *p, struct stream *s)
{
	if (p->n == 0)
		return parts_open(p, s);
	*s = p->ahead[0];
	memmove(p->ahead, p->ahead + 1, --p->n * sizeof(*p->ahead));
	return true;
}

bool parts_next(struct parts *p, struct stream *s)
{
	struct stream next;

	if (!s->whole || !s->continues)
		return false;
	if (!take_ahead(p, &next)) {
		s->ops->trouble(s->ops->of, s->path, s->told.offset, 0, strerror(errno));
		return false;
	}
	stream_go_behind(&next, s);
	stream_close(s);
	*s = next;
	return true;
}
