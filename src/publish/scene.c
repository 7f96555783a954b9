/* scene: see scene.h. */
#include "publish/scene.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "publish/events.h"

#define TICK_MS SCENE_TICK_MS
#define LOOK_MS 1000 /* directories that are not watched yet */

/* From one recording of a client to its next, at rotation, where a connection is not listed: where
 * others are, it was a short one, and has ended. */
#define QUIET_MS 1000
#define SHORT_MS (2 * TICK_MS)

static void fail(struct scene *s)
{
	event_failed(strerror(errno));
	s->broken = true;
}

/* ---- events ---- */

static void lose_sender(struct scene *s)
{
	outlet_kill(&s->outlet);
}

static void publish(struct scene *s, const char *event, const char *client, const char *text)
{
	if (s->outlet.orders >= 0 && !outlet_event(&s->outlet, event, client, text))
		lose_sender(s);
}

static void connected(struct scene *s, const char *client)
{
	event_connected(client);
	publish(s, "connect", client, NULL);
}

/* What was there before this began is not news. */
static void take_row(void *of, const struct roster_row *row)
{
	struct scene *s = of;
	bool begun;

	if (!lines_listed(&s->lines, &row->key, row->stem, &begun))
		fail(s);
	else if (begun && s->begun)
		connected(s, row->stem);
}

static void tell_status(struct scene *s)
{
	bool has = s->roster.finder.n > 0;

	if (has != s->has_status || (!has && !s->told_status))
		event_status(has                    ? NULL
			     : s->roster.finder.why ? s->roster.finder.why
						    : "no server with this configuration");
	s->has_status = has;
	s->told_status = true;
}

static void look_at_status(struct scene *s)
{
	if (!roster_look(&s->roster, s->config)) {
		fail(s);
		return;
	}
	tell_status(s);
	lines_look(&s->lines);
	roster_each(&s->roster, s->config, take_row, s);
	lines_looked(&s->lines);
}

/* ---- captures ---- */

/* The event of its connection comes before its first record. */
static void add(struct scene *s, const struct place_file *f, bool from_here)
{
	struct recording *k;
	bool begun;

	if (!from_here) {
		if (roster_changed(&s->roster))
			look_at_status(s);
		if (!lines_recording(
			&s->lines, f->parts.stem, f->recording, io_monotonic_ms(), &begun)) {
			close(f->fd);
			fail(s);
			return;
		}
		if (begun)
			connected(s, f->parts.stem);
	}
	k = recordings_add(&s->recordings, f, from_here ? (uint64_t)f->st.st_size : 0);
	if (!k) {
		event_not_followed(f->directory, f->name, strerror(errno));
		return;
	}
	event_following(k);
}

/* At rotation a file appears when the one before it is finished: its records come after those. */
static void hand_on(struct scene *s)
{
	for (size_t i = 0; i < s->recordings.n && s->outlet.orders >= 0; i++) {
		struct recording *k = &s->recordings.v[i];

		if (k->process.from < 0 || recordings_waits(&s->recordings, k))
			continue;
		if (!outlet_follow(&s->outlet, k->id, k->stem, k->process.from))
			lose_sender(s);
		close(k->process.from);
		k->process.from = -1;
	}
}

/* A name that has appeared. */
static void take_arrival(void *of, int dir, const char *path, const char *name)
{
	struct scene *s = of;
	struct place_file f;

	errno = 0;
	if (s->outlet.orders < 0)
		return;
	if (!places_open(dir, path, name, &f)) {
		if (errno != 0 && errno != ENOENT && errno != ELOOP)
			event_not_followed(path, name, strerror(errno));
	} else if (recordings_have(&s->recordings, f.st.st_dev, f.st.st_ino)) {
		close(f.fd);
	} else {
		add(s, &f, false);
	}
}

static bool is_followed(void *of, dev_t dev, ino_t ino, const char *name)
{
	struct scene *s = of;

	(void)name;
	return recordings_have(&s->recordings, dev, ino);
}

static bool take_present(void *of, const struct place_file *f)
{
	struct scene *s = of;

	if (f->recording && s->outlet.orders >= 0)
		add(s, f, !s->begun);
	else
		close(f->fd);
	return !s->broken;
}

static void tell_directory(void *of, const char *text)
{
	(void)of;
	event_directory(text);
}

/* Recordings that nobody has told of. */
static void look_through(struct scene *s)
{
	struct places_visitor v = {
	    .is_known = is_followed, .take = take_present, .trouble = tell_directory, .of = s};

	places_look(s->config, &v);
	s->missed = false;
}

