#!/usr/bin/env bats
# archive_change: what changes under the archive that runs: its configuration, and the directories of captures.
. "$BATS_TEST_DIRNAME/lib.bash"
. "$BATS_TEST_DIRNAME/archive.bash"

# runs: the daemon; RUNS is its process
runs() {
	: >log # not that of a run before
	"$ARCHIVE" -c cfg 2>>log 3>&- &
	RUNS=$!
	PIDS+=("$RUNS")
	wait_log 'archiving path='
}

# arrives NAME [PACKETS]: a finished capture
arrives() {
	capture x "${2-3}"
	mv 'done'/x "done/$1"
}

# open_files: how many descriptors the archive has, and watches on directories
open_files() { find "/proc/$RUNS/fd" -type l | wc -l && cat "/proc/$RUNS/fdinfo"/* | grep -c '^inotify'; }

@test "reloads, those that succeed and those that fail, leave no descriptors behind" {
	settings
	runs
	kill -HUP "$RUNS"
	wait_log 'reload path='
	open_files >before
	local i
	for i in $(seq 20); do
		settings "" '{ name = "foo"; address = "127.0.0.2"; }, { name = "bar"; address = "127.0.0.3"; completed-path = "missing"; }'
		kill -HUP "$RUNS"
		wait_log 'reload reason="failed: the old configuration stays"' "$i"
		settings
		kill -HUP "$RUNS"
		wait_log 'reload path=' $((i + 1))
	done
	open_files | diff before -
}

@test "more directories than half its limit of descriptors: a reload succeeds; a command gets the limit as it was" {
	local i clients=
	for i in $(seq 30); do
		mkdir "done$i"
		clients+="${clients:+, }{ name = \"c$i\"; address = \"127.0.1.$i\"; completed-path = \"done$i\"; }"
	done
	printf '#!/bin/bash\nulimit -Sn >limit.new; mv limit.new limit\n' >command
	chmod +x command
	settings 'hand-over: { command = [ "./command" ]; };' "$clients"
	ulimit -Sn 50
	runs
	kill -HUP "$RUNS"
	wait_log 'reload path='
	arrives trace-c1-20261128_000001.pcap
	until_true test -e limit
	[ "$(cat limit)" -eq 50 ]
}

@test "a capture that cannot be archived is not tried at each arrival, but after a while, or when told to" {
	settings
	touch archive/foo
	arrives trace-foo-20261128_000001.pcap
	runs
	wait_log 'error client=foo name=trace-foo-20261128_000001.pcap reason="foo/.* in the archive: Not a directory"'
	local i
	for i in 1 2 3; do
		arrives trace-bar-20261128_00000$i.pcap "$i"
		wait_log "archived client=bar name=trace-bar-20261128_00000$i.pcap"
	done
	[ "$(grep -c 'error client=foo' log)" -eq 1 ]
	rm archive/foo
	kill -USR1 "$RUNS"
	wait_log 'archived client=foo'
}

@test "a reload with another path of the archive is refused as a whole; what needs a restart is said" {
	settings
	runs
	mkdir other
	sed -i 's/path = "archive"/path = "other"; directories = "new"/' cfg
	kill -HUP "$RUNS"
	wait_log 'error file=.*cfg" line=[0-9]* reason="path: another one needs a restart"'
	wait_log 'reload reason="failed: the old configuration stays"'
	arrives trace-foo-20261128_000001.pcap
	wait_log 'archived client=foo .*path="foo/2026-11-28/'
	[ -z "$(find other -type f)" ]
	settings 'pid-file = "/run/x"; directories = "new";'
	kill -HUP "$RUNS"
	wait_log 'reload path='
	wait_log 'warning file=.* reason="pid-file changes with a restart only"'
	arrives trace-foo-20261128_000002.pcap
	wait_log 'archived client=foo .*path="new/'
}

@test "a completed-path that is moved away is said; the one that is made in its place is followed" {
	settings
	runs
	mv 'done' gone
	wait_log "error path=\"$PWD/done\" reason=\"captures there cannot be looked for: No such file or directory\""
	mkdir 'done'
	arrives trace-foo-20261128_000001.pcap
	kill -USR1 "$RUNS"
	wait_log "archiving from=\"$PWD/done\" reason=\"it is another directory now\""
	wait_log 'archived client=foo name=trace-foo-20261128_000001.pcap'
	arrives trace-foo-20261128_000002.pcap 4
	wait_log 'archived client=foo name=trace-foo-20261128_000002.pcap'
	wait_log "error path=\"$PWD/done\"" 1
	not log_has "error path=\"$PWD/done\"" 2
}

@test "two paths of one directory: each capture once; what becomes another directory is followed" {
	ln -s 'done' first
	ln -s 'done' other
	settings "" '{ name = "foo"; address = "127.0.0.2"; completed-path = "first"; }, { name = "bar"; address = "127.0.0.3"; completed-path = "other"; }'
	runs
	arrives trace-foo-20261128_000001.pcap
	wait_log 'archived client=foo'
	mkdir new old
	ln -sfn new other
	ln -sfn old first
	kill -USR1 "$RUNS"
	wait_log 'archiving from=".*/other" reason="it is another directory now"'
	wait_log 'archiving from=".*/first" reason="it is another directory now"'
	# a minute goes by until the next look, if there is no watch
	arrives trace-bar-20261128_000001.pcap 4
	wait_log 'archived client=bar name=trace-bar-20261128_000001.pcap'
	capture x 5
	mv 'done'/x new/trace-bar-20261128_000002.pcap
	wait_log 'archived client=bar name=trace-bar-20261128_000002.pcap'
	capture x 6
	mv 'done'/x old/trace-foo-20261128_000002.pcap
	wait_log 'archived client=foo name=trace-foo-20261128_000002.pcap'
	[ "$(grep -c 'archived client' log)" -eq 4 ]
}

