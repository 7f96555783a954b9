/* capname: see capname.h. */
#include "capture/capname.h"

#include <stdio.h>
#include <string.h>

/* With leading zeros, so that order by name is order of time. A larger number has more. */
#define TIME_LEN      15u /* YYYYMMDD_HHMMSS */
#define NUMBER_DIGITS 3

static const char prefix[] = "trace-";
static const char stem_chars[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
static const char *const suffix[] = {[FORMAT_PCAP] = ".pcap", [FORMAT_PCAPNG] = ".pcapng"};

void capname_stem(const char *client, const struct addr *address, char out[CAPNAME_STEM_MAX])
{
	char text[ADDR_TEXT_MAX];

	if (!address) {
		snprintf(out, CAPNAME_STEM_MAX, "%s", client);
		return;
	}
	addr_format(address, text);
	for (char *c = text; *c; c++)
		if (*c == ':')
			*c = '_';
	snprintf(out, CAPNAME_STEM_MAX, "%s-%s", client, text);
}

size_t capname_stem_parse(const char *stem, struct addr *address)
{
	const char *dash = strrchr(stem, '-');
	char text[ADDR_TEXT_MAX];

	if (!dash || snprintf(text, sizeof(text), "%s", dash + 1) >= (int)sizeof(text))
		return 0;
	for (char *c = text; *c; c++)
		if (*c == '_')
			*c = ':';
	return addr_parse(text, address) ? (size_t)(dash - stem) : 0;
}

static void with_number(
    const char *stamp, unsigned number, enum format_kind kind, char out[CAPNAME_MAX])
{
	if (number == 0)
		snprintf(out, CAPNAME_MAX, "%s%s", stamp, suffix[kind]);
	else
		snprintf(out, CAPNAME_MAX, "%s_%0*u%s", stamp, NUMBER_DIGITS, number, suffix[kind]);
}

void capname_make(const char *stem, const struct tm *local, enum format_kind kind, unsigned number,
    char out[CAPNAME_MAX])
{
	char stamp[CAPNAME_STAMP_MAX];

	snprintf(stamp, sizeof(stamp), "trace-%s-%04ld%02d%02d_%02d%02d%02d", stem,
	    1900L + local->tm_year, local->tm_mon + 1, local->tm_mday, local->tm_hour,
	    local->tm_min, local->tm_sec);
	with_number(stamp, number, kind, out);
}

void capname_renumber(const struct capname *c, unsigned number, char out[CAPNAME_MAX])
{
	with_number(c->stamp, number, c->kind, out);
}

const char *capname_time(const struct capname *c)
{
	size_t len = strlen(c->stamp);

	return c->stamp + (len > TIME_LEN ? len - TIME_LEN : 0);
}

static size_t digits_before(const char *name, size_t end)
{
	size_t n = 0;

	while (n < end && name[end - n - 1] >= '0' && name[end - n - 1] <= '9')
		n++;
	return n;
}

/* Whether name[0..end) ends in -YYYYMMDD_HHMMSS; the length without it goes to *stem_end. */
static bool ends_in_time(const char *name, size_t end, size_t *stem_end)
{
	size_t date;

	if (digits_before(name, end) != 6 || end < 7 || name[end - 7] != '_')
		return false;
	date = digits_before(name, end - 7);
	if (date < 8 || end - 7 <= date || name[end - 8 - date] != '-')
		return false;
	*stem_end = end - 8 - date;
	return true;
}

/* Whether n digits, the first of which is `first`, are written as a number is: behind '_', or as
 * earlier versions did, behind '-' without leading zeros. */
static bool is_number_form(char before, char first, size_t n)
{
	if (before == '-')
		return first != '0';
	return before == '_' && (n == NUMBER_DIGITS || (n > NUMBER_DIGITS && first != '0'));
}

/* Takes "_NUMBER" off the end of name[0..*end); 0 when there is none. False when what stands there
 * is no number that was ever made. */
static bool take_number(const char *name, size_t *end, unsigned *out)
{
	size_t n = digits_before(name, *end), stem_end;
	char text[CAPNAME_MAX];
	uint64_t value;

	*out = 0;
	if (ends_in_time(name, *end, &stem_end))
		return true;
	if (n == 0 || *end <= n || n >= sizeof(text) ||
	    !is_number_form(name[*end - n - 1], name[*end - n], n))
		return false;
	memcpy(text, name + *end - n, n);
	text[n] = '\0';
	if (!parse_number(text, 1, UINT32_MAX, &value))
		return false;
	*end -= n + 1;
	*out = (unsigned)value;
	return true;
}

/* The parts that it has, whatever its NAME is: that is name[start..*stem_end), and *end is behind
 * the time. */
static bool take_apart(
    const char *name, struct capname *out, size_t start, size_t *stem_end, size_t *end)
{
	const char *dot = strrchr(name, '.');

	if (strncmp(name, prefix, start) != 0 || !dot)
		return false;
	if (strcmp(dot, suffix[FORMAT_PCAP]) == 0)
		out->kind = FORMAT_PCAP;
	else if (strcmp(dot, suffix[FORMAT_PCAPNG]) == 0)
		out->kind = FORMAT_PCAPNG;
	else
		return false;
	*end = (size_t)(dot - name);
	return take_number(name, end, &out->number) && ends_in_time(name, *end, stem_end) &&
	       *stem_end >= start;
}

bool capname_resembles(const char *name)
{
	struct capname unused;
	size_t end, stem_end;

	return take_apart(name, &unused, strlen(prefix), &stem_end, &end);
}

bool capname_parse(const char *name, struct capname *out)
{
	size_t start = strlen(prefix), end, stem_end;

	if (strlen(name) >= CAPNAME_MAX || !take_apart(name, out, start, &stem_end, &end) ||
	    end >= sizeof(out->stamp) || stem_end == start ||
	    stem_end - start >= sizeof(out->stem) ||
	    strspn(name + start, stem_chars) < stem_end - start)
		return false;
	memcpy(out->stem, name + start, stem_end - start);
	out->stem[stem_end - start] = '\0';
	memcpy(out->stamp, name, end);
	out->stamp[end] = '\0';
	return true;
}
