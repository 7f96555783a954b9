#!/usr/bin/env bats
# archive_faults: whatever fails, each capture is in completed-path, or archived, indexed and intact, once; and the log
# says what happened.
bats_require_minimum_version 1.5.0
. "$BATS_TEST_DIRNAME/lib.bash"
. "$BATS_TEST_DIRNAME/archive.bash"

# one_fault CALL ERROR K: the K-th call fails; then the next round makes it good
one_fault() {
	emptied &&
		cp -p was/* 'done'/ &&
		{ faulty "$1" "$3" "$2" "$ARCHIVE" --once -c cfg 2>log 3>&- || [ $? -eq 1 ]; } &&
		still_there &&
		once &&
		everything_once
}

# each_call ERROR NAME…: every call of these names in turn fails with the error, from the one on that opens the archive
each_call() {
	local error=$1 name k begin
	. "$TESTDIR/archive.bash"
	mount -t tmpfs tmpfs archive # where a sync costs nothing
	mount -t tmpfs tmpfs 'done'
	settings
	capture trace-foo-20261128_000001.pcap 3
	made pcap 300 1000 random >'done'/trace-bar-20261128_000002.pcap
	keep
	strace -qq -o trace "$ARCHIVE" --once -c cfg 2>log
	begin=$(grep -nF '/archive"' trace | head -n 1 | cut -d: -f1)
	awk -v begin="$begin" -v names=" ${*:2} " 'match($0, /^[a-z0-9_]+/) {
		name = substr($0, 1, RLENGTH); n[name]++
		if (NR >= begin && index(names, " " name " ")) print name, n[name] }' trace >calls
	[ "$(wc -l <calls)" -ge 5 ]
	while read -r name k; do
		one_fault "$name" "$error" "$k" || {
			echo "$error at $name, $k" >&2
			cat log >&2
			return 1
		}
	done <calls
}

full_at_each() { each_call ENOSPC openat mkdirat pwrite64 ftruncate fallocate renameat renameat2 linkat; }
@test "the disk is full at every call that writes, in turn: files, directories, the index and its commits" {
	can_trace
	without_sanitizers
	inside full_at_each each_call one_fault
}

failing_at_each() { each_call EIO fsync fdatasync syncfs unlinkat unlink; }
@test "the disk fails at every sync and removal in turn" {
	can_trace
	without_sanitizers
	inside failing_at_each each_call one_fault
}

@test "an orphan that cannot be replaced: the capture stays, and the next round replaces it" {
	can_trace
	without_sanitizers
	settings
	capture trace-foo-20261128_000001.pcap 3
	keep
	once
	everything_once
	sqlite3 archive/index.sqlite 'DELETE FROM file' # as a crash before the commit leaves it
	cp -p was/* 'done'/
	local status=0
	faulty renameat 1 ENOSPC "$ARCHIVE" --once -c cfg 2>log 3>&- || status=$?
	[ $status -eq 1 ] # not 98: there is such a call
	wait_log 'error client=foo name=trace-foo-20261128_000001.pcap reason="foo/2026-11-28/.* in the archive: No space left'
	[ -e 'done'/trace-foo-20261128_000001.pcap ]
	once
	everything_once
}

full_archive() {
	. "$TESTDIR/archive.bash"
	mount -t tmpfs -o size=1m tmpfs archive
	mount -t tmpfs -o size=4m tmpfs 'done'
	settings
	made pcap 1000 2000 random >'done'/trace-foo-20261128_000001.pcap
	capture trace-foo-20261128_000002.pcap
	keep
	not once
	wait_log 'error client=foo name=trace-foo-20261128_000001.pcap reason="writing the archived file: No space left'
	still_there
	[ -z "$(find archive/.work -type f)" ]
	dd if=/dev/zero of=archive/ballast bs=4096 status=none 2>/dev/null || true
	capture trace-foo-20261128_000003.pcap
	cp -p 'done'/trace-foo-20261128_000003.pcap was/
	not once
	wait_log 'error'
	still_there
	rm archive/ballast
	mount -o remount,size=16m archive
	dd if=/dev/zero of=done/ballast bs=4096 status=none 2>/dev/null || true # of no matter there
	once
	everything_once
}
@test "the archive's disk is full: captures stay; when there is room they are archived, also from a full disk" {
	inside full_archive
}

# held PATH [CALL N]: an archive whose worker is stopped when it begins to read that capture, or at its N-th CALL with
# one of these files; sets WORKER
held() {
	local paths=() f
	can_trace
	as_root # nobody else may hold a process at a file
	rm -f trace
	for f in $1; do
		paths+=(-P "$PWD/$f")
	done
	strace -f -qq -o trace "${paths[@]}" -e trace="${2-pread64}" -e inject="${2-pread64}:signal=STOP:when=${3-1}" \
		"$ARCHIVE" --once -c cfg 2>log 3>&- &
	ARCHIVING=$!
	PIDS+=($!)
	until_true grep -q 'stopped by SIGSTOP' trace
	WORKER=$(sed -n 's/^\([0-9]*\) .*stopped by SIGSTOP.*/\1/p' trace)
}

