/* area: prints a status area as src/status/layout.h describes it, for tests: a line for the server,
 * for each client and for each child.
 *
 * usage: area FILE        what is in it; exit status 3 when its sequence number never rested
 *        area -l FILE     "live" when its master is there, else "left"
 *        area -w FILE     reads it until standard input ends, and prints how often it did, and how
 *                         often that was not consistent: clients that are connected, and
 *                         established children, have to be as many
 */
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "status/check.h"

static struct picture {
	struct status_server head;
	struct status_child *child;
	struct status_page *page;
	struct status_client *client;
} now;

static void die(const char *what)
{
	fprintf(stderr, "area: %s\n", what);
	exit(2);
}

static void read_at(int fd, void *to, size_t len, uint64_t at)
{
	if (pread(fd, to, len, (off_t)at) != (ssize_t)len)
		die("it is too short");
}

static void *room(uint64_t n, size_t size)
{
	void *p = calloc(n + 1, size);

	if (!p)
		die("no memory");
	return p;
}

/* NULL, or what is wrong. */
static const char *copy(int fd, uint64_t size)
{
	struct status_server *h = &now.head;
	const char *wrong;

	read_at(fd, h, sizeof(*h), 0);
	wrong = status_check(h, size);
	if (wrong)
		return wrong;
	free(now.child);
	free(now.page);
	free(now.client);
	now.child = room(h->top, sizeof(*now.child));
	now.page = room(h->top, sizeof(*now.page));
	now.client = room(h->clients, sizeof(*now.client));
	for (uint64_t i = 0; i < h->top; i++) {
		read_at(fd, &now.child[i], sizeof(*now.child), h->child_at + i * h->child_size);
		read_at(fd, &now.page[i], sizeof(*now.page), h->page_at + i * h->page_step);
	}
	for (uint64_t i = 0; i < h->clients; i++)
		read_at(fd, &now.client[i], sizeof(*now.client), h->client_at + i * h->client_size);
	return NULL;
}

/* False: its sequence number never rested; what was there last was copied. */
static bool take(int fd)
{
	for (int i = 0; i < STATUS_TRIES; i++) {
		uint64_t before, after;
		struct stat st;
		const char *wrong;

		read_at(fd, &before, sizeof(before), offsetof(struct status_server, seq));
		if (fstat(fd, &st) < 0)
			die("fstat");
		wrong = copy(fd, (uint64_t)st.st_size);
		read_at(fd, &after, sizeof(after), offsetof(struct status_server, seq));
		if (before % 2 == 0 && before == after) {
			if (wrong)
				die(wrong);
			return true;
		}
		usleep(100);
	}
	return false;
}

/* Texts come from processes that may be hostile. */
static const char *text(char *s, size_t size)
{
	s[size - 1] = '\0';
	for (char *c = s; *c; c++)
		if (*c < ' ' || *c == 0x7f)
			*c = '?';
	return s;
}
#define TEXT(s) text((s), sizeof(s))

static void print(void)
{
	struct status_server *h = &now.head;

	printf("server pid=%" PRIu32 " state=%s generation=%" PRIu64 " reloads-failed=%" PRIu64
	       " connections=%" PRIu64 " unestablished=%" PRIu64 " accepted=%" PRIu64
	       " full=%" PRIu64 " inherited=%" PRIu32 " sandbox=%s listeners=%" PRIu64
	       " first=%s files-repaired=%" PRIu64 " lost=%" PRIu64,
	    h->pid, status_state_word(h->state), h->generation, h->reloads_failed, h->connections,
	    h->unestablished, h->accepted, h->full, h->inherited, TEXT(h->sandbox), h->listeners,
	    TEXT(h->listener[0]), h->repaired_files, h->log_lines_lost);
	for (uint32_t i = 0; i < STATUS_REFUSED; i++)
		printf(" refused-%s=%" PRIu64, status_refused_word(i), h->refused[i]);
	for (uint32_t i = 0; i < STATUS_ENDS; i++)
		printf(" ended-%s=%" PRIu64, status_end_word(i), h->ended[i]);
	putchar('\n');
	for (uint64_t i = 0; i < h->clients; i++) {
		struct status_client *c = &now.client[i];

		printf("client name=%s connected=%" PRIu64 " connections=%" PRIu64
		       " packets=%" PRIu64 " bytes=%" PRIu64 " files=%" PRIu64 " refused=%" PRIu64
		       " rejected=%" PRIu64 " heard=%d silent=%" PRIu32 " last-end=%s reason=%s\n",
		    TEXT(c->name), c->connected, c->connections, c->packets, c->bytes, c->files,
		    c->refused, c->rejected, c->last_packet_ms > 0, c->silent,
		    c->last_end_ms ? status_end_word(c->last_end) : "none", TEXT(c->last_reason));
	}
	for (uint64_t i = 0; i < h->top; i++) {
		struct status_child *k = &now.child[i];
		struct status_page *p = &now.page[i];

		if (k->state == STATUS_FREE)
			continue;
		printf("child client=%s row=%" PRId64 " pid=%" PRIu32
		       " peer=%s%s%s state=%s tls=%" PRIu32 " packets=%" PRIu64 " waiting=%" PRIu64
		       " ended=%" PRIu32 " file=%s protocol=%s subject=%s expires=%" PRId64 "\n",
		    TEXT(k->name), k->client == STATUS_NONE ? -1 : (int64_t)k->client, k->pid,
		    TEXT(k->peer), *TEXT(k->via) ? " via=" : "", k->via,
		    status_state_word(k->state), k->tls, stats_get(&p->stats.packets),
		    stats_get(&p->stats.waiting), p->ended, TEXT(p->file), TEXT(p->protocol),
		    TEXT(p->subject), p->expires_unix);
	}
}

static bool consistent(void)
{
	uint64_t connected = 0, established = 0;

	for (uint64_t i = 0; i < now.head.clients; i++)
		connected += now.client[i].connected;
	for (uint64_t i = 0; i < now.head.top; i++)
		established += now.child[i].state != STATUS_FREE && now.child[i].established_ms > 0;
	return connected == established;
}

static bool is_live(int fd)
{
	struct flock l = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_len = 1};

	if (fcntl(fd, F_GETLK, &l) < 0)
		die("F_GETLK");
	return l.l_type != F_UNLCK;
}

int main(int argc, char **argv)
{
	char mode = argc > 2 && argv[1][0] == '-' ? argv[1][1] : 'p';
	const char *file = argc > 1 ? argv[mode == 'p' ? 1 : 2] : "";
	int fd = open(file, O_RDONLY | O_CLOEXEC), times = 0, wrong = 0;
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};

	if (fd < 0)
		die("it cannot be opened");
	if (mode == 'l') {
		puts(is_live(fd) ? "live" : "left");
		return 0;
	}
	if (mode == 'w') {
		while (poll(&in, 1, 0) == 0) {
			wrong += !take(fd) || !consistent();
			times++;
		}
		printf("%d %d\n", times, wrong);
		return 0;
	}
	if (!take(fd)) {
		print();
		return 3;
	}
	print();
	return 0;
}
