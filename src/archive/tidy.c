/* tidy: see tidy.h. */
#include "archive/tidy.h"

#include <stdlib.h>
#include <string.h>

/* Without its last part; false: that is all there is. */
static bool go_up(char *path)
{
	char *slash = strrchr(path, '/');

	if (!slash)
		return false;
	*slash = '\0';
	return true;
}

void tidy_note(struct tidy *t, const char *path)
{
	char *directory = t->n < TIDY_MAX ? strdup(path) : NULL;
	bool is_new = directory && go_up(directory);

	for (unsigned i = 0; is_new && i < t->n; i++)
		is_new = strcmp(t->directory[i], directory) != 0;
	if (is_new)
		t->directory[t->n++] = directory;
	else
		free(directory);
}

static bool remove_empty(struct depot *depot, const char *path)
{
	bool has;

	return store_has_beneath(depot->store, path, &has) && !has &&
	       depot_remove_directory(depot, path);
}

void tidy_run(struct tidy *t, struct depot *depot)
{
	for (unsigned i = 0; i < t->n; i++)
		while (remove_empty(depot, t->directory[i]) && go_up(t->directory[i]))
			;
	tidy_forget(t);
}

void tidy_forget(struct tidy *t)
{
	while (t->n > 0)
		free(t->directory[--t->n]);
}
