#!/usr/bin/env bats
# archive_retention: what retention leaves behind: directories, missing files, its lines in the log.
. "$BATS_TEST_DIRNAME/lib.bash"
. "$BATS_TEST_DIRNAME/archive.bash"

# of_day DAY CLIENT [PACKETS]: a finished capture of that day of 2026-11
of_day() {
	capture "trace-$2-202611$1_000000.pcap" "${3-1}"
	touch -d "2026-11-$1 12:00" "done/trace-$2-202611$1_000000.pcap"
}

directories() { find archive -mindepth 1 -type d ! -name .work | sort | paste -sd ' '; }

@test "a directory that retention empties goes, and those above it; another file in it, or a row of a missing one, keeps it" {
	settings 'directories = "%Y/%m/%c/%d";'
	local day
	for day in 01 02 03 04; do
		of_day $day foo ${day#0}
	done
	of_day 05 bar
	once
	mkdir archive/empty archive/2026/11/foo/empty
	touch archive/2026/11/foo/02/mine
	# two rows in one directory, one of them without its file
	sqlite3 archive/index.sqlite "INSERT INTO file (client, address, name, path, compressed, pcapng, ended, archived, packets, bytes, stored,
		sha256, damaged, link_types, profile, frames) SELECT client, '', 'x', '2026/11/foo/03/trace-foo-20261103_000001.pcap.zst', 1, 0,
		ended + 1, 0, 0, 0, 1, zeroblob(32), 0, x'', x'', x'' FROM file WHERE name LIKE '%20261103%'"
	settings 'directories = "%Y/%m/%c/%d"; keep: { max-files = 3; };'
	once
	[ "$(directories)" = 'archive/2026 archive/2026/11 archive/2026/11/bar archive/2026/11/bar/05 archive/2026/11/foo archive/2026/11/foo/02 archive/2026/11/foo/03 archive/2026/11/foo/04 archive/2026/11/foo/empty archive/empty' ]
	[ -e archive/2026/11/foo/02/mine ]
	rmdir archive/2026/11/foo/empty
	rm -r archive/2026/11/foo/02
	settings 'directories = "%Y/%m/%c/%d"; keep: { max-files = 1; };' '{ name = "foo"; address = "127.0.0.2"; }, { name = "bar"; address = "127.0.0.3"; keep: { floor = "1G"; }; }'
	once
	wait_log 'warning client=foo path="2026/11/foo/03/trace-foo-20261103_000001.pcap.zst" .*was missing'
	[ "$(directories)" = 'archive/2026 archive/2026/11 archive/2026/11/bar archive/2026/11/bar/05 archive/empty' ]
	# it is made anew
	of_day 06 foo
	settings 'directories = "%Y/%m/%c/%d";'
	once
	[ "$(directories)" = 'archive/2026 archive/2026/11 archive/2026/11/bar archive/2026/11/bar/05 archive/2026/11/foo archive/2026/11/foo/06 archive/empty' ]
}