@test "a row of the index that cannot be read: retention stops, and takes nothing from other clients" {
	settings
	capture trace-foo-20261126_000001.pcap 3
	capture trace-foo-20261127_000001.pcap 4
	capture trace-bar-20261126_000002.pcap 5
	once
	settings 'keep: { max-files = 0; max-size = 1; };'
	sqlite3 archive/index.sqlite "UPDATE file SET sha256 = x'00' WHERE name = 'trace-foo-20261126_000001.pcap'"
	not once
	grep -E 'error reason="[^"]' log
	never_log 'deleted client=bar'
	[ "$(find archive/bar -name 'trace-*' | wc -l)" -eq 1 ]
}

@test "a capture that is replaced or taken away while it is read: what was read is archived, the other one next" {
	settings
	capture trace-foo-20261128_000001.pcap 3
	cp 'done'/trace-foo-20261128_000001.pcap first
	held 'done'/trace-foo-20261128_000001.pcap
	capture x 7
	cp 'done'/x second
	mv 'done'/x 'done'/trace-foo-20261128_000001.pcap
	kill -CONT "$WORKER"
	wait "$ARCHIVING"
	archived_as first foo/2026-11-28/trace-foo-20261128_000001.pcap.zst
	cmp second 'done'/trace-foo-20261128_000001.pcap
	once
	archived_as second foo/2026-11-28/trace-foo-20261128_000001_001.pcap.zst
	[ "$(index 'SELECT count(*) FROM file')" -eq 2 ]

	capture trace-foo-20261128_000002.pcap 5
	cp 'done'/trace-foo-20261128_000002.pcap third
	held 'done'/trace-foo-20261128_000002.pcap
	rm 'done'/trace-foo-20261128_000002.pcap
	ln -s /etc/passwd 'done'/trace-foo-20261128_000002.pcap
	kill -CONT "$WORKER"
	wait "$ARCHIVING"
	archived_as third foo/2026-11-28/trace-foo-20261128_000002.pcap.zst
	once
	[ "$(readlink 'done'/trace-foo-20261128_000002.pcap)" = /etc/passwd ]
	[ "$(index 'SELECT count(*) FROM file')" -eq 3 ]
}

@test "a worker that is killed: its capture stays, the others are archived, the next round takes it" {
	settings
	capture trace-foo-20261128_000001.pcap 3
	capture trace-foo-20261128_000002.pcap 4
	keep
	held 'done'/trace-foo-20261128_000001.pcap
	kill -KILL "$WORKER"
	not wait "$ARCHIVING"
	wait_log 'error client=foo name=trace-foo-20261128_000001.pcap reason="its worker failed"'
	wait_log 'archived client=foo name=trace-foo-20261128_000002.pcap'
	still_there
	once
	everything_once
}