@test "a completed-path that cannot be listed: an error, once, and status 1 of --once" {
	can_trace
	settings
	capture trace-foo-20261128_000001.pcap
	not strace -qq -o trace -P "$PWD/done" -e trace=getdents64 -e inject=getdents64:error=EIO "$ARCHIVE" --once -c cfg 2>log 3>&-
	wait_log "error path=\"$PWD/done\" reason=\"captures there cannot be looked for: Input/output error\""
	once
	wait_log 'archived client=foo'
}

@test "an index, or a lock, that is removed or replaced: the archive stops with an error, archives nothing, deletes nothing" {
	settings 'keep: { max-files = 1; };'
	local how
	for how in 'mv archive/index.sqlite gone' 'cp archive/index.sqlite x && mv x archive/index.sqlite' \
		'rm archive/.lock' 'rm archive/.lock && touch archive/.lock'; do
		rm -rf archive 'done' && mkdir archive 'done'
		capture trace-foo-20261128_000001.pcap
		runs
		wait_log 'archived client=foo'
		eval "$how"
		arrives trace-foo-20261128_000002.pcap 4
		until_true gone "$RUNS"
		not wait "$RUNS"
		case $how in
		*lock) wait_log 'error reason=".*/archive: its .lock was removed or replaced: another archive may work there' ;;
		*) wait_log 'error reason=".*/archive/index.sqlite: the index was removed or replaced: .*osmo-pcap-archive --rebuild' ;;
		esac
		[ -e 'done'/trace-foo-20261128_000002.pcap ]
		[ "$(find archive -name 'trace-*')" = archive/foo/2026-11-28/trace-foo-20261128_000001.pcap.zst ]
	done
}

@test "an index that another is written over in place, of another archive or an older one: it stops, and the next start as well" {
	settings 'keep: { max-files = 1; };'
	capture trace-foo-20261128_000001.pcap
	mkdir elsewhere
	sed 's,"archive","elsewhere",' cfg >cfg2
	"$ARCHIVE" --once -c cfg2 2>log
	local how
	for how in elsewhere older; do
		rm -rf archive 'done' && mkdir archive 'done'
		capture trace-foo-20261128_000001.pcap
		once
		runs
		wait_log 'archiving path'
		# what others may do with it
		arrives trace-foo-20261128_000002.pcap 2
		wait_log 'archived client=foo name=trace-foo-20261128_000002.pcap'
		sqlite3 -cmd '.timeout 9000' archive/index.sqlite VACUUM 'PRAGMA wal_checkpoint'
		cp archive/index.sqlite older
		arrives trace-foo-20261128_000003.pcap 3
		wait_log 'archived client=foo name=trace-foo-20261128_000003.pcap'
		sqlite3 -cmd '.timeout 9000' archive/index.sqlite 'PRAGMA wal_checkpoint'
		arrives trace-foo-20261128_000004.pcap 4
		wait_log 'archived client=foo name=trace-foo-20261128_000004.pcap'
		wait_log 'deleted client=foo path="foo/2026-11-28/trace-foo-20261128_000003.pcap.zst"'
		[ "$how" = older ] || cp elsewhere/index.sqlite older
		cat older >archive/index.sqlite
		arrives trace-foo-20261128_000005.pcap 5
		until_true gone "$RUNS"
		not wait "$RUNS"
		wait_log 'error reason=".*/archive/index.sqlite: the index was overwritten by another one, which is called index.sqlite.foreign now: .*--rebuild'
		[ -e 'done'/trace-foo-20261128_000005.pcap ]
		[ "$(find archive -name 'trace-*')" = archive/foo/2026-11-28/trace-foo-20261128_000004.pcap.zst ]
		cmp older archive/index.sqlite.foreign
		not once
		wait_log 'there is no index: osmo-pcap-archive --rebuild'
		"$ARCHIVE" --rebuild -c cfg
		once
		wait_log 'archived client=foo name=trace-foo-20261128_000005.pcap'
	done
}

in_work() { [ -n "$(find archive/.work -type f)" ]; }

