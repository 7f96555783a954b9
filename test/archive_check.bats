#!/usr/bin/env bats
# archive_check: --plan, --verify and --rebuild of osmo-pcap-archive, and what the index is worth without them.
bats_require_minimum_version 1.5.0
. "$BATS_TEST_DIRNAME/lib.bash"
. "$BATS_TEST_DIRNAME/archive.bash"

FOO=archive/foo/2026-11-28/trace-foo-20261128

verify() { timeout "$PATIENCE" "$ARCHIVE" --verify -c cfg "$@" >found 2>err; }
rebuild() { "$ARCHIVE" --rebuild -c cfg >made 2>err; }

# everything the index says, in the order of the paths, without the numbers of rows
told() {
	index "SELECT client.name, address, file.name, path, compressed, pcapng, ended, ${1-archived}, packets, bytes,
		file.stored, first, last, hex(sha256), damaged, whole, why, hex(link_types), hex(profile), hex(frames)
		FROM file JOIN client ON client.id = file.client ORDER BY path;
		SELECT name, files, stored FROM client ORDER BY name;
		SELECT path, span.first, span.last FROM span JOIN file ON file.id = span.id ORDER BY path"
}

state() {
	local files
	shopt -s nullglob
	files=(archive/**/trace-* archive/.work/**/trace-*)
	shopt -u nullglob
	[ ${#files[@]} -eq 0 ] || stat -c '%n %s %.Y %i' "${files[@]}"
	told
}

# as_before: the state is that of the file before
as_before() {
	local now
	now=$(state)
	[ "$now" = "$(<before)" ] || diff before - <<<"$now"
}

# variety: finished captures of each kind
variety() {
	capture trace-foo-20261128_000001.pcap 3
	stream -c 'done'/trace-foo-20261128_000002.pcapng shb+idb epb epb=61 shb,be+idb,linktype=113 epb isb
	capture trace-foo-20261128_000003.pcap 3
	truncate -s -1 'done'/trace-foo-20261128_000003.pcap
	head -c 300000 /dev/urandom >'done'/trace-foo-20261128_000004.pcap
	: >'done'/trace-foo-20261128_000005.pcapng
	made pcap 6000 1500 random >'done'/trace-bar-20261128_000006.pcap
	stream -c 'done'/trace-net-127.0.9.7-20261128_000007.pcapng shb+idb epb,if=7 epb=60,caplen=9000 epb
	touch -d '2026-11-27 12:34:56' 'done'/trace-*
}

# ---- --verify ----

@test "before anything was archived: --verify and --plan say so, and create nothing" {
	settings
	run -1 verify
	grep 'there is no index: nothing was archived so far' err
	run -1 "$ARCHIVE" --plan -c cfg
	[ -z "$(ls -A archive)" ]
}

@test "verify: all is sound; nothing is changed, also beside a daemon" {
	settings "" "$DEFAULT_CLIENTS, { name = \"net\"; address = \"127.0.9.0/24\"; }"
	variety
	"$ARCHIVE" -c cfg 2>log 3>&- &
	PIDS+=($!)
	wait_log ' archived client=' 7
	state >before
	verify
	grep -x '7 files read, captures of 9[0-9]* bytes; 0 files differ or are missing' found
	[ "$(wc -l <found)" -eq 1 ]
	as_before
	settings 'compress = "none";'
	capture trace-foo-20261128_000009.pcap
	kill -HUP $!
	wait_log ' archived client=' 8
	verify
	grep '^8 files read' found
}

@test "verify: each file that differs or is missing is a line that says what, and the status is 1" {
	settings
	local i
	for i in 1 2 3 4 5 6; do
		made pcap 200 1000 random >"done/trace-foo-20261128_00000$i.pcap"
	done
	once
	printf x | dd of=${FOO}_000001.pcap.zst bs=1 seek=5000 conv=notrunc status=none
	truncate -s -1 ${FOO}_000002.pcap.zst
	rm ${FOO}_000003.pcap.zst
	ln -sf /etc/passwd ${FOO}_000004.pcap.zst
	# the same size, another capture of the same length
	made pcap 200 1000 random | perl -e 'local $/; $_ = <>; substr($_, -1) ^= "\1"; print' \
		>'done'/trace-bar-20261128_000005.pcap
	once
	cp archive/bar/2026-11-28/trace-bar-20261128_000005.pcap.zst ${FOO}_000005.pcap.zst
	sqlite3 archive/index.sqlite "UPDATE file SET stored = $(size ${FOO}_000005.pcap.zst) WHERE path LIKE 'foo/%5.pcap.zst'"
	run -1 verify
	sort found >lines
	cat lines
	local at=foo/2026-11-28/trace-foo-20261128
	grep -E "^foo ${at}_000001.pcap.zst: it(s capture has another SHA-256| cannot be read: .*)$" lines
	grep -E "^foo ${at}_000002.pcap.zst: it has [0-9]* bytes instead of [0-9]*$" lines
	grep -x "foo ${at}_000003.pcap.zst: it is missing" lines
	grep -x "foo ${at}_000004.pcap.zst: it is no regular file" lines
	grep -x "foo ${at}_000005.pcap.zst: its capture has another SHA-256" lines
	not grep -E "${at}_000006|^bar" lines
	grep -x '4 files read, .*; 5 files differ or are missing' lines
}

@test "verify: a file that would become 128 GiB is read no further than its capture was long" {
	settings
	capture trace-foo-20261128_000001.pcap
	once
	chmod u+w ${FOO}_000001.pcap.zst
	swelling >${FOO}_000001.pcap.zst
	sqlite3 archive/index.sqlite "UPDATE file SET stored = $(size ${FOO}_000001.pcap.zst)"
	run -1 verify
	grep -x 'foo foo/2026-11-28/trace-foo-20261128_000001.pcap.zst: its capture is longer than 372 bytes' found
}

@test "verify: a file that retention has deleted and not yet committed is not missing" {
	can_trace
	settings
	capture trace-foo-20261128_000001.pcap
	touch -d '1 hour ago' 'done'/trace-*
	capture trace-foo-20261128_000002.pcap 4
	once
	settings 'keep: { max-files = 1; };'
	strace -qq -o trace -P "$PWD/archive/index.sqlite-wal" -e trace=pwrite64 \
		-e inject=pwrite64:delay_enter=3000000:when=1 "$ARCHIVE" --once -c cfg 2>log 3>&- &
	PIDS+=($!)
	until_true test ! -e ${FOO}_000001.pcap.zst
	verify
	grep -x '1 file read, .*; 0 files differ or are missing' found
	await $!
	[ "$(index 'SELECT count(*) FROM file')" -eq 1 ]
}

@test "verify: while a file is read the index goes on, and its journal does not grow" {
	can_trace
	as_root # nobody else may hold a process at a file
	settings
	local n paths=() workers
	workers=$(getconf _NPROCESSORS_ONLN)
	for n in $(seq 100001 $((workers + 100001))); do # one waits
		capture "trace-foo-20261128_$n.pcap"
		paths+=(-P "$PWD/${FOO}_$n.pcap.zst")
	done
	once
	strace -f -qq -o trace "${paths[@]}" -e trace=read,pread64 -e inject=read,pread64:signal=STOP:when=1 \
		"$ARCHIVE" --verify -c cfg >found 2>err 3>&- &
	local verifying=$!
	PIDS+=($!)
	until_true pgrep -P $verifying
	PIDS+=("$(pgrep -P $verifying)") # its workers end with it
	until_true eval '[ "$(grep -c "stopped by SIGSTOP" trace)" -ge "$workers" ]'
	[ "$(sqlite3 archive/index.sqlite 'UPDATE client SET name = name; PRAGMA wal_checkpoint(TRUNCATE)')" = '0|0|0' ]
	pkill -KILL -P $verifying # and its workers with it
	not wait $verifying
}

@test "verify: files that the index does not have, as after an old index was put back; not what is being committed" {
	can_trace
	settings
	capture trace-foo-20261128_000001.pcap
	once
	sqlite3 archive/index.sqlite '.backup old'
	capture trace-foo-20261128_000002.pcap 4
	capture trace-bar-20261128_000003.pcap 5
	touch -d '3 days ago' 'done'/trace-bar-*
	once
	verify
	rm archive/index.sqlite*
	mv old archive/index.sqlite
	run -1 verify
	cat found
	grep -x 'foo/2026-11-28/trace-foo-20261128_000002.pcap.zst: it is not in the index' found
	grep -x 'bar/2026-11-28/trace-bar-20261128_000003.pcap.zst: it is not in the index' found
	grep -x '1 file read, .*; 0 files differ or are missing' found
	grep -x '2 files are not in the index: osmo-pcap-archive --rebuild makes it anew' found
	run -1 verify 1d
	grep '^1 file is not in the index' found
	rebuild
	verify
	capture trace-foo-20261128_000004.pcap 6
	strace -qq -o trace -P "$PWD/archive/index.sqlite-wal" -e trace=pwrite64 \
		-e inject=pwrite64:delay_enter=2000000:when=1 "$ARCHIVE" --once -c cfg 2>log 3>&- &
	PIDS+=($!)
	until_true test -e ${FOO}_000004.pcap.zst
	verify
	[ "$(wc -l <found)" -eq 1 ]
	await $!
}

@test "verify: metadata that --rebuild could not read are told of, though the capture is sound" {
	settings
	capture trace-foo-20261128_000001.pcap
	capture trace-foo-20261128_000002.pcap 4
	once
	perl -0pi -e 's/"packets":3/"packets";3/' ${FOO}_000001.pcap.zst
	perl -0pi -e 's/"sha256":"\K(.)/$1 eq "0" ? "1" : "0"/e' ${FOO}_000002.pcap.zst
	run -1 verify
	cat found
	grep -x "foo foo/2026-11-28/trace-foo-20261128_000001.pcap.zst: its metadata are damaged; its capture is sound" found
	grep -x "foo foo/2026-11-28/trace-foo-20261128_000002.pcap.zst: its metadata are of another capture; its capture is sound" found
	# archived again, as osmo-pcap-operations(7) has it
	local name
	for name in trace-foo-20261128_000001.pcap trace-foo-20261128_000002.pcap; do
		sqlite3 archive/index.sqlite "DELETE FROM file WHERE name = '$name'"
		zstd -dcq "${FOO%/*}/$name.zst" >"done/$name.new"
		touch -r "${FOO%/*}/$name.zst" "done/$name.new"
		mv "${FOO%/*}/$name.zst" .
		mv "done/$name.new" "done/$name"
	done
	once
	verify
	grep '^2 files read' found
}

@test "verify: no link leads out of the archive, in a path neither" {
	settings
	capture trace-foo-20261128_000001.pcap
	capture trace-bar-20261128_000002.pcap 4
	once
	mkdir elsewhere
	mv archive/foo elsewhere
	ln -s ../elsewhere/foo archive/foo
	run -1 verify
	grep -x 'foo foo/2026-11-28/trace-foo-20261128_000001.pcap.zst: what should be its directory is none' found
	grep '^1 file read' found
}

@test "verify: SINCE takes recordings that ended since then" {
	settings
	capture trace-foo-20261128_000001.pcap
	touch -d '3 days ago' 'done'/trace-foo-20261128_000001.pcap
	capture trace-foo-20261128_000002.pcap
	once
	verify 2d
	grep '^1 file read' found
	"$ARCHIVE" -c cfg --verify=4d 2>err | grep '^2 files read'
	verify 18446744073709551615s # and what is longer than there are times
	grep '^2 files read' found
	run -2 verify tomorrow
	grep -Fx 'osmo-pcap-archive: --verify needs a time such as 12h or 30d, not tomorrow; see osmo-pcap-archive --help' err
	run -2 "$ARCHIVE" -c cfg --plan 2d
	[[ $output == 'osmo-pcap-archive: unexpected argument: 2d (the configuration is named with -c); see '* ]]
	run -2 "$ARCHIVE" -c cfg --plan --verify
	[[ $output == 'osmo-pcap-archive: -t, --once, --plan, --verify and --rebuild exclude each other; see '* ]]
	run -2 "$ARCHIVE" -c cfg -D --plan
	[[ $output == 'osmo-pcap-archive: -D excludes -t, --once, --plan, --verify and --rebuild; see '* ]]
}

@test "verify: ends when nobody reads what it prints" {
	settings
	capture trace-foo-20261128_000001.pcap
	once
	rm ${FOO}_000001.pcap.zst
	run -141 perl -e 'pipe R, W; close R; open STDOUT, ">&W"; exec @ARGV' "$ARCHIVE" --verify -c cfg
}

# ---- --rebuild ----

@test "rebuild: the new index says what the old one said, of every kind of capture" {
	settings "" "$DEFAULT_CLIENTS, { name = \"net\"; address = \"127.0.9.0/24\"; }"
	variety
	once
	capture trace-foo-20261128_000001.pcap 4 # a taken name
	once
	state >before
	[ "$(grep -c '^archive/' before)" -eq 8 ]
	rm archive/index.sqlite*
	rebuild
	grep -E '^8 files of [0-9]* bytes are in the index; 0 cannot be read, 0 are no archived files$' made
	as_before
	rebuild # over one that is there
	as_before
	once
	verify
	grep '^8 files read' found
}

@test "rebuild: without compression as well, but for the time of archiving and a name that had been taken" {
	settings 'compress = "none";' "$DEFAULT_CLIENTS, { name = \"net\"; address = \"127.0.9.0/24\"; }"
	variety
	once
	capture trace-foo-20261128_000001.pcap 4
	once
	told 0 >before
	rebuild
	told 0 | sed 's/|trace-foo-20261128_000001_001.pcap|/|trace-foo-20261128_000001.pcap|/' | diff before -
}

@test "a directory that cannot be looked into: --verify says so, and has status 1; a name with control characters stays one line" {
	settings
	capture trace-foo-20261128_000001.pcap
	once
	mkdir $'archive/e\nv\e[31m'
	cp archive/foo/2026-11-28/*.zst $'archive/e\nv\e[31m/'
	run -1 verify
	grep -x 'e?v?\[31m/trace-foo-20261128_000001.pcap.zst: it is not in the index' found
	: >"$(printf 'archive/e\nv\e[31m/trace-foo-20261128_000001.pcap.zst')"
	run -1 rebuild
	grep -x 'e?v?\[31m/trace-foo-20261128_000001.pcap.zst: .*' made
	rm -r archive/e*
	rebuild
	verify
	mkdir -p "archive/$(printf 'd/%.0s' {1..40})"
	run -1 verify
	grep 'd: it cannot be looked for files that the index does not have: there are too many directories in each other$' found
	grep -x '1 file read, .*; 0 files differ or are missing' found
}

@test "verify: what goes from the archive while it is looked through is no directory that cannot be read" {
	can_trace
	settings
	capture trace-foo-20261128_000001.pcap
	once
	mkdir archive/x
	strace -qq -o trace -e trace=openat -e inject=openat:error=ENOENT:when=999 "$ARCHIVE" --verify -c cfg >found 2>log 3>&-
	local k
	k=$(awk '/^openat/ { n++ } /^openat\([0-9]+, "x"/ { print n; exit }' trace)
	strace -qq -o trace -e trace=openat -e inject=openat:error=ENOENT:when="$k" "$ARCHIVE" --verify -c cfg >found 2>log 3>&-
	grep '"x".*INJECTED' trace
	not grep 'cannot be looked for' found
}

@test "rebuild: a file that has another size than its worker says is told of, and not in the index" {
	can_trace
	settings 'compress = "none";'
	capture trace-foo-20261128_000001.pcap
	once
	# the master has measured it, and its worker has not begun
	strace -qq -o trace -P "$PWD/${FOO}_000001.pcap" -e trace=fstat,newfstatat \
		-e inject=fstat,newfstatat:signal=STOP:when=1 "$ARCHIVE" --rebuild -c cfg >made 3>&- &
	local pid=$!
	PIDS+=($pid)
	until_true grep -q 'stopped by SIGSTOP' trace
	chmod u+w "${FOO}_000001.pcap"
	truncate -s -1 "${FOO}_000001.pcap"
	pkill -CONT -P $pid
	not wait $pid
	grep -x 'foo/2026-11-28/trace-foo-20261128_000001.pcap: it has changed while it was read' made
	[ "$(index 'SELECT count(*) FROM file')" -eq 0 ]
}

@test "rebuild: what is no archived file is told of and left; one that is damaged makes the status 1" {
	settings
	capture trace-foo-20261128_000001.pcap
	capture trace-foo-20261128_000002.pcap
	capture trace-foo-20261128_000003.pcap
	once
	truncate -s -1 ${FOO}_000001.pcap.zst
	perl -0pi -e 's/"packets":3/"packets":4/' ${FOO}_000002.pcap.zst
	mkdir archive/dir
	echo x >archive/dir/notes
	ln -s /etc archive/etc
	cp ${FOO}_000003.pcap.zst archive/dir/other.zst
	capture trace-foo-20261128_000004.pcap
	mkdir -m 0 archive/lost+found # of a filesystem: passed over
	mv 'done'/trace-* archive/dir/
	chmod +t archive/dir/trace-foo-20261128_000004.pcap
	run -1 rebuild
	cat made
	local at=foo/2026-11-28/trace-foo-20261128
	grep -x "${at}_000001.pcap.zst: it has no seek table" made
	grep -x "${at}_000002.pcap.zst: its metadata are damaged" made
	grep -x 'dir/notes: it is no archived file: left alone' made
	grep -x 'etc: it is no archived file: left alone' made
	grep -x 'dir/other.zst: it is no archived file: left alone' made
	grep -x 'dir/trace-foo-20261128_000004.pcap: it is being recorded, or waits for repair: left alone' made
	not grep lost made
	grep '^1 file of .* is in the index; 2 cannot be read, 4 are no archived files$' made
	[ "$(index 'SELECT path FROM file')" = ${at}_000003.pcap.zst ]
	[ -e archive/dir/notes ]
	[ -e ${FOO}_000001.pcap.zst ]
}

@test "rebuild: a directory that may not be read, and a file that is gone when its turn comes, cost nothing else" {
	can_trace
	settings
	capture trace-foo-20261128_000001.pcap
	capture trace-foo-20261128_000002.pcap 4
	capture trace-bar-20261128_000003.pcap
	once
	# as user root as well, and for whatever reason
	mkdir -p archive/shut/a
	run -1 strace -qq -o trace -P "$PWD/archive/shut" -e trace=openat -e inject=openat:error=EACCES \
		"$ARCHIVE" --rebuild -c cfg
	grep -x 'shut: Permission denied' <<<"$output"
	grep '^3 files of .* 1 cannot be read, 0 are no archived files$' <<<"$output"
	rmdir archive/shut/a archive/shut
	# the first of these calls is that of fdopendir()
	run -1 strace -qq -o trace -P "$PWD/${FOO%/*}" -e trace=newfstatat \
		-e inject=newfstatat:error=ENOENT:when=2 "$ARCHIVE" --rebuild -c cfg
	grep -xE 'foo/2026-11-28/trace-foo-20261128_00000[12].pcap.zst: No such file or directory' <<<"$output"
	[ "$(index 'SELECT count(*) FROM file')" -eq 2 ]
	# a directory that breaks off
	run -1 strace -qq -o trace -P "$PWD/archive/bar" -e trace=getdents64 -e inject=getdents64:error=EIO \
		"$ARCHIVE" --rebuild -c cfg
	grep -x 'bar: Input/output error' <<<"$output"
	[ "$(index 'SELECT count(*) FROM file')" -eq 2 ]
	# --verify as well
	rebuild
	run -1 strace -qq -o trace -P "$PWD/archive/bar" -e trace=openat -e inject=openat:error=EACCES \
		"$ARCHIVE" --verify -c cfg
	grep -x 'bar bar/2026-11-28/trace-bar-20261128_000003.pcap.zst: Permission denied' <<<"$output"
	grep '^2 files read, .*; 1 file differs or is missing$' <<<"$output"
}

@test "rebuild: metadata that are those of another file are not believed" {
	settings
	capture trace-foo-20261128_000001.pcap
	capture trace-bar-20261128_000001.pcap 4
	once
	local at=foo/2026-11-28/trace-foo-20261128
	mv archive/bar/2026-11-28/trace-bar-20261128_000001.pcap.zst ${FOO}_000002.pcap.zst # the client bar
	cp ${FOO}_000001.pcap.zst ${FOO}_000003.pcap.zst                                 # another time
	run -1 rebuild
	cat made
	grep -x "${at}_000002.pcap.zst: its metadata are of another file" made
	grep -x "${at}_000003.pcap.zst: its metadata are of another file" made
	[ "$(index 'SELECT client.name, path FROM file JOIN client ON client.id = client')" = "foo|${at}_000001.pcap.zst" ]
	settings 'compress = "none";'
	capture trace-foo-20261128_000009.pcap
	mv 'done'/trace-foo-20261128_000009.pcap archive/foo/trace-..-20261128_000009.pcap
	run -1 rebuild
	grep -x 'foo/trace-..-20261128_000009.pcap: no client can be called so' made
	[ "$(index 'SELECT count(*) FROM client')" -eq 1 ]
}

@test "rebuild: what was handed over is not known any more, which it says, and is handed over again" {
	settings "hand-over: { command = [ \"cp\", \"{path}\", \"$PWD/copy\" ]; };"
	capture trace-foo-20261128_000001.pcap
	once
	cmp copy ${FOO}_000001.pcap.zst
	rm copy
	once
	[ ! -e copy ]
	rebuild
	grep -x 'which files were handed over is not known any more: all are handed over again' made
	once
	cmp copy ${FOO}_000001.pcap.zst
	settings
	rebuild
	not grep handed made
}

@test "rebuild: refused while an archive works there" {
	settings
	"$ARCHIVE" -c cfg 2>log 3>&- &
	PIDS+=($!)
	wait_log 'archiving path='
	run -1 rebuild
	grep 'another archive works there: stop it first' err
	capture trace-foo-20261128_000001.pcap
	wait_log 'archived client=foo'
	[ "$(index 'SELECT count(*) FROM file')" -eq 1 ]
}

rebuild_killed() {
	settings
	capture trace-foo-20261128_000001.pcap
	capture trace-foo-20261128_000002.pcap
	once
	state >before
	rebuild # as each time below: that of an index which --once has made takes other calls
	strace -qq -o trace "$ARCHIVE" --rebuild -c cfg >made 2>err
	as_before
	calls_from '/archive"' >from
	[ "$(wc -l <from)" -gt 20 ]
	local name k
	while read -r name k; do
		killed_at "$name" "$k" "$ARCHIVE" --rebuild -c cfg >made 2>err 3>&- || return
		as_before
		rebuild
		as_before
	done <from
	nearly_all_killed from
}
@test "rebuild: killed at every system call in turn, and made again: nothing is missing" {
	without_waiting rebuild_killed rebuild state told as_before
}

@test "rebuild: beside a reader of the old index nothing of that one stays" {
	settings
	capture trace-foo-20261128_000001.pcap
	once
	coproc sqlite3 -readonly archive/index.sqlite 3>&-
	PIDS+=("$COPROC_PID")
	local n
	echo 'BEGIN; SELECT count(*) FROM file;' >&"${COPROC[1]}"
	read -r n <&"${COPROC[0]}"
	[ "$n" -eq 1 ]
	"$ARCHIVE" --rebuild -c cfg
	[ "$(ls archive)" = "$(printf '%s\n' foo index.sqlite)" ]
	[ "$(index 'SELECT count(*) FROM file')" -eq 1 ]
}

# ---- an index that is not what it was ----

@test "an index that is missing or damaged is an error that names --rebuild, and costs no capture" {
	settings
	capture trace-foo-20261128_000001.pcap 20
	made pcap 3000 600 random >'done'/trace-foo-20261128_000002.pcap
	once
	state >before
	cp archive/index.sqlite whole
	capture trace-foo-20261128_000003.pcap
	local how
	for how in missing empty cut garbage head middle; do
		rm archive/index.sqlite*
		case $how in
		missing) ;;
		empty) : >archive/index.sqlite ;;
		cut) head -c 5000 whole >archive/index.sqlite ;;
		garbage) head -c 65536 /dev/urandom >archive/index.sqlite ;;
		head) { head -c 4096 /dev/zero; tail -c +4097 whole; } >archive/index.sqlite ;;
		middle) { head -c 4096 whole; head -c "$(($(size whole) - 4096))" /dev/urandom; } >archive/index.sqlite ;;
		esac
		run once
		[ "$status" -eq 1 ] || { echo "$how" >&2; return 1; }
		grep 'osmo-pcap-archive --rebuild makes' log || { echo "$how" >&2; cat log >&2; return 1; }
		[ -e 'done'/trace-foo-20261128_000003.pcap ]
		[ "$how" != missing ] || { run "$ARCHIVE" -t -c cfg && [ "$status" -eq 0 ] &&
			grep 'warning: path .*: there are files and no index: osmo-pcap-archive --rebuild' <<<"$output"; }
		[ "$how" != empty ] || { run ! verify && grep 'it is empty: osmo-pcap-archive --rebuild makes' err; }
		rebuild
		as_before
	done
	once
	[ "$(index 'SELECT count(*) FROM file')" -eq 3 ]
}

@test "files without the index, and without what the archive keeps beside it: no empty index is made over them" {
	settings
	capture trace-foo-20261128_000001.pcap
	once
	state >before
	mkdir restored
	cp -a archive/foo restored # as archive/* would be copied
	rm -r archive
	mv restored archive
	mkdir archive/lost+found
	local what
	for what in --once --plan --verify; do
		run -1 "$ARCHIVE" "$what" -c cfg
		[[ $output == *"there is no index: osmo-pcap-archive --rebuild makes it anew"* ]]
		[ ! -e archive/index.sqlite ]
	done
	rebuild
	state | sed 's/ [0-9]*$//' >after
	sed 's/ [0-9]*$//' before | diff - after
	once
}

@test "an index of another version is refused, and --rebuild makes one of this" {
	settings
	capture trace-foo-20261128_000001.pcap
	once
	state >before
	local version
	for version in 0 99; do
		sqlite3 archive/index.sqlite "PRAGMA user_version = $version"
		run -1 once
		grep -E "the index is of version $version, this program's of [0-9]+: osmo-pcap-archive --rebuild makes it anew" log
		rebuild
		as_before
	done
	rm archive/index.sqlite*
	sqlite3 archive/index.sqlite 'CREATE TABLE notes (text)'
	run -1 once
	grep 'it is no index of captures: osmo-pcap-archive --rebuild makes one' log
}

# asked MANUAL TEXT: prints what the command line of the manual that has TEXT in it says in ./archive
asked() {
	perl -0777 -ne 'for (/^\.Bd.*?\n(.*?)^\.Ed/msg) { s/^\$ //m; print, exit if /^sqlite3 / && index($_, $ENV{TEXT}) >= 0 }' \
		"$MAN/$1" >command
	[ -s command ] || { echo "no command in $1 has: $TEXT" >&2; return 1; }
	(cd archive && sh ../command)
}

@test "the manuals' commands for the index do what they say, and its columns are there" {
	settings 'hand-over: { command = [ "false" ]; };' '{ name = "bsc-north"; address = "127.0.0.2"; }'
	local MAN=$TESTDIR/../man at=bsc-north/2026-11-28/trace-bsc-north-20261128_140000.pcap.zst
	capture trace-bsc-north-20261128_140000.pcap 3
	capture trace-bsc-north-20261129_140000.pcap 4
	run -1 once
	[ "$(TEXT="%-20261128_%" asked osmo-pcap-archive.8)" = "$at|3" ]
	TEXT='ORDER BY next_try' asked osmo-pcap-archive.8 >found
	grep -E "^$at\|1\|20[0-9-]+ [0-9:]+$" found
	[ "$(wc -l <found)" -eq 2 ]
	TEXT='min(archived)' asked osmo-pcap-archive.8 | grep -E '^2\|[0-9]+$'

	rm "archive/$at"
	run -1 verify
	grep -x "bsc-north $at: it is missing" found
	TEXT='DELETE FROM file' asked osmo-pcap-archive.8
	verify
	[ "$(index 'SELECT files, stored FROM client')" = "$(index 'SELECT count(*), sum(stored) FROM file')" ]

	sed -n '/^\.Ss Asking the index$/,/^\.El$/s/^\.It Ic //p' "$MAN/osmo-pcap-archive.8" | sed 's/ , /\n/g' | sort -u >columns
	[ "$(wc -l <columns)" -ge 20 ]
	index "SELECT name FROM pragma_table_info('file') UNION SELECT 'client.' || name FROM pragma_table_info('client')" >there
	not grep -vxFf there columns
	grep "^\.Ql PRAGMA user_version ,$" -A 1 "$MAN/osmo-pcap-archive.8" | grep -x "which is $(index 'PRAGMA user_version')."
}

# ---- --plan ----

@test "plan: what is stored, bytes a day, and when it is full; beside a daemon, and nothing is changed" {
	settings 'compress = "none"; keep: { max-size = "11160"; max-age = "99d"; };' \
		'{ name = "foo"; address = "127.0.0.2"; keep: { max-size = 5580; }; },
			{ name = "bar"; address = "127.0.0.3"; keep: { max-files = 20; max-age = 0; }; }'
	local i
	for i in 0 1 2; do
		capture trace-foo-20261128_00000$i.pcap 3 # 372 bytes
		touch -d "$i days ago" 'done'/trace-foo-20261128_00000$i.pcap
	done
	capture trace-bar-20261128_000003.pcap 3
	touch -d '100 days ago' 'done'/trace-bar-20261128_000003.pcap
	"$ARCHIVE" -c cfg 2>log 3>&- &
	PIDS+=($!)
	wait_log 'archived client=' 4
	state >before
	"$ARCHIVE" --plan -c cfg >plan
	cat plan
	grep -E '^client +files +stored +a day +max-size +full in$' plan
	grep -E '^foo +3 +1.1K +55[78] +5.4K +[78]d$' plan
	grep -E '^bar +1 +372 +0 +- +-, max-files 20, max-age 0$' plan
	grep -E '^all +4 +1.5K +55[78] +11K +1[67]d, max-age 99d$' plan
	grep -E '^[0-9.]+[KMGTP] of [0-9.]+[KMGTP] are free: full in >10000d, where no limit deletes files before$' plan
	grep -x 'nothing is to be deleted now' plan
	as_before
}

@test "plan: all numbers are of one moment, whatever is deleted while it is printed" {
	settings 'hand-over: { command = [ "false" ]; };'
	capture trace-foo-20261128_000001.pcap
	once || true
	# 2,500 more, of which there is but the row: more text than a pipe holds
	sqlite3 archive/index.sqlite "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
		INSERT INTO file (client, address, name, path, compressed, pcapng, ended, archived, packets, bytes, stored,
			sha256, damaged, link_types, profile, frames)
		SELECT 1, '', 'old-' || i, 'old/' || i, 0, 0, i, i, 1, 1, 1, zeroblob(32), 0, x'', x'', x'' FROM n"
	mkfifo pipe
	"$ARCHIVE" --plan -c cfg >pipe 3>&- &
	PIDS+=($!)
	exec {plan}<pipe
	head -n 1 <&"$plan" >first # the rest of what it has read is lost
	sqlite3 archive/index.sqlite 'DELETE FROM file'
	cat <&"$plan" >rest
	await $!
	tail -n 1 rest
	grep -x '2501 files of [0-9]* bytes wait to be handed over' rest
}
