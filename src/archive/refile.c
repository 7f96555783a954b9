/* refile: see refile.h. */
#include "archive/refile.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/capfile.h"

/* What the archive would have made of the name of a capture that is not compressed. */
static void name_it(
    struct refile *f, const struct config *c, const char *name, const struct stat *st)
{
	struct report_names *n = &f->names;

	*n = (struct report_names){.ended = st->st_mtim.tv_sec, .archived = st->st_ctim.tv_sec};
	snprintf(n->name, sizeof(n->name), "%s", name ? name : f->named.name);
	config_owner(c, f->named.parts.stem, n->client, n->address);
}

static const char *why_not(int error)
{
	return error == ELOOP || error == ENOTDIR ? "it is no regular file" : strerror(error);
}

static enum refile_begun start(struct refile *f, int fd, struct worker *w, const char **why)
{
	struct job job = {.kind = f->named.compressed ? JOB_RECALL : JOB_SCAN,
	    .capture = fd,
	    .archived = -1,
	    .orphan = -1,
	    .names = {.kind = f->named.parts.kind}};

	if (worker_start(w, &job))
		return REFILE_READING;
	*why = strerror(errno);
	return REFILE_NO_WORKER;
}

enum refile_begun refile_begin(struct refile *f, struct depot *depot, const struct config *config,
    const char *name, struct worker *w, const char **why)
{
	int fd = depot_file(depot, f->path);
	enum refile_begun begun;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		begun = fd < 0 && errno == ENOENT ? REFILE_MISSING : REFILE_UNREADABLE;
		*why = fd < 0 ? why_not(errno) : why_not(ELOOP);
	} else if (st.st_mode & CAPFILE_MARK) {
		begun = REFILE_RECORDING;
		*why = "it is being recorded, or waits for repair: left alone";
	} else {
		name_it(f, config, name, &st);
		f->stored = (uint64_t)st.st_size;
		f->changed = st.st_ctim.tv_sec;
		begun = start(f, fd, w, why);
	}
	if (fd >= 0)
		close(fd);
	return begun;
}

/* What a worker has read may be anything. */
static const char *wrong_with(
    const struct refile *f, const struct report *report, const struct report_names *names)
{
	if (!report)
		return "its worker failed";
	if (!report->ok)
		return report->reason;
	if (report->stored != f->stored)
		return "it has changed while it was read";
	if (named_agrees(&f->named, names->client, names->address, names->name))
		return NULL;
	return f->named.compressed ? "its metadata are of another file"
				   : "no client can be called so";
}

const char *refile_end(const struct refile *f, const struct report *report, const uint8_t *profile,
    const uint8_t *frames, struct store_file *row)
{
	const struct report_names *names =
	    f->named.compressed && report ? &report->names : &f->names;
	const char *why = wrong_with(f, report, names);

	if (why)
		return why;
	*row = (struct store_file){.client = names->client,
	    .address = names->address,
	    .name = names->name,
	    .path = f->path,
	    .compressed = f->named.compressed,
	    /* one that ended later would stay for ever, and a worker may have written anything */
	    .ended = names->ended < f->changed ? names->ended : f->changed,
	    .archived = names->archived,
	    .stored = report->stored,
	    .facts = &report->facts,
	    .sha256 = report->sha256,
	    .profile = profile,
	    .profile_len = report->profile_len,
	    .frames = frames,
	    .frames_len = report->frames_len};
	return NULL;
}