@test "an index that is removed while a capture is on its way into it: the capture stays, and has no name in the archive" {
	can_trace
	settings
	capture trace-foo-20261128_000001.pcap
	once
	capture trace-foo-20261128_000002.pcap 4
	strace -qq -o trace -e trace=fsync -e inject=fsync:delay_enter=2000000:when=1 "$ARCHIVE" --once -c cfg 2>log 3>&- &
	PIDS+=($!)
	until_true in_work
	mv archive/index.sqlite gone
	until_true gone $!
	not wait $!
	wait_log 'error client=foo name=trace-foo-20261128_000002.pcap reason=".*the index was removed or replaced'
	[ -e 'done'/trace-foo-20261128_000002.pcap ]
	[ "$(find archive -name 'trace-*')" = archive/foo/2026-11-28/trace-foo-20261128_000001.pcap.zst ]
}

@test "another file in the place of the one that was packed, as a second archive would leave: the capture stays" {
	can_trace
	settings
	capture trace-foo-20261128_000001.pcap
	keep
	once
	capture trace-foo-20261128_000002.pcap 4
	keep
	strace -qq -o trace -e trace=fsync -e inject=fsync:delay_enter=2000000:when=1 "$ARCHIVE" --once -c cfg 2>log 3>&- &
	PIDS+=($!)
	until_true in_work
	local file
	file=$(find archive/.work -type f)
	rm -f "$file"
	echo other >"$file"
	until_true gone $!
	not wait $!
	wait_log 'error client=foo name=trace-foo-20261128_000002.pcap reason=".*Stale file handle'
	[ -e 'done'/trace-foo-20261128_000002.pcap ]
	[ "$(find archive -name 'trace-*')" = archive/foo/2026-11-28/trace-foo-20261128_000001.pcap.zst ]
	once
	everything_once
}

@test "the index's journal is removed or replaced: the archive stops with an error, and no row is lost; the next start goes on" {
	settings
	local how
	for how in 'rm archive/index.sqlite-wal' 'cp archive/index.sqlite-wal x && mv x archive/index.sqlite-wal'; do
		rm -rf archive 'done' && mkdir archive 'done'
		capture trace-foo-20261128_000001.pcap
		runs
		wait_log 'archived client=foo'
		eval "$how"
		arrives trace-foo-20261128_000002.pcap 4
		until_true gone "$RUNS"
		not wait "$RUNS"
		wait_log "error reason=\"$PWD/archive: index.sqlite-wal, the index's journal, was removed or replaced: what was in it is in the index now;"
		[ -e 'done'/trace-foo-20261128_000002.pcap ]
		[ "$(sqlite3 "file:archive/index.sqlite?immutable=1" 'SELECT name FROM file')" = trace-foo-20261128_000001.pcap ]
		once
		[ "$(index 'SELECT count(*) FROM file')" -eq 2 ]
	done
}

@test "the memory by which the index is shared is removed or replaced: the archive stops with an error, and what others have written since stays" {
	settings
	local how
	for how in 'rm archive/index.sqlite-shm' 'cp archive/index.sqlite-shm x && mv x archive/index.sqlite-shm'; do
		rm -rf archive 'done' && mkdir archive 'done'
		capture trace-foo-20261128_000001.pcap
		runs
		wait_log 'archived client=foo'
		eval "$how"
		sqlite3 archive/index.sqlite 'CREATE TABLE note (text TEXT); INSERT INTO note VALUES (1)'
		arrives trace-foo-20261128_000002.pcap 4
		until_true gone "$RUNS"
		not wait "$RUNS"
		wait_log "error reason=\"$PWD/archive: index.sqlite-shm, by which those who use the index at the same time agree, was removed or replaced:"
		[ -e 'done'/trace-foo-20261128_000002.pcap ]
		once
		[ "$(index 'SELECT count(*) FROM file')" -eq 2 ]
		[ "$(index 'SELECT text FROM note')" -eq 1 ]
		[ "$(index 'PRAGMA integrity_check')" = ok ]
	done
}

@test "a capture that the index has in a directory that is missing, of a filesystem that is not mounted say, waits, and its row stays" {
	settings
	capture trace-foo-20261128_000001.pcap
	cp -p 'done'/* copy
	once
	mv archive/foo elsewhere
	cp -p copy 'done'/trace-foo-20261128_000001.pcap
	not once
	wait_log 'error client=foo name=trace-foo-20261128_000001.pcap reason="the index has it as foo/2026-11-28/trace-foo-20261128_000001.pcap.zst, whose directory is not there"'
	[ -e 'done'/trace-foo-20261128_000001.pcap ]
	[ "$(index 'SELECT count(*) FROM file')" -eq 1 ]
	mv elsewhere archive/foo
	once
	[ ! -e 'done'/trace-foo-20261128_000001.pcap ]
	[ "$(index 'SELECT path FROM file')" = foo/2026-11-28/trace-foo-20261128_000001.pcap.zst ]
}