static void watch(struct scene *s)
{
	bool fresh, told = s->arrivals.refused;

	if (!arrivals_look(&s->arrivals, s->config, &fresh))
		fail(s);
	if (s->arrivals.refused && !told)
		event_directory(
		    "fs.inotify.max_user_watches is reached: of what is recorded in some "
		    "directories nothing is published");
	s->missed |= fresh;
	s->look_at = io_monotonic_ms() + LOOK_MS;
}

/* All of it was published. */
static void end_finished(struct scene *s)
{
	for (size_t i = s->recordings.n; i > 0; i--) {
		struct recording *k = &s->recordings.v[i - 1];

		if (!k->finished || !k->ended)
			continue;
		if (!k->removed) {
			event_published(k);
			publish(s, "closingtracefile", k->stem, k->path);
		}
		recordings_remove(&s->recordings, k);
	}
}

/* Of what is told twice the second is no news: who reads a capture may have been taken over by it.
 */
static void take_report(struct scene *s, const struct report *r)
{
	struct recording *k = recordings_find(&s->recordings, r->id);

	if (!k || (k->troubled && r->what != REPORT_ENDED))
		return;
	if (r->what == REPORT_TROUBLE) {
		event_unreadable(k);
		k->told = k->troubled = true;
	} else if (r->what == REPORT_WRONG) {
		event_reader_failed(k);
		k->told = k->troubled = true;
	} else if (r->what == REPORT_ENDED) {
		if (!k->told)
			event_reader_failed(k);
		k->ended = true;
	}
}

/* No more in a turn than one that has not been taken over sends: signals must be heard. */
static void take_reports(struct scene *s)
{
	size_t most = 2 * s->recordings.n + 1;
	bool ended = false;
	struct report r;

	for (size_t i = 0;
	     i < most && s->outlet.orders >= 0 && outlet_report(&s->outlet, &r, &ended); i++)
		take_report(s, &r);
	if (ended)
		lose_sender(s);
}

/* ---- connections ---- */

static bool is_busy(void *of, const char *stem)
{
	return recordings_finishing(of, stem);
}

static bool has_any(void *of, const char *stem)
{
	return recordings_of(of, stem);
}

static void end_lines(struct scene *s)
{
	struct lines_world w = {.busy = is_busy,
	    .has = has_any,
	    .of = &s->recordings,
	    .quiet = s->has_status ? SHORT_MS : QUIET_MS};
	char client[CAPNAME_STEM_MAX];

	while (lines_ended(&s->lines, &w, io_monotonic_ms(), client)) {
		event_disconnected(client);
		publish(s, "disconnect", client, NULL);
	}
	s->again = lines_turn(&s->lines);
}

/* ---- all of it ---- */

static void pass_over(void *of, int dir, const char *path, const char *name)
{
	(void)of;
	(void)dir;
	(void)path;
	(void)name;
}

/* Names that have appeared before are of what was there before: a capture that was moved when it
 * was finished may have been published already. */
bool scene_begin(struct scene *s)
{
	struct arrivals_visitor v = {pass_over, s};

	s->begun = false;
	look_at_status(s);
	watch(s);
	arrivals_take(&s->arrivals, &v);
	look_through(s);
	s->begun = true;
	return !s->broken;
}

/* Names come before reports: what is forgotten when it has ended must not be met once more. */
void scene_turn(struct scene *s)
{
	struct arrivals_visitor v = {take_arrival, s};

	if (!arrivals_take(&s->arrivals, &v)) {
		event_overflow();
		s->missed = true;
	}
	take_reports(s);
	end_finished(s);
	if (io_monotonic_ms() >= s->look_at)
		watch(s);
	if (roster_changed(&s->roster))
		look_at_status(s);
	if (s->missed)
		look_through(s);
	recordings_wake(&s->recordings);
	hand_on(s);
	end_lines(s);
}

void scene_configure(struct scene *s, const struct config *c)
{
	roster_end(&s->roster); /* it has the old one's name */
	s->config = c;
	s->look_at = 0;
	s->missed = true; /* which also tells of those that are not there */
}

void scene_forget(struct scene *s)
{
	recordings_free(&s->recordings);
	lines_free(&s->lines);
}

void scene_end(struct scene *s)
{
	outlet_stop(&s->outlet);
	scene_forget(s);
	roster_end(&s->roster);
	arrivals_end(&s->arrivals);
}
