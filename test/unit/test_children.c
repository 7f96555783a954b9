/* test_children: the table of child processes: slots, counts, peers. */
#include "tap.h"
#include "support.h"

#include "server/children.h"

static struct addr address(const char *text)
{
	struct addr a = {0};

	addr_parse(text, &a);
	return a;
}

static struct child *start(struct children *c, pid_t pid, const char *client, const char *peer)
{
	struct child *k = children_add(c);

	if (k) {
		k->pid = pid;
		k->client = client;
		k->peer.addr = address(peer);
	}
	return k;
}

static void test_slots(void)
{
	struct children c;
	struct child *a, *b, *d;
	uint64_t order;

	OK(children_init(&c, 3), "three slots");
	OK(c.size == 3 && c.used == 0 && c.unestablished == 0, "all free");
	a = start(&c, 11, "a", "10.0.0.1");
	b = start(&c, 12, "b", "10.0.0.2");
	d = start(&c, 13, "a", "10.0.0.1");
	if (!OK(a && b && d && a != b && b != d && a != d, "three children"))
		return;
	OK(!children_add(&c), "no fourth");
	IS_INT(c.used, 3, "three are used");
	IS_INT(c.unestablished, 3, "none is established");
	OK(a->used && !a->established && !a->finishing && !*a->file,
	    "a new child has done nothing");
	OK(a->order < b->order && b->order < d->order, "newer children have a higher order");
	OK(children_by_pid(&c, 12) == b && children_by_pid(&c, 13) == d, "found by pid");
	OK(!children_by_pid(&c, 14), "not by another");
	OK(children_establish(&c, b), "established");
	OK(b->established && c.unestablished == 2, "counted");
	OK(!children_establish(&c, b) && c.unestablished == 2, "once only");
	order = d->order;
	OK(children_drop(&c, b), "an established child is dropped");
	OK(c.used == 2 && c.unestablished == 2, "counts after it");
	OK(!children_drop(&c, b) && c.used == 2 && c.unestablished == 2, "a free slot is not");
	OK(!children_by_pid(&c, 12), "no longer found");
	OK(children_drop(&c, a) && c.used == 1 && c.unestablished == 1, "an unestablished one");
	strcpy(d->file, "x");
	d->finishing = true;
	a = start(&c, 21, "a", "10.0.0.1");
	b = start(&c, 22, "b", "10.0.0.2");
	OK(a && b && !children_add(&c), "two more, and again no fourth");
	OK(a && a->order > order && b && b->order > a->order, "orders go on rising");
	OK(a && !a->established && !a->finishing && !*a->file && b && !b->established,
	    "a slot that was used is as new");
	children_free(&c);
}

/* As many slots as a configuration may ever allow: what is not used costs nothing. */
static void test_each(void)
{
	struct children c;
	struct child *a, *b, *d;

	if (!OK(children_init(&c, 100000), "a hundred thousand slots"))
		return;
	OK(!children_first(&c), "no child at first");
	a = start(&c, 11, "a", "10.0.0.1");
	b = start(&c, 12, "b", "10.0.0.2");
	d = start(&c, 13, "a", "10.0.0.1");
	OK(a && b && d, "three children");
	OK(children_first(&c) == a && children_next(&c, a) == b && children_next(&c, b) == d &&
		!children_next(&c, d),
	    "one after the other");
	OK(children_slot(&c, a) == 0 && children_slot(&c, d) == 2, "in the lowest slots");
	OK(children_drop(&c, b) && children_next(&c, a) == d, "one that was dropped is skipped");
	OK(children_next(&c, b) == d, "and may be dropped on the way");
	OK(children_drop(&c, d) && c.top == 1 && !children_next(&c, a), "the end comes nearer");
	OK(!children_next(&c, d), "also when the last is dropped on the way");
	OK(start(&c, 14, "a", "10.0.0.1") == b, "the lowest free slot is taken");
	children_free(&c);
}

static void test_peers(void)
{
	struct children c;
	struct addr one = address("10.0.0.1"), two = address("10.0.0.2"), mapped;
	char name[] = "a";
	struct child *k;

	mapped = address("::ffff:10.0.0.1");
	OK(children_init(&c, 8), "eight slots");
	k = start(&c, 1, "a", "10.0.0.1");
	start(&c, 2, "b", "10.0.0.1");
	start(&c, 3, "a", "10.0.0.2");
	IS_INT(children_of_peer(&c, "a", &one), 1, "of a client and address");
	IS_INT(children_of_peer(&c, name, &one), 1, "by name, not by pointer");
	IS_INT(children_of_peer(&c, "b", &one), 1, "of another client");
	IS_INT(children_of_peer(&c, "a", &two), 1, "of another address");
	IS_INT(children_of_peer(&c, "b", &two), 0, "of neither");
	IS_INT(children_of_peer(&c, "c", &one), 0, "of a client that is not there");
	IS_INT(children_of_peer(&c, NULL, &one), 2, "of an address");
	IS_INT(children_of_peer(&c, NULL, &mapped), 2, "the mapped address is the same");
	k->finishing = true;
	IS_INT(children_of_peer(&c, "a", &one), 1, "a finishing one counts");
	OK(child_is_of(k, "a", &one), "a child of client and address");
	OK(!child_is_of(k, "b", &one) && !child_is_of(k, "a", &two), "not of others");
	OK(children_drop(&c, k), "dropped");
	IS_INT(children_of_peer(&c, "a", &one), 0, "a dropped one does not count");
	IS_INT(children_of_peer(&c, NULL, &one), 1, "nor for the address");
	/* while a certificate has still to choose, limits count by address */
	start(&c, 4, NULL, "10.0.0.1");
	IS_INT(
	    children_of_peer(&c, NULL, &one), 2, "one that may become any client of the address");
	IS_INT(children_of_peer(&c, "a", &one), 1, "counts for each of them");
	IS_INT(children_of_peer(&c, "a", &two), 1, "but not for another address");
	children_free(&c);
}

/* Random adding, establishing and dropping: the counts are always those of a recount. */
static void test_random(void)
{
	struct children c;
	unsigned wrong = 0;
	pid_t pid = 100;

	random_seed(2);
	if (!OK(children_init(&c, 50), "fifty slots"))
		return;
	for (unsigned i = 0; i < 20000; i++) {
		struct child *k = &c.slot[random_below(c.size)];
		unsigned used = 0, unestablished = 0;
		uint64_t what = random_below(3);

		if (what == 0) {
			bool full = c.used == c.size;

			wrong += (start(&c, pid++, "a", "10.0.0.1") == NULL) != full;
		} else if (what == 1 && k->used) {
			bool already = k->established;

			wrong += children_establish(&c, k) == already;
		} else if (what == 2) {
			bool was = k->used;

			wrong += children_drop(&c, k) != was;
		}
		for (unsigned n = 0; n < c.size; n++) {
			used += c.slot[n].used;
			unestablished += c.slot[n].used && !c.slot[n].established;
		}
		wrong += used != c.used || unestablished != c.unestablished;
	}
	IS_INT(wrong, 0, "counts after 20,000 random changes (seed 2)");
	children_free(&c);
}

int main(void)
{
	test_slots();
	test_each();
	test_peers();
	test_random();
	return tap_done();
}
