/* duplicate: see duplicate.h. */
#include "config/duplicate.h"

#include <string.h>

#include "config/lexer.h"

#define DEPTH_MAX 16 /* of groups */
#define PIECES_MAX                                                                                 \
	1000000 /* that are looked at: no server is held up by a line of all settings              \
		 */

static bool is_sign(const struct lexer_token *t, char sign)
{
	return t->kind == LEXER_SIGN && *t->text == sign;
}

/* The text is over, or cannot be read further. */
static bool is_end(const struct lexer_token *t)
{
	return t->kind == LEXER_END || t->kind == LEXER_STRING || t->kind == LEXER_COMMENT;
}

/* A name behind which the lexer stands: that of a setting, or a value? */
static bool is_setting(struct lexer at, const struct lexer_token *name)
{
	struct lexer_token next;

	if (name->kind != LEXER_NAME)
		return false;
	lexer_piece(&at, &next);
	return is_sign(&next, '=') || is_sign(&next, ':');
}

/* The line in which the group that begins at `at` has a setting of that name before it; 0: it has
 * none. */
static unsigned line_before(struct lexer at, const struct lexer_token *name, unsigned *pieces)
{
	struct lexer_token t;
	int depth = 0;

	for (;;) {
		lexer_piece(&at, &t);
		if (is_end(&t) || ++*pieces > PIECES_MAX || t.from >= name->from)
			return 0;
		depth += is_sign(&t, '{') - is_sign(&t, '}');
		if (depth == 0 && t.len == name->len && is_setting(at, &t) &&
		    memcmp(t.text, name->text, t.len) == 0)
			return t.line;
	}
}

bool duplicate_find(const char *text, unsigned line, struct duplicate *out)
{
	struct lexer group[DEPTH_MAX], at = lexer_over(text); /* where each group begins */
	struct lexer_token t;
	size_t depth = 0;
	unsigned pieces = 0;

	group[0] = at;
	for (;;) {
		lexer_piece(&at, &t);
		if (is_end(&t) || t.line > line || pieces > PIECES_MAX)
			return false;
		if (is_sign(&t, '{')) {
			if (++depth == DEPTH_MAX)
				return false;
			group[depth] = at;
		} else if (is_sign(&t, '}') && depth > 0) {
			depth--;
		} else if (t.line == line && is_setting(at, &t)) {
			*out = (struct duplicate){
			    t.text, t.len, line_before(group[depth], &t, &pieces)};
			if (out->first > 0)
				return true;
		}
	}
}
