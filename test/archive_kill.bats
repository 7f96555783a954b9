#!/usr/bin/env bats
# archive_kill: killed at whatever system call, the archive has each capture once in the end, intact.
. "$BATS_TEST_DIRNAME/lib.bash"
. "$BATS_TEST_DIRNAME/archive.bash"

# killed_from TEXT: of all captures in done, whatever such call of the master ends it: each is there once, intact
killed_from() {
	local name k
	keep
	strace -qq -o trace "$ARCHIVE" --once -c cfg 2>log
	everything_once
	calls_from "$1" >calls
	[ "$(wc -l <calls)" -gt 50 ]
	while read -r name k; do
		emptied
		cp -p was/* 'done'/
		killed_at "$name" "$k" "$ARCHIVE" --once -c cfg 2>log 3>&- || return
		once
		everything_once || {
			echo "killed at $name, $k" >&2
			return 1
		}
	done <calls
	nearly_all_killed calls
}

one_capture() {
	settings
	capture trace-foo-20261128_000001.pcap 3
	killed_from '/archive"'
}
@test "killed at every system call that changes something, in turn: each capture is there once, intact" {
	without_sanitizers
	without_waiting one_capture killed_from
}

several_captures() {
	settings
	capture trace-foo-20261128_000001.pcap 3
	capture trace-foo-20261128_000002.pcap 2
	capture trace-bar-20261128_000001.pcap 1
	killed_from 'sync_file_range('
}
@test "several captures, killed at every system call that changes something from their first sync on: each is there once, intact" {
	without_sanitizers
	without_waiting several_captures killed_from
}
