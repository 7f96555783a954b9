/* store: the index of archived captures, in SQLite.
 *
 * One database, index.sqlite in the archive's path; the files there are the truth, from which it
 * can be made anew. One process writes (a lock says so), any number reads at the same time. Refuses
 * to touch files, to know captures, and to decide which of them goes.
 *
 * Names given out are borrowed until the next call on the same store. Times are nanoseconds since
 * 1970 where a packet is meant, else seconds; sizes are bytes. */
#ifndef INDEX_STORE_H
#define INDEX_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ownname.h"
#include "index/frames.h"
#include "index/metadata.h"
#include "index/summary.h"

#define STORE_FILE       OWNNAME_INDEX /* in the archive's path */
#define STORE_REASON_MAX 200
#define STORE_TIME_MAX   (INT64_C(1) << 40) /* of `ended` and `archived`, before 1970 as well */

struct store; /* opaque */

enum store_use {
	STORE_CREATE, /* where there is none, or an empty one */
	STORE_WRITE,  /* one that is there */
	STORE_BUILD, /* a new one, quickly: it is not on the disk before store_close() and a sync */
	STORE_READ
};

/* NULL with a reason: not there, damaged, of a newer version, or used by another writer; "" for a
 * reader: the writer has just begun it, and nothing is in it yet. */
struct store *store_open(const char *path, enum store_use use, char reason[STORE_REASON_MAX]);
void store_close(struct store *s);

/* Rows that were given out end here. As long as one is held, what others write cannot come out of
 * the journal, which grows. */
void store_rest(struct store *s);
/* Puts what lies beside an index into it, and leaves the file alone: without that it is whole.
 * False: it is damaged, or somebody has it open. */
bool store_gather(const char *path);

/* What went wrong in the last call that returned false; "": nothing did, there is no such row. */
const char *store_reason(const struct store *s);

/* A file as it is put in. */
struct store_file {
	const char *client, *address; /* address: "" unless of one host of a network */
	const char *name;             /* when it was completed */
	const char *path;             /* beneath the archive's path; unique */
	bool compressed;
	int64_t ended, archived; /* seconds */
	uint64_t stored;         /* bytes in the archive */
	const struct facts *facts;
	const uint8_t *sha256;  /* METADATA_SHA256 bytes */
	const uint8_t *profile; /* columns, as index/profile.h and index/frames.h have them */
	const uint8_t *frames;
	size_t profile_len, frames_len;
};

/* In one transaction, synced; its number goes to *id. Between store_begin() and store_commit() it
 * belongs to their transaction instead; false: only this file is left out. */
bool store_add(struct store *s, const struct store_file *f, int64_t *id);

/* What is put in from now on is seen by this store at once, and by others and after a crash all of
 * it or nothing. store_commit() syncs; false with a reason: nothing was put in. */
bool store_begin(struct store *s);
bool store_commit(struct store *s);
void store_rollback(struct store *s);

/* Whether another file, or none, has the path that was opened: what is put in is lost then. */
bool store_has_moved(struct store *s);
/* Whether another file, or none, has the path of its journal: what others read lacks what is in it,
 * and a crash would lose that. For the one that writes. *saved: it is in the file of the path now.
 */
bool store_lost_journal(struct store *s, bool *saved);
/* Whether another file, or none, has the path of the memory in which those who use it say what they
 * do: who comes from then on has another one, and both would write into the journal at the same
 * place. What is in that stays there for the next who opens it. For the one that writes. */
bool store_lost_sharing(struct store *s);
/* Whether somebody has written another one over it. For the one that writes. */
bool store_is_foreign(struct store *s);

/* Whether there is a file of that path. */
bool store_has_path(struct store *s, const char *path, bool *has);

/* Whether there is a file in this directory, or in one beneath it. */
bool store_has_beneath(struct store *s, const char *directory, bool *has);

bool store_remove(struct store *s, int64_t id);

/* ---- clients ---- */

struct store_client {
	int64_t id;
	const char *client;
	uint64_t files, bytes; /* stored */
};

/* The client with the next larger id (0: the first); false at the end, or with a reason. */
bool store_next_client(struct store *s, int64_t after, struct store_client *out);

/* Of a client: the bytes of the files whose recording ended at `since` or later, and when the
 * recording of the first one at all ended. False: it has no file, or a reason. */
bool store_growth(
    struct store *s, int64_t client_id, int64_t since, uint64_t *stored, int64_t *first);

/* ---- files ---- */

