#!/usr/bin/env bats
# archive_bounds: what the archive uses up is bounded: attempts without room, names at one go, the index's journal.
. "$BATS_TEST_DIRNAME/lib.bash"
. "$BATS_TEST_DIRNAME/archive.bash"

@test "a quota that is used up ends the round, as a full disk does; another error does not" {
	can_trace
	without_sanitizers
	settings
	once # makes the index
	capture trace-foo-20261128_000001.pcap
	local i error
	tee 'done'/trace-foo-20261128_000{002..150}.pcap <'done'/trace-foo-20261128_000001.pcap >/dev/null
	for error in EDQUOT EIO; do
		not strace -qq -o trace -e trace=openat -P "$PWD/archive/.work" -e inject=openat:error=$error:when=5+ \
			"$ARCHIVE" --once -c cfg 2>log 3>&-
		wait_log 'error client=foo name=.* reason="no file can be created in the archive: '
		i=$(grep -c 'no file can be created' log)
		if [ $error = EDQUOT ]; then
			[ "$i" -lt 100 ]
		else
			[ "$i" -ge 100 ]
		fi
	done
	once
	[ "$(index 'SELECT count(*) FROM file')" -eq 150 ]
}

@test "of 3000 names it looks at 256 before it looks at signals again" {
	can_trace
	settings
	once
	capture x
	perl -e 'for (1 .. 3000) { link "done/x", sprintf "done/trace-a b-20261128_%06d.pcap", $_ or die "$!" }'
	not strace -qq -o trace -e trace=poll,openat "$ARCHIVE" --once -c cfg 2>log 3>&-
	awk '/trace-a b-/ { if (++n > most) most = n } /^poll/ { n = 0 } END { print most + 0 }' trace >most
	[ "$(cat most)" -gt 100 ]
	[ "$(cat most)" -le 256 ]
}

# shrunk: after one more commit, if not before: a reader may have stood against it
shrunk() {
	capture x $((++N))
	mv 'done'/x "done/trace-foo-20261128_$(printf %06d $N).pcap"
	wait_log "archived client=foo name=trace-foo-20261128_$(printf %06d $N).pcap"
	[ "$(size archive/index.sqlite-wal)" -le 16777216 ]
}

@test "a journal that somebody has made large is given back down to 16 MiB" {
	settings
	once
	"$ARCHIVE" -c cfg 2>log 3>&- &
	PIDS+=($!)
	wait_log 'archiving path='
	sqlite3 -cmd '.timeout 9000' archive/index.sqlite 'CREATE TABLE large (b)' 'INSERT INTO large VALUES (zeroblob(30000000))' 'DROP TABLE large'
	[ "$(size archive/index.sqlite-wal)" -gt 25000000 ]
	N=0
	until_true shrunk
}
