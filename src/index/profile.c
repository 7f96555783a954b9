/* profile: see profile.h. */
#include "index/profile.h"

#include <string.h>

#include "base/bytes.h"

#define SECOND INT64_C(1000000000)
#define HEAD   16u /* bytes of a column before the steps, and of each of them */

void profile_init(struct profile *p)
{
	*p = (struct profile){0};
}

static int64_t divide_down(int64_t a, int64_t by)
{
	return a / by - (a % by < 0);
}

int64_t profile_begin(const struct profile *p, size_t i)
{
	return (p->first + (int64_t)i) * (int64_t)p->seconds;
}

/* Steps twice as long. A pair begins at an even number. */
static void widen(struct profile *p)
{
	int64_t first = divide_down(p->first, 2);

	for (size_t i = 0; i < p->n; i++) {
		struct profile_step s = p->step[i];
		size_t to = (size_t)(divide_down(p->first + (int64_t)i, 2) - first);

		p->step[i] = (struct profile_step){0};
		p->step[to].packets += s.packets;
		p->step[to].bytes += s.bytes;
	}
	p->n = (size_t)(divide_down(p->first + (int64_t)p->n - 1, 2) - first) + 1;
	p->first = first;
	p->seconds *= 2;
}

/* Whether step `number` has a place; makes one before the first. */
static bool reach(struct profile *p, int64_t number)
{
	size_t more;

	if (number >= p->first) {
		if (number - p->first >= PROFILE_STEPS)
			return false;
		if ((size_t)(number - p->first) >= p->n)
			p->n = (size_t)(number - p->first) + 1;
		return true;
	}
	if (p->first - number > PROFILE_STEPS - (int64_t)p->n)
		return false;
	more = (size_t)(p->first - number);
	memmove(p->step + more, p->step, p->n * sizeof(*p->step));
	memset(p->step, 0, more * sizeof(*p->step));
	p->n += more;
	p->first = number;
	return true;
}

void profile_add(struct profile *p, int64_t time_ns, uint32_t bytes)
{
	int64_t seconds = divide_down(time_ns, SECOND);
	struct profile_step *s;

	if (p->seconds == 0) {
		p->seconds = 1;
		p->first = seconds;
	}
	while (!reach(p, divide_down(seconds, (int64_t)p->seconds)))
		widen(p);
	s = &p->step[divide_down(seconds, (int64_t)p->seconds) - p->first];
	s->packets++;
	s->bytes += bytes;
}

size_t profile_size(const struct profile *p)
{
	return HEAD + p->n * HEAD;
}

void profile_write(const struct profile *p, uint8_t *out)
{
	bytes_store64(out, p->seconds, false);
	bytes_store64(out + 8, (uint64_t)p->first, false);
	for (size_t i = 0; i < p->n; i++) {
		out += HEAD;
		bytes_store64(out, p->step[i].packets, false);
		bytes_store64(out + 8, p->step[i].bytes, false);
	}
}

bool profile_read(struct profile *p, const uint8_t *column, size_t len)
{
	profile_init(p);
	if (len < HEAD || len % HEAD || len / HEAD - 1 > PROFILE_STEPS)
		return false;
	p->seconds = bytes_load64(column, false);
	p->first = (int64_t)bytes_load64(column + 8, false);
	p->n = len / HEAD - 1;
	for (size_t i = 0; i < p->n; i++) {
		column += HEAD;
		p->step[i].packets = bytes_load64(column, false);
		p->step[i].bytes = bytes_load64(column + 8, false);
	}
	return true;
}