@test "the clock is set back a day: captures are archived, and nothing is deleted for its age" {
	settings 'keep: { max-age = "1h"; };'
	sed -i 's/base-path/sandbox = "off"; base-path/' cfg # libfaketime reads a file in every process
	export NO_FAKE_STAT=1 # but for times of files
	fake_clock '2026-11-28 12:00:00'
	capture trace-foo-20261128_110000.pcap
	touch -d '2026-11-28 11:30:00 UTC' 'done'/trace-*
	keep
	"${WRAP[@]}" "$ARCHIVE" --once -c cfg 2>log
	echo '2026-11-27 12:00:00' >clock
	"${WRAP[@]}" "$ARCHIVE" --once -c cfg 2>log
	everything_once
	capture trace-foo-20261127_115900.pcap
	touch -d '2026-11-27 11:59:00 UTC' 'done'/trace-*
	cp -p 'done'/trace-* was/
	"${WRAP[@]}" "$ARCHIVE" --once -c cfg 2>log
	everything_once
	echo '2026-11-28 12:00:00' >clock
	"${WRAP[@]}" "$ARCHIVE" --once -c cfg 2>log
	[ "$(index 'SELECT name FROM file')" = trace-foo-20261128_110000.pcap ]
	wait_log 'deleted client=foo path="foo/2026-11-27/.*reason="max-age" age=86460 '
}

