#!/usr/bin/env bats
# archive_kill: killed at whatever system call, the archive has each capture once in the end, intact.
. "$BATS_TEST_DIRNAME/lib.bash"
. "$BATS_TEST_DIRNAME/archive.bash"

# killed_from TEXT: of all captures in done, whatever system call of the master ends it: each is there once, intact. From
# the first call on that has TEXT in its line of strace.
killed_from() {
	local name k
	keep
	strace -qq -o trace "$ARCHIVE" --once -c cfg 2>log
	everything_once
	# name of the call, and its how many-th of this name
	sed -nE 's/^([a-z0-9_]+)\(.*/\1/p' trace | awk '{ print $1, ++n[$1] }' >calls
	sed -n "$(($(grep -nF "$1" trace | head -n 1 | cut -d: -f1))),\$p" calls | grep -v exit_group >from
	[ "$(wc -l <from)" -gt 50 ]
	while read -r name k; do
		rm -r archive
		mkdir archive
		cp -p was/* 'done'/
		# from run to run there may be one call more or less
		strace -qq -o /dev/null -e trace="$name" -e inject="$name:signal=KILL:when=$k" \
			"$ARCHIVE" --once -c cfg 2>log 3>&- || once
		everything_once || {
			echo "killed at $name, $k" >&2
			return 1
		}
	done <from
}

@test "killed at every system call in turn: each capture is there once, intact" {
	can_trace
	without_sanitizers
	settings
	capture trace-foo-20261128_000001.pcap 3
	killed_from '/archive"'
}

@test "several captures, killed at every system call from their first sync on: each is there once, intact" {
	can_trace
	without_sanitizers
	settings
	capture trace-foo-20261128_000001.pcap 3
	capture trace-foo-20261128_000002.pcap 2
	capture trace-bar-20261128_000001.pcap 1
	killed_from 'sync_file_range('
}
