/* test_trial: a rename between directories is tried, and leaves nothing. */
#include "tap.h"
#include "support.h"

#include "server/trial.h"

static unsigned count(int at)
{
	DIR *d = fdopendir(openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	unsigned n = 0;

	while (d && readdir(d))
		n++;
	closedir(d);
	return n - 2;
}

static int directory(int at, const char *name)
{
	mkdirat(at, name, 0755);
	return openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int main(void)
{
	static const int passing[] = {ENOSPC, EDQUOT, EMFILE, ENFILE, ENOMEM},
			 lasting[] = {EACCES, EPERM, EROFS, EINVAL, ENOENT, EIO};
	char *dir = temporary_directory(), name[TRIAL_MAX], other[TRIAL_MAX];
	int at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int base = directory(at, "base"), done = directory(at, "done");
	struct stat st;

	for (size_t i = 0; i < COUNT(passing); i++)
		OK(trial_is_transient(passing[i]), "%s may pass", strerror(passing[i]));
	for (size_t i = 0; i < COUNT(lasting); i++)
		OK(!trial_is_transient(lasting[i]), "%s is of the directories",
		    strerror(lasting[i]));

	OK(trial_rename(base, done, NULL), "a name that there is not can be moved");
	IS_INT(count(base) + count(done), 0, "which makes nothing");
	OK(!trial_create(base, name) && fstatat(base, name, &st, 0) == 0 &&
		(st.st_mode & 07777) == 01600,
	    "a file with the mark");
	OK(!trial_create(base, other) && strcmp(name, other) != 0, "the name is another each time");
	OK(trial_rename(base, done, name) && trial_rename(base, done, other), "they can be moved");
	IS_INT(count(base) + count(done), 0, "and are gone");
	trial_create(base, name);
	write_file(done, name, "x", 1);
	OK(!trial_rename(base, done, name) && errno == EEXIST, "nothing is replaced");
	IS_INT(count(base), 0, "what could not be moved is gone, too");
	IS_INT(count(done), 1, "what was there stays");
	remove_directory(dir);
	return tap_done();
}