@test "a capture that is still being written is not archived torn, nor removed; it is taken when it is whole" {
	settings
	capture trace-foo-20261128_000001.pcap 9
	keep
	local f='done'/trace-foo-20261128_000001.pcap tail
	tail=$(($(size $f) - 400))
	head -c 400 was/* >$f
	held $f # it has read the beginning
	tail -c $tail was/* >>$f
	kill -CONT "$WORKER"
	not wait "$ARCHIVING"
	wait_log 'waiting client=foo name=trace-foo-20261128_000001.pcap reason="it is still being written"'
	cmp was/* $f
	[ -z "$(find archive -name 'trace-*')" ]
	# between its archiving and its removal: what was archived is torn, and the whole is archived beside it
	rm trace
	head -c 400 was/* >$f
	rm -f trace
	strace -qq -o trace -e trace=renameat2 -e inject=renameat2:signal=STOP:when=1 "$ARCHIVE" --once -c cfg 2>log 3>&- &
	ARCHIVING=$!
	PIDS+=($!)
	until_true grep -q 'stopped by SIGSTOP' trace
	tail -c $tail was/* >>$f
	pkill -CONT -P "$ARCHIVING"
	not wait "$ARCHIVING"
	cmp was/* $f
	wait_log 'archived client=foo name=trace-foo-20261128_000001.pcap path=.* broken='
	wait_log 'waiting client=foo name=trace-foo-20261128_000001.pcap reason="it has changed since it was archived'
	once
	archived_as "$(echo was/*)" foo/2026-11-28/trace-foo-20261128_000001_001.pcap.zst
	[ "$(index 'SELECT count(*) FROM file')" -eq 2 ]
	[ ! -e $f ]
}

@test "a capture that is written in place at its full length is not archived before it is whole" {
	settings
	capture trace-foo-20261128_000001.pcap 9
	keep
	local f='done'/trace-foo-20261128_000001.pcap
	head -c 400 was/* >$f
	truncate -s "$(size was/*)" $f
	held $f # it has read the beginning
	cat was/* 1<>$f
	kill -CONT "$WORKER"
	not wait "$ARCHIVING"
	wait_log 'waiting client=foo name=trace-foo-20261128_000001.pcap reason="it is still being written"'
	cmp was/* $f
	[ -z "$(find archive -name 'trace-*')" ]
	once
	everything_once
}

@test "a capture that ends within a record has a while to grow" {
	settings
	sed -i 's/base-path/sandbox = "off"; base-path/' cfg # for libfaketime
	export NO_FAKE_STAT=1
	fake_clock '2026-11-28 12:00:00' # it stands still
	WRAP+=(FAKETIME_DONT_FAKE_MONOTONIC=0)
	"${WRAP[@]}" "$ARCHIVE" -c cfg 2>log 3>&- &
	local pid=$! f='done'/trace-foo-20261128_000001.pcap
	PIDS+=($pid)
	wait_log 'archiving path='
	capture x 9
	mv 'done'/x was
	head -c 400 was >x
	mv x $f
	until_true compgen -G 'archive/.work/*'
	until_true not pgrep -P $pid # it is packed
	tail -c +401 was >>$f
	fake_clock '2026-11-28 12:00:02'
	kill -USR1 $pid
	wait_log 'waiting client=foo name=trace-foo-20261128_000001.pcap reason="it is still being written"'
	wait_log 'archived client=foo name=trace-foo-20261128_000001.pcap .* packets=9 '
	never_log broken
	# each has its own while, whatever came before; and the end of the archive does not make it shorter
	cp 'was' x
	truncate -s 400 x
	mv x 'done'/trace-foo-20261128_000002.pcap
	until_true compgen -G 'archive/.work/*'
	until_true not pgrep -P $pid
	fake_clock '2026-11-28 12:00:02.5'
	head -c 372 was >x
	truncate -s 19572 x # the rest is a hole: records without a byte
	mv x 'done'/trace-foo-20261128_000003.pcap
	until_true eval '[ "$(find archive/.work -type f | wc -l)" -eq 2 ]'
	until_true not pgrep -P $pid
	fake_clock '2026-11-28 12:00:03'
	kill -USR1 $pid
	wait_log 'archived client=foo name=trace-foo-20261128_000002.pcap .* broken='
	kill $pid
	wait_log stopped
	never_log 'name=trace-foo-20261128_000003.pcap'
	[ -e 'done'/trace-foo-20261128_000003.pcap ]
}

@test "a directory whose entry cannot be synced: nothing is archived in it, and the next round makes it anew" {
	can_trace
	settings
	mkdir -p archive/foo
	capture trace-foo-20261128_000001.pcap
	keep
	not strace -qq -o trace -P "$PWD/archive/foo" -e trace=fsync -e inject=fsync:error=EIO "$ARCHIVE" --once -c cfg 2>log 3>&-
	wait_log 'error client=foo .*in the archive: Input/output error'
	[ ! -e archive/foo/2026-11-28 ]
	still_there
	once
	everything_once
	# one that cannot be made: why is said. The first call is for .work
	capture trace-bar-20261128_000001.pcap
	not strace -qq -o trace -e trace=mkdirat -e inject=mkdirat:error=ENOSPC:when=2 "$ARCHIVE" --once -c cfg 2>log 3>&-
	wait_log 'error client=bar .*in the archive: No space left'
}

@test "what is written in place is looked at when it is closed" {
	settings
	"$ARCHIVE" -c cfg 2>log 3>&- &
	PIDS+=($!)
	wait_log 'archiving path='
	# mask:…: IN_CLOSE_WRITE is 8
	grep -hE '^inotify .* mask:[0-9a-f]*[89a-f] ' "/proc/$!/fdinfo/"*
}

@test "a worker that reports what it has not stored: the capture stays" {
	settings 'compress = "none";'
	once
	capture trace-foo-20261128_000001.pcap
	keep
	held 'archive/.work/0 archive/.work/1 archive/.work/2' write 2
	truncate -s 100 archive/.work/?
	kill -CONT "$WORKER"
	not wait "$ARCHIVING"
	wait_log 'error client=foo name=trace-foo-20261128_000001.pcap reason="its worker has stored 100 bytes, and reports 372"'
	still_there
	[ -z "$(find archive -name 'trace-*')" ]
	once
	cmp was/* archive/foo/*/trace-*
}

