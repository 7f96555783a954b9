/* test_log: quoting of text that came from elsewhere. */
#include "tap.h"
#include "support.h"

#include <ctype.h>

#include "base/log.h"

/* The text behind a quoted one; false when it is not well formed. */
static bool unquote(const char *s, uint8_t *out, size_t *len)
{
	size_t n = strlen(s);

	*len = 0;
	if (n < 2 || s[0] != '"' || s[n - 1] != '"')
		return false;
	for (size_t i = 1; i < n - 1; i++) {
		uint8_t c = (uint8_t)s[i];

		if (c < 0x20 || c > 0x7e || c == '"')
			return false;
		if (c == '\\') {
			unsigned v;

			if (i + 4 > n - 1 || s[i + 1] != 'x' || !isxdigit((uint8_t)s[i + 2]) ||
			    !isxdigit((uint8_t)s[i + 3]) || sscanf(s + i + 2, "%2x", &v) != 1)
				return false;
			c = (uint8_t)v;
			i += 3;
		}
		out[(*len)++] = c;
	}
	return true;
}

static void test_quote(void)
{
	static const char *const plain[] = {
	    "", "a", "peer closed the connection", "a=b, c/d 100%", "~ !#$&'()*+"};
	static uint8_t back[4096];
	char want[600], text[3000];
	struct log_text t;
	size_t len;
	unsigned wrong = 0;

	for (size_t i = 0; i < COUNT(plain); i++) {
		snprintf(want, sizeof(want), "\"%s\"", plain[i]);
		IS_STR(log_quote(&t, plain[i]), want, "printable text is left alone");
	}
	IS_STR(LOG_QUOTE("a"), "\"a\"", "the macro");
	OK(strcasecmp(log_quote(&t, "a\"b\\c\n\xff"), "\"a\\x22b\\x5cc\\x0a\\xff\"") == 0,
	    "quotes, backslashes and unprintable bytes: %s", t.s);
	for (unsigned c = 1; c < 256; c++) {
		const char one[] = {'x', (char)c, 'y', 0};

		wrong += !unquote(log_quote(&t, one), back, &len) || len != 3 ||
			 memcmp(back, one, 3) != 0;
		if (c >= 0x20 && c <= 0x7e && c != '"' && c != '\\')
			wrong += strlen(t.s) != 5;
		else
			wrong += strlen(t.s) != 8;
	}
	IS_INT(wrong, 0, "every byte can be read back");
	wrong = 0;
	for (size_t n = 0; n < sizeof(text) - 1; n += n < 600 ? 1 : 97)
		for (unsigned kind = 0; kind < 3; kind++) {
			memset(text, kind == 0 ? 'x' : '\n', n);
			for (size_t i = 0; kind == 2 && i < n; i += 3)
				text[i] = 'y';
			text[n] = 0;
			memset(&t, 'z', sizeof(t));
			log_quote(&t, text);
			wrong += strnlen(t.s, sizeof(t.s)) >= sizeof(t.s) ||
				 !unquote(t.s, back, &len) || len > n ||
				 memcmp(back, text, len) != 0 || (len < n && len < 100) ||
				 (n < 100 && len != n);
		}
	IS_INT(wrong, 0, "long text is cut, never within an escape, and still quoted");
}

int main(void)
{
	test_quote();
	return tap_done();
}
