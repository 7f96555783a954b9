/* test_status: which heads of a status area can be believed, whatever stands in them; and whether a
 * process is the one that a row speaks of. */
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"
#include "support.h"

#include "status/check.h"
#include "status/started.h"

#define PAGE 4096

/* Of a file with four slots and two clients; its length. */
static uint64_t sound(struct status_server *h)
{
	*h = (struct status_server){.version = STATUS_VERSION,
	    .byte_order = STATUS_BYTE_ORDER,
	    .header_size = sizeof(*h),
	    .child_size = sizeof(struct status_child),
	    .client_size = sizeof(struct status_client),
	    .page_size = sizeof(struct status_page),
	    .page_step = PAGE,
	    .slots = 4,
	    .child_at = sizeof(*h),
	    .page_at = 4 * PAGE,
	    .client_at = 8 * PAGE,
	    .clients = 2,
	    .top = 4};
	memcpy(h->magic, STATUS_MAGIC, sizeof(h->magic));
	return 8 * PAGE + 2 * sizeof(struct status_client);
}

#define MEMBER(name)                                                                               \
	{                                                                                          \
#name, offsetof(struct status_server, name),                                       \
		    sizeof(((struct status_server *)0)->name)                                      \
	}

static const struct {
	const char *name;
	size_t at, size;
} numbers[] = {MEMBER(version), MEMBER(byte_order), MEMBER(header_size), MEMBER(child_size),
    MEMBER(client_size), MEMBER(page_size), MEMBER(page_step), MEMBER(slots), MEMBER(child_at),
    MEMBER(page_at), MEMBER(client_at), MEMBER(clients), MEMBER(top), MEMBER(listeners)};

static void test_numbers(void)
{
	static const uint64_t wrong[] = {
	    UINT64_MAX, UINT64_MAX - 7, UINT64_MAX / 2, 1ull << 63, 1ull << 32, 65537, 99999992};
	struct status_server h;

	for (size_t i = 0; i < COUNT(numbers); i++)
		for (size_t j = 0; j < COUNT(wrong); j++) {
			uint64_t size = sound(&h);

			if (numbers[i].size == 4 && (uint32_t)wrong[j] != wrong[j])
				continue;
			memcpy((char *)&h + numbers[i].at, &wrong[j], numbers[i].size);
			OK(status_check(&h, size), "%s cannot be %llu", numbers[i].name,
			    (unsigned long long)wrong[j]);
		}
}

static void test_bounds(void)
{
	struct status_server h;
	uint64_t size = sound(&h);

	OK(!status_check(&h, size), "what is right is right");
	OK(!status_check(&h, size + 1), "with more behind it, too");
	OK(status_check(&h, size - 1), "not with a byte less");
	OK(status_check(&h, 0), "nor when it is empty");
	h.clients = 0;
	h.client_at = 0;
	OK(!status_check(&h, 8 * PAGE), "without clients they need no place");
	sound(&h);
	h.slots = h.top = 5;
	h.page_at += PAGE;
	OK(status_check(&h, 9 * PAGE - 1), "the last page has to be whole");
	sound(&h);
	h.child_at -= 8;
	OK(status_check(&h, size), "no part begins within the head");
	sound(&h);
	h.magic[7] = 't';
	OK(status_check(&h, size), "it begins with its mark");
	sound(&h);
	h.header_size += 64; /* a later version has appended something */
	h.child_at += 64;
	h.client_size += 64;
	OK(!status_check(&h, size + 128), "what was appended is skipped");
	h.client_size = STATUS_CLIENT_LEAST;
	OK(!status_check(&h, size), "rows of the first version are shorter than ours");
	h.client_size = STATUS_CLIENT_LEAST - 8;
	OK(status_check(&h, size), "none is shorter than those");
}

static void test_take(void)
{
	uint32_t from[2] = {1, 2}, to[4] = {9, 9, 9, 9};

	status_take(to, sizeof(to), from, sizeof(from));
	IS_INT(to[0] + to[1], 3, "what an earlier version has is taken");
	IS_INT(to[2] + to[3], 0, "what it has not is 0");
	status_take(from, sizeof(from), to, sizeof(to));
	IS_INT(from[0] + from[1], 3, "of a later version what is known");
	status_take(to, sizeof(to), to, sizeof(*to));
	IS_INT(to[0] + to[1], 1, "in place");
}

static void test_words(void)
{
	IS_STR(status_end_word(STATUS_DIED), "died", "each end has a word");
	IS_STR(status_end_word(STATUS_ENDS), "unknown", "no other has");
	IS_STR(status_refused_word(STATUS_RESOURCES), "resources", "each refusal has a word");
	IS_STR(status_refused_word(STATUS_PROXY), "proxy-header", "the latest one, too");
	IS_STR(status_refused_word(UINT32_MAX), "unknown", "no other has");
	IS_STR(status_state_word(STATUS_FINISHING), "finishing", "each state has a word");
	IS_STR(status_state_word(STATUS_FINISHING + 1), "unknown", "no other has");
}

static void test_started(void)
{
	struct timespec now;
	int64_t ms, own;
	pid_t ended = fork();

	if (ended == 0)
		_exit(0);
	waitpid(ended, NULL, 0);
	clock_gettime(CLOCK_BOOTTIME, &now);
	ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	own = started_ms((uint32_t)getpid());
	OK(own > 0 && own <= ms, "when this process was started is known");
	IS_INT(started_ms((uint32_t)ended), -1, "of one that is not there it is not");
}

static void test_started_is_of(void)
{
	static const struct {
		int64_t ms, row;
		bool is;
		const char *why;
	} cases[] = {{5000, 5000, true, "the same time"}, {5000, 7000, true, "two seconds before"},
	    {5000, 7001, false, "more than that before"}, {7000, 5000, true, "two seconds after"},
	    {7001, 5000, false, "more than that after"},
	    {5000, INT64_MAX, false, "the largest number in a row"},
	    {5000, INT64_MIN, false, "the smallest"}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct status_child row = {.start_boot_ms = cases[i].row};

		IS_INT(started_is_of(cases[i].ms, &row), cases[i].is, "%s", cases[i].why);
	}
}

int main(void)
{
	test_started();
	test_started_is_of();
	test_bounds();
	test_numbers();
	test_take();
	test_words();
	return tap_done();
}