# fake_all_clocks: the monotonic one as well, in workers, too
fake_all_clocks() {
	sed -i 's/base-path/sandbox = "off"; base-path/' cfg # for libfaketime
	export NO_FAKE_STAT=1
	fake_clock +0
	WRAP+=(FAKETIME_DONT_FAKE_MONOTONIC=0)
}

@test "a worker that hangs keeps no other waiting, nor retention; it is killed when it makes no progress, and named" {
	settings 'compress = "zstd:19"; keep: { max-files = 1; };'
	fake_all_clocks
	made pcap 30000 1500 random >'done'/trace-foo-20261128_000001.pcap
	"${WRAP[@]}" "$ARCHIVE" -c cfg 2>log 3>&- &
	local pid=$! worker
	PIDS+=($pid)
	until_true pgrep -P $pid
	worker=$(pgrep -P $pid)
	kill -STOP "$worker"
	capture x 1
	mv 'done'/x 'done'/trace-bar-20261128_000001.pcap
	wait_log 'archived client=bar name=trace-bar-20261128_000001.pcap'
	capture x 2
	mv 'done'/x 'done'/trace-bar-20261128_000002.pcap
	wait_log 'archived client=bar name=trace-bar-20261128_000002.pcap'
	wait_log 'deleted client=bar path=".*" reason="max-files"'
	[ "$(pgrep -P $pid)" = "$worker" ]
	capture x 3
	mv 'done'/x 'done'/trace-foo-20261128_000001.pcap
	fake_clock +200s
	kill -USR1 $pid
	capture x 4
	mv 'done'/x 'done'/trace-bar-20261128_000003.pcap
	wait_log 'archived client=bar name=trace-bar-20261128_000003.pcap'
	[ "$(pgrep -P $pid)" = "$worker" ]
	never_log 'client=foo'
	fake_clock +600s
	kill -USR1 $pid
	wait_log 'error client=foo name=trace-foo-20261128_000001.pcap reason="its worker has made no progress for [0-9]* s"'
	fake_clock +700s # the next round
	kill -USR1 $pid
	wait_log 'archived client=foo name=trace-foo-20261128_000001.pcap .* packets=3 '
	gone "$worker"
}

