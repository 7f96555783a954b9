/* test_span: lengths of time, as people read them. */
#include "tap.h"
#include "support.h"

#include "archive/span.h"

int main(void)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} row[] = {{0, "0s"}, {-1, "0s"}, {INT64_MIN, "0s"}, {119, "119s"}, {120, "2m"},
	    {7199, "119m"}, {7200, "2h"}, {172799, "47h"}, {172800, "2d"},
	    {INT64_MAX, "106751991167300d"}};
	char out[SPAN_MAX];

	for (size_t i = 0; i < COUNT(row); i++)
		IS_STR(span_text(row[i].seconds, out), row[i].text, "of so many seconds");
	return tap_done();
}
