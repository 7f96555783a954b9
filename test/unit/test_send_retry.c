/* test_send_retry: the pauses before the next connection. */
#include "tap.h"

#include "send/retry.h"

#define SECOND INT64_C(1000000000)

int main(void)
{
	static const unsigned wanted[] = {1, 2, 4, 8, 16, 32, 60, 60, 60};
	struct send_retry r = {0};

	for (unsigned i = 0; i < 4; i++)
		IS_INT(send_retry_pause(&r, -1), 2, "not reached: a steady pace");
	OK(!send_retry_many(&r), "which is no ended connection");
	for (unsigned i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		IS_INT(send_retry_pause(&r, i % 2 ? 0 : 60 * SECOND - 1 - 60 * (i == 0)), wanted[i],
		    "%u ended at once", i + 1);
		IS_INT(send_retry_many(&r), i >= 2, "is that no accident?");
	}
	IS_INT(send_retry_pause(&r, -1), 2, "not reached in between");
	IS_INT(send_retry_pause(&r, 0), 60, "changes nothing");
	IS_INT(send_retry_pause(&r, 60 * SECOND), 1, "after a long one from the beginning");
	OK(!send_retry_many(&r), "and the count, too");
	IS_INT(send_retry_pause(&r, 0), 2, "the second");
	r.ended = UINT32_MAX - 1;
	IS_INT(send_retry_pause(&r, 0), 60, "after any number");
	return tap_done();
}
