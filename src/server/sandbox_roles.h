/* sandbox_roles: what each kind of process of osmo-pcap-server may do once it is locked in.
 *
 * Which system calls, with the reason beside each; which limits; whether files are Landlock's. A
 * system call that a process needs is added to its table in sandbox_roles.c; those that every
 * process needs are in daemon/seccomp.c (common). How that is enforced is daemon/sandbox's. Refuses
 * to decide when: each process locks itself in when it has opened all that it needs. */
#ifndef SERVER_SANDBOX_ROLES_H
#define SERVER_SANDBOX_ROLES_H

#include "daemon/sandbox.h"

extern const struct sandbox_role
    role_master,   /* seccomp only, and errors instead of death: a reload opens new paths */
    role_session,  /* creates in one directory, renames into another; see roles_enter_session() */
    role_doorman,  /* reads one connection, and no files at all */
    role_keeper,   /* no files at all */
    role_repair,   /* finishes files in all directories of its configuration */
    role_compiler; /* has libpcap compile a filter: no files at all */

/* sandbox_prepare() for all of them. */
void roles_prepare(char lacking[SANDBOX_LACKING_MAX]);

/* sandbox_enter() of a session. base, done: its directories, the same where files stay, -1 for
 * none. may_link: files may be moved by link and unlink. rules: their ruleset, which is closed.
 * channel: to the master, -1: there is none. */
const char *roles_enter_session(int base, int done, bool may_link, int channel, int rules);

/* The same of a doorman. connection: what it reads; rules: a ruleset without a directory. */
const char *roles_enter_doorman(int connection, int rules);

/* The same of repair. */
const char *roles_enter_repair(bool may_link, int rules);

#endif
