/* schema: the tables of the index, as SQL.
 *
 * `client` has a row for each client that has, or had, files; its totals follow the files
 * by triggers, so that retention does not add up a million of them. `span` finds files by time: an
 * R*Tree of 32-bit floats rounds outwards, so what it finds is compared once more with the exact
 * times. Source: sqlite.org/lang.html, sqlite.org/rtree.html. */
#ifndef INDEX_SCHEMA_H
#define INDEX_SCHEMA_H

#define SCHEMA_APPLICATION 0x4f504341 /* "OPCA": application_id */
#define SCHEMA_VERSION     3          /* user_version */

static const char schema[] =
    "CREATE TABLE client ("
    " id INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL UNIQUE,"
    " files INTEGER NOT NULL DEFAULT 0,"
    " stored INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE TABLE file ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " client INTEGER NOT NULL REFERENCES client (id),"
    " address TEXT NOT NULL,"     /* of one host of a network; '' for others */
    " name TEXT NOT NULL,"        /* of the capture when it was completed */
    " path TEXT NOT NULL UNIQUE," /* beneath the archive's path */
    " compressed INTEGER NOT NULL,"
    " pcapng INTEGER NOT NULL,"
    " ended INTEGER NOT NULL,"    /* of the recording, seconds */
    " archived INTEGER NOT NULL," /* seconds */
    " packets INTEGER NOT NULL,"
    " bytes INTEGER NOT NULL,"  /* of the capture */
    " stored INTEGER NOT NULL," /* of the archived file */
    " first INTEGER,"           /* nanoseconds; NULL: no packet has a time */
    " last INTEGER,"
    " sha256 BLOB NOT NULL,"
    " damaged INTEGER NOT NULL,"
    " whole INTEGER," /* bytes that could be walked; NULL: all */
    " why TEXT,"
    " link_types BLOB NOT NULL," /* 2 bytes each, little-endian */
    " profile BLOB NOT NULL,"
    " frames BLOB NOT NULL,"                        /* index/frames.h */
    " handed_over INTEGER NOT NULL DEFAULT 0,"      /* seconds; 0: not yet */
    " tries INTEGER NOT NULL DEFAULT 0,"            /* that have failed */
    " next_try INTEGER NOT NULL DEFAULT 0) STRICT;" /* seconds */
    "CREATE INDEX file_by_age ON file (client, ended, id);"
    "CREATE INDEX file_gone_on ON file (client, ended, id) WHERE handed_over > 0;"
    "CREATE INDEX file_by_sha256 ON file (sha256, name);" /* many captures have no packet */
    "CREATE INDEX file_waiting ON file (next_try, id) WHERE handed_over = 0;"
    "CREATE VIRTUAL TABLE span USING rtree (id, client_low, client_high, first, last);"
    "CREATE TRIGGER file_added AFTER INSERT ON file BEGIN"
    " UPDATE client SET files = files + 1, stored = stored + new.stored WHERE id = new.client;"
    " INSERT INTO span SELECT new.id, new.client, new.client, new.first / 1000000000.0,"
    "  new.last / 1000000000.0 WHERE new.first IS NOT NULL;"
    "END;"
    "CREATE TRIGGER file_removed AFTER DELETE ON file BEGIN"
    " UPDATE client SET files = files - 1, stored = stored - old.stored WHERE id = old.client;"
    " DELETE FROM span WHERE id = old.id;"
    "END;";

#endif