@test "a worker that always does something small, and never ends, is killed all the same" {
	settings 'compress = "zstd:19";'
	fake_all_clocks
	made pcap 9000 1500 random >'done'/trace-foo-20261128_000001.pcap
	"${WRAP[@]}" "$ARCHIVE" -c cfg 2>log 3>&- &
	local pid=$! after file
	PIDS+=($pid)
	until_true pgrep -P $pid
	kill -STOP "$(pgrep -P $pid)"
	file=$(echo archive/.work/*)
	for after in 250 500 750; do
		echo >>"$file"
		fake_clock +${after}s
		capture x $after
		mv 'done'/x "done/trace-bar-20261128_000$after.pcap"
		wait_log "archived client=bar name=trace-bar-20261128_000$after.pcap"
		never_log 'client=foo'
	done
	echo >>"$file"
	fake_clock +1000s
	kill -USR1 $pid
	wait_log 'error client=foo name=trace-foo-20261128_000001.pcap reason="its worker takes longer than the capture can need"'
}

@test "a file that cannot be deleted is named, and retention goes on with the others" {
	settings 'compress = "none";'
	local i
	for i in 1 2 3; do
		capture "trace-foo-2026112${i}_000000.pcap" "$i"
		touch -d "2026-11-2$i 12:00" "done/trace-foo-2026112${i}_000000.pcap"
	done
	capture trace-bar-20261120_000000.pcap 4
	once
	rm archive/foo/2026-11-21/trace-*
	mkdir -p archive/foo/2026-11-21/trace-foo-20261121_000000.pcap/x # which no unlink(2) removes
	settings 'compress = "none"; keep: { max-files = 3; max-size = 1; };'
	not once
	wait_log 'error client=foo path="foo/2026-11-21/trace-foo-20261121_000000.pcap" reason="it is to go by max-files, and cannot be deleted: Is a directory"'
	wait_log 'deleted client=foo ' 2
	wait_log 'deleted client=bar '
	[ "$(index 'SELECT name FROM file')" = trace-foo-20261121_000000.pcap ]
	never_log 'stored above max-files'
	wait_log 'error reason="139 bytes are stored above max-size or min-free, and files that cannot be deleted let nothing more be deleted"'
	never_log floors
}

@test "retention follows no link out of the archive; what only the index has is told of, and not said to be deleted" {
	settings
	capture trace-foo-20261128_000001.pcap 9
	once
	settings 'keep: { max-size = 1; };'
	mv archive/foo elsewhere
	ln -s ../elsewhere archive/foo
	not once
	[ -e elsewhere/2026-11-28/trace-foo-20261128_000001.pcap.zst ]
	wait_log 'error client=foo path=.*, and cannot be deleted: Not a directory'
	rm archive/foo
	capture trace-bar-20261128_000001.pcap 1
	settings 'keep: { max-files = 1; };' # nothing goes in its place
	not once
	wait_log 'error client=foo path=.*, and cannot be deleted: its directory is not there'
	never_log 'deleted client='
	settings 'keep: { max-size = 1; };'
	[ "$(index 'SELECT count(*) FROM file')" -eq 2 ]
	mkdir -p archive/foo/2026-11-28
	once
	wait_log 'warning client=foo path="foo/2026-11-28/trace-foo-20261128_000001.pcap.zst" reason="it is to go by max-size, and was missing: it is not in the index any more"'
	never_log 'deleted client=foo'
	[ "$(index 'SELECT count(*) FROM file')" -eq 0 ]
}

@test "a row that is removed by hand while retention deletes: index and files are the same in the end" {
	can_trace
	settings
	local n
	for n in 1 2 3 4 5; do
		capture "trace-foo-20261128_00000$n.pcap" "$n"
		touch -d "2026-11-28 00:00:0$n" "done/trace-foo-20261128_00000$n.pcap"
	done
	capture trace-bar-20261128_000001.pcap 1
	touch -d '2026-11-28 00:00:01' 'done'/trace-bar-20261128_000001.pcap
	capture trace-bar-20261128_000002.pcap 2
	once
	settings 'keep: { max-files = 1; };'
	strace -qq -o trace -e trace=unlinkat -e inject=unlinkat:signal=STOP:when=1 "$ARCHIVE" --once -c cfg 2>log 3>&- &
	ARCHIVING=$!
	PIDS+=($!)
	until_true grep -q 'stopped by SIGSTOP' trace
	sqlite3 archive/index.sqlite "DELETE FROM file WHERE name = 'trace-bar-20261128_000001.pcap'" &&
		rm archive/bar/*/trace-bar-20261128_000001.* || true
	pkill -CONT -P "$ARCHIVING"
	wait "$ARCHIVING"
	[ "$(index 'SELECT path FROM file ORDER BY path')" = "$(cd archive && find foo bar -name 'trace-*' | sort)" ]
}

@test "min-free: new files that have to go are a warning; what is missing then is not laid to floors" {
	settings 'compress = "none"; keep: { min-free = "100%"; };'
	capture trace-foo-20261128_000000.pcap 1
	capture trace-foo-20261128_000001.pcap 2
	touch -d '25 hours ago' 'done'/trace-foo-20261128_000001.pcap
	run -1 once
	wait_log 'deleted client=foo .*reason="min-free"' 2
	wait_log 'warning reason="min-free deletes files of the last day: the filesystem is too small, or something else fills it" files=1 bytes=140'
	wait_log 'error reason="[0-9]* bytes are stored above max-size or min-free, and there is nothing left to delete"'
	"$ARCHIVE" --plan -c cfg | grep ' are stored above max-size or min-free, and nothing more may be deleted$'
}

@test "a capture that is archived and cannot be removed is named once, not packed again, and removed when it can be" {
	settings
	"$ARCHIVE" -c cfg 2>log 3>&- &
	local pid=$!
	PIDS+=($pid)
	wait_log 'archiving path='
	failing $pid unlinkat:error=EPERM
	local tracer=${PIDS[-1]} n
	for n in 1 2 3; do
		capture x "$n"
		mv 'done'/x 'done'/trace-foo-20261128_00000$n.pcap
		wait_log "error client=foo name=trace-foo-20261128_00000$n.pcap reason=\"it is archived, but cannot be removed: Operation"
	done
	[ "$(grep -c ' error ' log)" -eq 3 ]
	never_log 'archived before'
	kill "$tracer"
	until_true grep -q 'TracerPid:.*\b0$' "/proc/$pid/status"
	kill -USR1 $pid
	wait_log 'archived name=trace-foo-2026112.* reason="it was archived before, and could be removed now"' 3
	[ -z "$(ls 'done')" ]
	[ "$(index 'SELECT count(*) FROM file')" -eq 3 ]
}

# hostile: files that fuzzing begins with, and all that was recorded of streams, as captures in done
hostile() {
	local f n=0 kind to
	set +T
	trap - DEBUG # of bats, which makes a loop slow; this is a subshell
	"$TESTDIR/fuzz/corpus" corpus
	for f in "$TESTDIR"/fuzz/known/*/*; do
		cp "$f" "corpus/reader/known-${f##*/}"
	done
	perl -0777 -i -pe 's/^..?//s' corpus/reader/* corpus/stream/*
	for f in corpus/reader/* corpus/stream/* "$TESTDIR"/streams/*.stream; do
		n=$((n + 1))
		kind=pcap
		[ $((n % 2)) -eq 0 ] || kind=pcapng # a wrong suffix is hostile, too
		printf -v to 'done/trace-foo-20261128_%06d.%s' $n $kind
		case $f in
		corpus/reader/*) echo "$f $to" >>renamed ;;
		*) command unframe 1 <"$f" >"$to" 2>/dev/null || true ;;
		esac
	done
	perl -ane 'rename $F[0], $F[1] or die "$_: $!"' renamed >&2 || return
	echo "$n"
}

@test "hostile captures: each is archived whole, once; --verify and --rebuild find the same" {
	settings
	[ "$(hostile)" -gt 300 ]
	# records as long as a length can say, times at the ends of what can be told, a thousand interfaces and sections
	perl -e 'print pack("VvvVVVV", 0xa1b2c3d4, 2, 4, 0, 0, ~0, 1), pack("VVVV", 0, 0, 0xfffffff0, 0xfffffff0), "x" x 9999' \
		>'done'/trace-foo-20261128_100000.pcap
	perl -e 'print pack("VvvVVVV", 0xa1b23c4d, 2, 4, 0, 0, ~0, 1), map { pack("VVVV", $_, 999999999, 1, 1), "x" } 0, ~0 & 0xffffffff, 1, 4294967295' \
		>'done'/trace-foo-20261128_100001.pcap
	stream -c 'done'/trace-foo-20261128_100002.pcapng shb+idb,opt=9/1/00 epb,opt=14/8/ffffffffffffff7f shb+idb,n=1000 epb,if=999 shb,n=1000
	perl -e 'print pack("VvvVVVV", 0xa1b2c3d4, 2, 4, 0, 0, ~0, 1), map { pack("VVVV", $_ * 65536, 0, 0, 0) } 0 .. 65535' \
		>'done'/trace-foo-20261128_100003.pcap
	zstd -q 'done'/trace-foo-20261128_100003.pcap -o 'done'/trace-foo-20261128_100004.pcap
	head -c 1000000 /dev/zero >'done'/trace-foo-20261128_100005.pcap
	keep
	once
	everything_once
	index 'SELECT name, hex(sha256), packets, first, last, damaged, whole, why, hex(profile), hex(frames) FROM file ORDER BY path' >before
	"$ARCHIVE" --verify -c cfg >found
	grep '; 0 files differ or are missing$' found
	"$ARCHIVE" --rebuild -c cfg >made
	grep '; 0 cannot be read, 0 are no archived files$' made
	index 'SELECT name, hex(sha256), packets, first, last, damaged, whole, why, hex(profile), hex(frames) FROM file ORDER BY path' |
		diff before -
}

few_wait() { [ "$(find 'done' -name 'trace-bar-*' | wc -l)" -le 10 ]; }
one_does_not_fit() {
	. "$TESTDIR/archive.bash"
	local i
	mount -t tmpfs -o size=8m tmpfs archive
	mount -t tmpfs tmpfs 'done' # lists first what was made last
	settings 'compress = "none";'
	made pcap 3 100 random >x
	tee 'done'/trace-bar-20261128_000{001..100}.pcap <x >/dev/null
	made pcap 15000 1500 random >'done'/trace-foo-20261128_000001.pcap
	: >log # wait_log needs it at once
	"$ARCHIVE" -c cfg 2>>log 3>&- &
	PIDS+=($!)
	wait_log 'error client=foo name=trace-foo-20261128_000001.pcap reason=".*No space left on device"'
	until_true few_wait # those that were beside it have their turn a minute later
	[ "$(grep -c ' error ' log)" -le 11 ]
}
@test "a capture for which the archive's disk has no room keeps smaller ones from nothing" {
	inside one_does_not_fit few_wait
}

in_the_way() {
	. "$TESTDIR/archive.bash"
	local i
	mount -t tmpfs -o size=30m tmpfs archive
	settings 'compress = "none"; keep: { min-free = "20%"; max-files = 9; };'
	for i in 1 2 3 4 5 6 7 8 9; do
		made pcap 1000 1000 random >"done/trace-bar-20261128_00000$i.pcap"
	done
	once
	made pcap 18000 1000 random >'done'/trace-foo-20261128_000001.pcap
	strace -f -qq -o trace -P "$PWD/done/trace-foo-20261128_000001.pcap" -e trace=pread64 \
		-e inject=pread64:signal=STOP:when=70 "$ARCHIVE" -c cfg 2>log 3>&- &
	PIDS+=($!)
	until_true grep -q 'stopped by SIGSTOP' trace
	PIDS+=("$(pgrep -P "${PIDS[-1]}")") # strace does not take it with it
	[ "$(df --output=avail -k archive | tail -n 1)" -lt 6144 ]
	for i in 1 2; do # the limit of files tells when retention had its turn
		capture x $i
		mv 'done'/x "done/trace-bar-20261128_00002$i.pcap"
		wait_log "archived client=bar name=trace-bar-20261128_00002$i.pcap"
		wait_log 'deleted client=bar path=".*" reason="max-files"' $i
	done
	never_log 'reason="min-free"'
	kill -KILL "$(sed -n 's/^\([0-9]*\) .*stopped by SIGSTOP.*/\1/p' trace)"
}
@test "min-free deletes nothing for a capture that is not archived yet" {
	can_trace
	as_root # nobody else may hold a process at a file
	inside in_the_way
}

@test "captures of one client that take long, as many as are read at a time, keep no other client waiting" {
	settings
	fake_all_clocks
	local i
	capture x
	mv 'done'/x .
	for i in $(seq $(($(nproc) + 2))); do # no disk is needed for that
		cp x "done/trace-foo-20261128_$(printf %06d "$i").pcap"
		truncate -s 1T "done/trace-foo-20261128_$(printf %06d "$i").pcap"
	done
	"${WRAP[@]}" "$ARCHIVE" -c cfg 2>log 3>&- &
	PIDS+=($!)
	until_true pgrep -P $!
	capture y 4
	mv 'done'/y 'done'/trace-bar-20261128_000001.pcap
	fake_clock +40s
	kill -USR1 $!
	wait_log 'archived client=bar name=trace-bar-20261128_000001.pcap'
	never_log 'client=foo'
	pkill -KILL -P $!
}
