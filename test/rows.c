/* rows: sends a table of streams to a server, one connection after the other, for the tests.
 * usage: rows HOST PORT <TABLE
 *
 * TABLE has a line a row: the address to connect from, items of `stream` that are good, items that
 * follow them, items whose capture file is wanted ("": of the good ones); with tabs between. After
 * each row the bystander, a `peer -l`, sends a record more (bystander.in, bystander.sent).
 *
 * Of row K it writes row/K.want, the capture file that is wanted, and row/K.facts: how many frames,
 * bytes and packets the good items are, and how long the bystander's capture file must be by then.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "frames.h"
#include "items.h"

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "rows: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void put(const char *name, const char *mode, const struct bytebuf *b)
{
	FILE *f = fopen(name, mode);

	if (!f || (b->len > 0 && fwrite(b->at, 1, b->len, f) != b->len) || fclose(f) != 0)
		die(name);
}

/* Items with spaces between, behind what is there. */
static void add_items(struct bytebuf *b, const char *items)
{
	char *copy = strdup(items), *save;

	for (char *one = strtok_r(copy, " ", &save); one; one = strtok_r(NULL, " ", &save))
		items_add(b, one);
	free(copy);
}

static struct sockaddr_in address(const char *host, const char *port)
{
	struct sockaddr_in a = {
	    .sin_family = AF_INET, .sin_port = htons((uint16_t)strtoul(port, NULL, 10))};

	errno = EINVAL;
	if (inet_pton(AF_INET, host, &a.sin_addr) != 1)
		die(host);
	return a;
}

/* Everything, then the end; returns when the server has closed, or will not. */
static void converse(const char *from, const struct sockaddr_in *to, const struct bytebuf *b)
{
	const char *patience = getenv("PATIENCE");
	const struct timeval limit = {.tv_sec = patience ? atol(patience) : 30};
	struct sockaddr_in self = address(from, "0");
	char said[4096];
	ssize_t n = 1;
	int s = socket(AF_INET, SOCK_STREAM, 0);

	if (s < 0 || bind(s, (struct sockaddr *)&self, sizeof(self)) < 0 ||
	    connect(s, (const struct sockaddr *)to, sizeof(*to)) < 0)
		die(from);
	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	for (size_t at = 0; at < b->len && n > 0; at += n > 0 ? (size_t)n : 0)
		n = write(s, b->at + at, b->len - at); /* or the server does not want the rest */
	shutdown(s, SHUT_WR);
	while (read(s, said, sizeof(said)) > 0)
		;
	close(s);
}

static void tell_facts(unsigned long row, const struct bytebuf *good, size_t recorded)
{
	unsigned long frames = 0, packets = 0;
	char name[64];
	struct frame f;
	FILE *out;

	for (size_t at = 0; frames_next(good, &at, &f); frames++)
		packets += f.type == 1;
	snprintf(name, sizeof(name), "row/%lu.facts", row);
	out = fopen(name, "w");
	if (!out || fprintf(out, "%lu %zu %lu %zu\n", frames, good->len, packets, recorded) < 0 ||
	    fclose(out) != 0)
		die(name);
}

static void read_file(struct bytebuf *b, const char *name)
{
	FILE *f = fopen(name, "rb");

	if (!f)
		die(name);
	bytebuf_read(b, f);
	fclose(f);
}

/* How long the bystander's capture file is before the first row. */
static size_t recorded_before(void)
{
	struct bytebuf sent = {0}, file = {0};

	read_file(&sent, "bystander.sent");
	frames_capture(&sent, 1, &file);
	free(sent.at);
	free(file.at);
	return file.len;
}

/* A record more of the bystander. Returns by how much its capture file grows. */
static size_t go_on(unsigned long row)
{
	struct bytebuf piece = {0};
	char number[64];

	snprintf(number, sizeof(number), "number=%lu", row + 1000);
	items_begin();
	items_add(&piece, number);
	items_add(&piece, "rec");
	put("bystander.sent", "ab", &piece);
	put("bystander.in", "wb", &piece);
	free(piece.at);
	return piece.len - 4;
}

/* A row's fields: what is sent, what is wanted of it. */
static void do_row(unsigned long row, char *line, const struct sockaddr_in *to, size_t *recorded)
{
	char *field[4] = {line, (char *)"", (char *)"", (char *)""}, name[64];
	struct bytebuf good = {0}, all = {0}, wanted = {0}, want = {0};

	for (int i = 1; i < 4 && (line = strchr(field[i - 1], '\t')) != NULL; i++) {
		*line = '\0';
		field[i] = line + 1;
	}
	items_begin();
	add_items(&wanted, *field[3] ? field[3] : field[1]);
	frames_capture(&wanted, 1, &want);
	snprintf(name, sizeof(name), "row/%lu.want", row);
	put(name, "wb", &want);
	items_begin();
	add_items(&good, field[1]);
	bytebuf_add(&all, good.at, good.len);
	add_items(&all, field[2]);
	converse(field[0], to, &all);
	*recorded += go_on(row);
	tell_facts(row, &good, *recorded);
	free(good.at);
	free(all.at);
	free(wanted.at);
	free(want.at);
}

int main(int argc, char **argv)
{
	struct sockaddr_in to;
	size_t size = 0, recorded;
	char *line = NULL;
	ssize_t n;

	if (argc != 3) {
		fputs("usage: rows HOST PORT <TABLE\n", stderr);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	mkdir("row", 0777);
	to = address(argv[1], argv[2]);
	recorded = recorded_before();
	for (unsigned long row = 1; (n = getline(&line, &size, stdin)) > 0; row++) {
		line[strcspn(line, "\n")] = '\0';
		do_row(row, line, &to, &recorded);
	}
	free(line);
	return 0;
}