@test "killed at every removal, retention leaves no row whose directory is gone" {
	can_trace
	without_sanitizers
	settings
	local name k
	for day in 01 02; do
		of_day $day foo ${day#0}
	done
	of_day 03 foo 3
	once
	cp -a archive kept
	settings 'keep: { max-files = 1; };'
	strace -qq -o trace "$ARCHIVE" --once -c cfg 2>log
	sed -nE 's/^(unlinkat|pwrite64|fdatasync)\(.*/\1/p' trace | awk '{ print $1, ++n[$1] }' >calls
	grep -q 'AT_REMOVEDIR) *= 0' trace
	while read -r name k; do
		emptied
		cp -a kept/. archive
		killed_at "$name" "$k" "$ARCHIVE" --once -c cfg >/dev/null 2>&1 3>&- || return
		once || {
			echo "killed at $name, $k" >&2
			return 1
		}
		[ "$(index 'SELECT name FROM file')" = trace-foo-20261103_000000.pcap ]
	done <calls
	nearly_all_killed calls
}

@test "of many missing files ten are named, and the number of all" {
	settings
	of_day 01 foo
	of_day 02 foo 2
	once
	sqlite3 archive/index.sqlite "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
		INSERT INTO file (client, address, name, path, compressed, pcapng, ended, archived, packets, bytes, stored, sha256, damaged,
			link_types, profile, frames) SELECT client, '', 'x', printf('foo/2026-11-01/trace-foo-20261101_000000_%03d.pcap.zst', i),
			1, 0, 5, 0, 0, 0, 0, zeroblob(32), 0, x'', x'', x'' FROM file, n WHERE packets = 1"
	settings 'keep: { max-files = 2; };'
	once
	[ "$(grep -c "warning client=foo path=.* was missing" log)" -eq 10 ]
	wait_log 'warning reason="files that were to go were missing: they are not in the index any more" files=300'
	[ "$(index 'SELECT count(*) FROM file')" -eq 2 ]
}

@test "a capture from the future ended when it was archived, in the index, after --rebuild, for --verify and for who reads; it goes by its age" {
	local compress ended before
	for compress in zstd:3 none; do
		settings "compress = \"$compress\";"
		capture trace-foo-20261128_100000.pcap
		touch -d 2099-01-01 'done'/trace-*
		cp -p 'done'/trace-* copy
		before=$(date +%s)
		once
		ended=$(index 'SELECT ended FROM file')
		[ "$ended" -ge "$before" ]
		[ "$ended" -le "$(date +%s)" ]
		cp -p copy 'done'/trace-foo-20261128_100000.pcap # as if it was not removed yet
		[ "$("$PROGRAMS/osmo-pcap-read" -c cfg --list --json | grep -c '"name"')" -eq 1 ]
		rm 'done'/trace-*
		"$ARCHIVE" --verify -c cfg
		"$ARCHIVE" --rebuild -c cfg
		[ "$(index 'SELECT ended FROM file')" = "$ended" ]
		settings "compress = \"$compress\"; keep: { max-age = \"1d\"; };"
		once
		[ "$(index 'SELECT count(*) FROM file')" -eq 1 ]
		fake_clock +2d
		"${WRAP[@]}" "$ARCHIVE" --once -c cfg 2>log
		wait_log 'deleted client=foo .* reason="max-age"'
		rm -r archive
		mkdir archive
	done
}

@test "what a file says of its end is not later than the file itself, or --rebuild would keep it for ever" {
	settings
	capture trace-foo-20261128_100000.pcap
	touch -d 2026-11-01 'done'/trace-*
	once
	# its worker was hijacked: the metadata are in a frame that is skipped, as text
	perl -0777 -pi -e 's/"ended":\d{10}/"ended":4000000000/ or die' archive/foo/2026-11-28/trace-*
	"$ARCHIVE" --rebuild -c cfg
	[ "$(index 'SELECT ended FROM file')" -le "$(date +%s)" ]
}

@test "a clock that jumps forward while the archive runs: a warning, nothing is deleted for its age, until SIGHUP; other limits hold" {
	settings 'keep: { max-age = "1d"; max-files = 2; };' '{ name = "foo"; address = "127.0.0.2"; }, { name = "bar"; address = "127.0.0.3"; keep: { max-age = "2d"; }; }'
	sed -i 's/base-path/sandbox = "off"; base-path/' cfg # for libfaketime
	export NO_FAKE_STAT=1
	fake_clock +0
	capture trace-foo-20261128_000001.pcap
	capture trace-bar-20261128_000001.pcap 4
	"${WRAP[@]}" "$ARCHIVE" -c cfg 2>log 3>&- &
	local runs=$!
	PIDS+=("$runs")
	wait_log 'archived client=' 2
	# retention has seen the clock as it was
	kill -HUP $runs
	wait_log 'reload path='
	until_true test "$(index 'SELECT count(*) FROM file')" -eq 2
	capture x 5
	mv 'done'/x 'done'/trace-foo-20261128_000002.pcap
	wait_log 'deleted client=foo .* reason="max-files"'
	fake_clock +10d
	kill -USR1 $runs
	wait_log 'warning reason="the clock has jumped forward: .*" seconds=86[34][0-9]*'
	capture x 6
	mv 'done'/x 'done'/trace-foo-20261128_000003.pcap
	wait_log 'deleted client=.* reason="max-files"' 2
	never_log 'reason="max-age'
	"${WRAP[@]}" "$ARCHIVE" --plan -c cfg >plan
	grep -x 'nothing is deleted for its age for [0-9]*h: the clock has jumped forward while the archive worked' plan
	grep -x 'nothing is to be deleted now' plan
	kill -HUP $runs
	wait_log 'deleted client=.* reason="max-age' 2
	"${WRAP[@]}" "$ARCHIVE" --plan -c cfg >plan
	not grep 'for its age' plan
	wait_log 'warning reason="the clock has jumped' 1
	[ "$(index 'SELECT count(*) FROM file')" -eq 0 ]
}
