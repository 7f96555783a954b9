#!/usr/bin/env bats
# archive_kill: killed at whatever system call, the archive has each capture once in the end, intact.
. "$BATS_TEST_DIRNAME/lib.bash"
. "$BATS_TEST_DIRNAME/archive.bash"

# Calls that change no file and tell no other process anything: who is killed at one of them leaves what the call before
# left, as one who is killed at the next one that is not of these. Locks end with the process. What is not named here
# counts as a change, and so does openat() with O_CREAT.
export ONLY_ASKS='brk close faccessat2 fcntl fstatfs getdents64 geteuid getpid mmap munmap newfstatat openat pread64'

# calls_from TEXT: from the first call on that has TEXT in its line of ./trace: name of the call, and its how many-th of
# this name: of those that only ask the first of each name, and all others
calls_from() {
	awk -v text="$1" -v asks=" $ONLY_ASKS " 'match($0, /^[a-z0-9_]+/) {
		name = substr($0, 1, RLENGTH)
		n[name]++
		if (index($0, text))
			begun = 1
		if (!begun || name == "exit_group" || index(asks, " " name " ") && !/O_CREAT/ && seen[name]++)
			next
		print name, n[name]
	}' trace
}

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
		# from run to run there may be one call more or less
		faulty "$name" "$k" KILL "$ARCHIVE" --once -c cfg 2>log 3>&- || once
		everything_once || {
			echo "killed at $name, $k" >&2
			return 1
		}
	done <calls
}

one_capture() {
	settings
	capture trace-foo-20261128_000001.pcap 3
	killed_from '/archive"'
}
@test "killed at every system call that changes something, in turn: each capture is there once, intact" {
	without_sanitizers
	without_waiting one_capture killed_from calls_from
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
	without_waiting several_captures killed_from calls_from
}
