/* used: see used.h. */
#include "archive/used.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/named.h"
#include "archive/walk.h"
#include "base/ownname.h"

/* Also where its own names were not copied or restored with the files: an index without them would
 * be made, and retention would not know them. */
bool used_has_files(int dir)
{
	static struct walk w;
	struct named name;
	enum walk_status st;
	bool found = false;

	if (!walk_begin(&w, dir))
		return false;
	while (!found && (st = walk_next(&w)) != WALK_END)
		found = st == WALK_FILE && named_parse(w.path, &name);
	walk_end(&w);
	return found;
}

/* A crash of the start leaves no index, or an empty one; but then there is no directory of files in
 * work either, which is made behind it. */
bool used_before(int dir)
{
	return faccessat(dir, OWNNAME_WORK, F_OK, AT_SYMLINK_NOFOLLOW) == 0 || used_has_files(dir);
}

bool used_lacks_index(const char *path)
{
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;
	bool lacks;

	if (dir < 0)
		return false;
	lacks = fstatat(dir, OWNNAME_INDEX, &st, 0) < 0 ? errno == ENOENT : st.st_size == 0;
	lacks = lacks && used_has_files(dir);
	close(dir);
	return lacks;
}
