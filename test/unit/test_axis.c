/* test_axis: marks of a time axis, over changes of the clock, and where a month or a year begins.
 */
#include <stdlib.h>

#include "tap.h"
#include "support.h"

#include "view/axis.h"

#define S INT64_C(1000000000)

/* It changes once. */
struct zone {
	int64_t before, change, after;
};

static int64_t east(void *of, int64_t utc)
{
	const struct zone *z = of;

	return utc < z->change ? z->before : z->after;
}

/* Central Europe: forward at 2026-03-29 01:00 UTC, back at 2026-10-25 01:00 UTC. */
#define SPRING INT64_C(1774746000)
#define AUTUMN INT64_C(1792890000)
static struct zone utc, spring = {3600, SPRING, 7200}, autumn = {7200, AUTUMN, 3600};

static const struct {
	const char *what;
	struct zone *zone;
	int64_t begin, end; /* seconds */
	const char *want;   /* a star behind the main ones */
} rows[] = {
    {"seconds", &utc, 1795860000, 1795860004, "10:00:00 10:00:01 10:00:02 10:00:03 10:00:04"},
    {"an hour", &utc, 1795860001, 1795863600, "10:10 10:20 10:30 10:40 10:50 11:00"},
    {"over midnight", &utc, 1795903200, 1795918000,
	"22:00 22:30 23:00 23:30 29 Nov 2026* 00:30 01:00 01:30 02:00"},
    {"one moment", &utc, 36000, 36000, "10:00:00"},
    /* 12 hours before and after: after the change at round times again */
    {"forward", &spring, SPRING - 12 * 3600, SPRING + 12 * 3600,
	"15:00 18:00 21:00 29 Mar 2026* 03:00 06:00 09:00 12:00 15:00"},
    {"back", &autumn, AUTUMN - 12 * 3600, AUTUMN + 12 * 3600,
	"15:00 18:00 21:00 25 Oct 2026* 03:00 06:00 09:00 12:00"},
    {"an hour that comes twice", &autumn, AUTUMN - 2 * 3600, AUTUMN + 2 * 3600,
	"01:00 01:30 02:00 02:30 02:00 02:30 03:00 03:30 04:00"},
    {"an hour that is passed over", &spring, SPRING - 2 * 3600, SPRING + 2 * 3600,
	"29 Mar 2026* 00:30 01:00 01:30 03:00 03:30 04:00 04:30 05:00"},
    {"days", &autumn, AUTUMN - 3 * 86400, AUTUMN + 3 * 86400,
	"23 Oct 2026 24 Oct 25 Oct 26 Oct 27 Oct 28 Oct"},
    {"days over New Year", &utc, 1798500000, 1799000000,
	"29 Dec 2026 30 Dec 31 Dec 1 Jan 2027* 2 Jan 3 Jan"},
    {"weeks, of Mondays", &utc, 1795860000, 1795860000 + 50 * 86400,
	"30 Nov 2026 7 Dec 14 Dec 21 Dec 28 Dec 4 Jan 2027 11 Jan"},
    {"months", &autumn, 1785000000, 1800000000, "Aug 2026 Sep Oct Nov Dec Jan 2027*"},
    {"quarters", &utc, 1764324000, 1795860000 + 86400 * 90, "Jan 2026* Apr Jul Oct Jan 2027*"},
    {"years", &utc, 1600000000, 1795860000, "2021 2022 2023 2024 2025 2026"},
    {"all there is", &utc, INT64_MIN / S, INT64_MAX / S, "1700 1800 1900 2000 2100 2200"},
};

static void test_marks(void)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct when_zone z = {east, rows[i].zone};
		struct axis_mark m[AXIS_MARKS_MAX];
		size_t n = axis_marks(rows[i].begin * S, rows[i].end * S, &z, m);
		char got[1000] = "";

		for (size_t k = 0; k < n; k++)
			snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s%s",
			    k > 0 ? " " : "", m[k].text, m[k].main ? "*" : "");
		IS_STR(got, rows[i].want, "%s", rows[i].what);
		for (size_t k = 1; k < n; k++)
			OK(m[k].time > m[k - 1].time, "%s: mark %zu is later", rows[i].what, k);
	}
}

int main(void)
{
	test_marks();
	return tap_done();
}