struct store_row {
	int64_t id, client_id;
	const char *client, *address, *name, *path;
	bool compressed, pcapng;
	int64_t ended, archived;
	uint64_t packets, bytes, stored;
	bool timed;
	int64_t first, last;
	const uint8_t *sha256;
	uint64_t damaged;
	bool broken;
	uint64_t whole;
	const char *why;
	int64_t handed_over;                       /* when; 0: not yet */
	uint64_t tries;                            /* to hand it over, which have failed */
	int64_t next_try;                          /* not before; 0: at once */
	const void *link_types, *profile, *frames; /* columns */
	size_t link_types_len, profile_len, frames_len;
};

/* The file with the next larger id (0: the first) whose recording ended at `since` or later; false
 * at the end, or with a reason. */
bool store_next_file(struct store *s, int64_t after, int64_t since, struct store_row *out);

/* A file with these contents that had this name: a crash may have come between the index and the
 * removal of the capture. False: there is none, or a reason. */
bool store_same(struct store *s, const char *name, const uint8_t *sha256, struct store_row *out);

/* The oldest file of a client by the end of its recording, behind (ended, id) of `after` (NULL: the
 * first); only_handed_over: passes over others. */
struct store_place {
	int64_t ended, id;
};
bool store_oldest(struct store *s, int64_t client_id, const struct store_place *after,
    bool only_handed_over, struct store_row *out);

/* ---- handing over ---- */

/* The first file that waits to be handed over, by the time of its next try, behind (next_try, id)
 * of `after` (NULL: the first). */
struct store_turn {
	int64_t next_try, id;
};
bool store_waiting(struct store *s, const struct store_turn *after, struct store_row *out);

/* It was handed over then; a file that was removed meanwhile is no error. */
bool store_handed_over(struct store *s, int64_t id, int64_t when);

/* It was not, for so many times now, and is tried again at that time. */
bool store_try_again(struct store *s, int64_t id, uint64_t tries, int64_t next_try);

/* Files whose next try is later than that are tried at once: the clock was set back, or somebody
 * wants it. */
bool store_try_sooner(struct store *s, int64_t latest);

/* ---- looking for files ---- */

/* From here on until store_end_reading() everything is as it is at the first question: what the
 * writer commits meanwhile is not seen. False with a reason. */
bool store_begin_reading(struct store *s);
void store_end_reading(struct store *s);

struct store_found {
	int64_t id;
	const char *address;
	bool timed;
	int64_t first, last;
};

/* The files of a client that may have packets from `from` to `to`; all: and those without times,
 * whatever these are. take() gets each, in no order, and may not use the store; its false ends the
 * search. False with a reason. */
bool store_find(struct store *s, int64_t client_id, bool all, int64_t from, int64_t to,
    bool (*take)(void *context, const struct store_found *f), void *context);

/* The hosts that files of a client are of, each once: it looks at all of these files. take() gets
 * their addresses, in no order, and may not use the store; its false ends the search. False with a
 * reason. */
bool store_hosts(struct store *s, int64_t client_id,
    bool (*take)(void *context, const char *address), void *context);

/* The file with that number; columns: profile, frames, and what is known of its handing over, too,
 * which costs more. False: there is none (any more), or a reason. */
bool store_get(struct store *s, int64_t id, bool columns, struct store_row *out);

/* The file with the next larger number than `after` (0: the first): those that were added later
 * have larger ones. False: there is none, or a reason. */
bool store_next(struct store *s, int64_t after, struct store_row *out);

/* The largest number of a file that there is, 0 without one. False with a reason. */
bool store_last(struct store *s, int64_t *id);

/* The file with the next larger number than `after` (0: the first) that was made of a capture of
 * this client, with this length, whose recording ended then. False: there is none, or a reason. */
bool store_next_made_of(struct store *s, const char *client, int64_t ended, uint64_t bytes,
    int64_t after, struct store_row *out);

/* The same, of those that ended in the second in which they were archived, or have it for a later
 * one: then or after that. */
bool store_next_bounded(struct store *s, const char *client, int64_t since, uint64_t bytes,
    int64_t after, struct store_row *out);

/* ---- the whole ---- */

/* How many files wait to be handed over, as far as `most`: they are counted one by one. False with
 * a reason. */
bool store_count_waiting(struct store *s, uint64_t most, uint64_t *n);

/* Of the file with the smallest number that is not less than `from`; files are numbered in the
 * order in which they were archived. False: there is none, or a reason. */
struct store_size {
	int64_t id, ended, archived;
	uint64_t stored;
};
bool store_next_size(struct store *s, int64_t from, struct store_size *out);

#endif
