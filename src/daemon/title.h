/* title: what ps(1) shows of a process.
 *
 * A process may tell Linux where its command line lies (PR_SET_MM_MAP, prctl(2)), without any
 * privilege where the kernel was built with CONFIG_CHECKPOINT_RESTORE. So a title lies where its
 * owner puts it, in a page of the stack that the process writes anyway: overwriting the command
 * line of the start would copy a page for each child. Where the kernel does not have it, the
 * command line stays. Refuses to have an opinion on what is said. */
#ifndef DAEMON_TITLE_H
#define DAEMON_TITLE_H

#define TITLE_MAX 192

/* On the stack of a function that does not return while the process lives: the kernel shows neither
 * static nor shared memory. */
struct title {
	char text[TITLE_MAX];
};

/* Once, before the first title, with /proc in reach; otherwise no title is ever shown. They begin
 * with the name of the program, a short text that stays valid, and a colon. */
void title_prepare(const char *program);

/* What stands behind that; cut where it is too long, '?' for what is not printable. Of a title that
 * is shown, too. */
__attribute__((format(printf, 2, 3))) void title_set(struct title *t, const char *fmt, ...);

/* In this process, and in those that it forks, until they show another. Before the sandbox of a
 * child. */
void title_show(const struct title *t);

#endif
