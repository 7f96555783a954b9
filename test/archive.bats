#!/usr/bin/env bats
# archive: what osmo-pcap-archive takes from completed-path, keeps, and lets go.
bats_require_minimum_version 1.5.0 # run -STATUS
. "$BATS_TEST_DIRNAME/lib.bash"
. "$BATS_TEST_DIRNAME/archive.bash"

@test "a finished capture is archived, indexed and removed; zstd and capinfos read it" {
	settings
	capture trace-foo-20261128_101500.pcap 5
	keep
	once
	everything_once
	local f=archive/foo/2026-11-28/trace-foo-20261128_101500.pcap.zst
	zstd -dcq "$f" >plain.pcap
	[ "$(packets plain.pcap)" -eq 5 ]
	capinfos -Mc "$f" | grep -E 'Number of packets: +5$'
	[ "$(mode "$f")" = 440 ]
	wait_log 'archived client=foo name=trace-foo-20261128_101500.pcap path=".*" packets=5 bytes='
}

# Wireshark 4.0 recognizes a frame only in a block of the filesystem that begins with one, see index/frames.h.
@test "Wireshark reads archived files itself: of one packet, of many frames, pcap and pcapng" {
	[ "$(stat -fc %s .)" -le 4096 ] || skip "the filesystem has blocks of more than 4096 bytes"
	settings
	local format how n=0 file len packets
	another() { # FORMAT PACKETS BYTES HOW
		n=$((n + 1))
		file=$(printf 'trace-foo-20261128_%06d.%s' $n "$1")
		made "$@" >"done/$file"
		echo "$file $2" >>want
	}
	for format in pcap pcapng; do
		for how in random alike; do
			another $format 1 60 $how
			another $format 3 1301 $how
			another $format 80 1200 $how
			another $format 6000 1500 $how
		done
	done
	# the end of the capture, and that of the metadata, on either side of the end of a block
	for ((len = 130000; len < 131200; len += 60)); do
		another pcap 1 $len random
	done
	keep
	once
	everything_once
	[ "$(wc -l <want)" -eq 36 ]
	while read -r file n; do
		file=archive/foo/2026-11-28/$file.zst
		capinfos -Mc "$file" >infos 2>&1
		grep -E "Number of packets: +$n$" infos
		zstd -tq "$file"
	done <want
	# the same library reads for tshark, which starts slowly: one of each kind
	grep ' 80$' want >some
	[ "$(wc -l <some)" -eq 4 ]
	while read -r file n; do
		[ "$(tshark -nr "archive/foo/2026-11-28/$file.zst" -T fields -e frame.number 2>err | tail -n 1)" -eq "$n" ]
		not grep -v 'Running as user' err
	done <some
	zstd -lv archive/foo/2026-11-28/trace-foo-20261128_000004.pcap.zst >list
	grep -qE 'Zstandard Frames: [5-9]$' list # of three with packets
}

@test "a large archived file is at most one percent larger than what zstd makes of the capture, a small one not" {
	settings
	made pcap 20000 1200 mixed >'done'/trace-foo-20261128_000001.pcap
	made pcapng 300 1200 mixed >'done'/trace-foo-20261128_000002.pcapng
	keep
	once
	everything_once
	local dir=archive/foo/2026-11-28
	local f
	for f in $dir/*1.pcap.zst $dir/*2.pcapng.zst; do
		perl -e 'local $/; $_ = <STDIN>; my ($n, $sum) = unpack("V", substr $_, -9); my @size = unpack "(V)*", substr $_, -9 - 8 * $n, 8 * $n;
			$sum += $size[2 * $_] for 0 .. $n - 1; print "$sum\n"' <"$f"
	done >stored # by the seek table
	zstd -3 -qc was/trace-foo-20261128_000001.pcap | wc -c >plain
	zstd -3 -qc was/trace-foo-20261128_000002.pcapng | wc -c >>plain
	paste stored plain
	paste stored plain | awk 'NR == 1 && $1 > 1.01 * $2 || NR == 2 && $1 > $2 + 200 { exit 1 }'
}

@test "what the server has recorded arrives in the archive, of one host of a network with its address" {
	settings "" '{ name = "net"; address = "127.0.9.0/24"; }'
	server_start
	stream pcap rec rec >s
	peer_send 127.0.9.7 s
	wait_log 'closed client=net'
	server_stop
	keep
	once
	everything_once
	[ "$(index 'SELECT client.name, address, packets FROM file JOIN client ON client.id = client')" = \
		'net|127.0.9.7|2' ]
}

@test "what is not a finished capture of the server is left alone" {
	settings
	mkdir 'done'/trace-foo-20261128_000001.pcap
	ln -s /etc/passwd 'done'/trace-foo-20261128_000002.pcap
	mkfifo 'done'/trace-foo-20261128_000003.pcap
	perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => shift, Listen => 1) or die' 'done'/trace-foo-20261128_000006.pcap
	capture trace-foo-20261128_000004.pcap
	chmod +t 'done'/trace-foo-20261128_000004.pcap # being published
	exec {writer}<'done'/trace-foo-20261128_000004.pcap
	flock -x "$writer"
	echo x >'done'/notes.txt
	echo x >'done'/trace-foo-20261128_0000.pcap
	echo x >'done'/.trace-foo-20261128_000005.pcap
	ls -A 'done' >before
	once
	ls -A 'done' | diff before -
	[ "$(index 'SELECT count(*) FROM file')" -eq 0 ]
}

@test "a capture whose mark a crash has left is archived; not where captures are recorded, nor with two names" {
	settings
	mkdir -p rec
	capture trace-foo-20261128_000001.pcap
	capture trace-foo-20261128_000002.pcap
	capture trace-foo-20261128_000003.pcap
	keep
	rm was/trace-foo-20261128_000002.pcap
	chmod +t 'done'/trace-*
	ln 'done'/trace-foo-20261128_000002.pcap rec/ # linked, the other name not removed yet: repair does that
	once
	[ "$(ls 'done')" = trace-foo-20261128_000002.pcap ]
	rm -r 'done'/*
	everything_once

	config "" # completed-path is not set: they stay in base-path
	sed -i 's/ completed-path = "done";//' cfg
	echo 'archive: { path = "archive"; };' >>cfg
	capture trace-foo-20261128_000004.pcap
	chmod +t 'done'/trace-foo-20261128_000004.pcap
	mv 'done'/trace-foo-20261128_000004.pcap rec/
	once
	[ "$(ls rec/trace-foo-20261128_000004.pcap)" ]
	everything_once
}

@test "names that no client can have, or that the archive keeps for itself: told of once, and left" {
	settings 'directories = "%c";'
	local name
	local none=(.. .work -x index.sqlite-wal '' 'a b' 'a$b' ä $'x\ny' "$(printf %0160d 0)")
	for name in "${none[@]}" foo; do
		capture "trace-$name-20261128_000001.pcap"
	done
	"$ARCHIVE" -c cfg 2>log 3>&- &
	PIDS+=($!)
	wait_log 'archived client=foo name=trace-foo-20261128_000001.pcap'
	capture x 4
	mv done/x done/trace-foo-20261128_000002.pcap
	kill -USR1 $!
	wait_log 'archived client=foo name=trace-foo-20261128_000002.pcap'
	kill -TERM $!
	await $!
	for name in "${none[@]}"; do
		[ -f "done/trace-$name-20261128_000001.pcap" ]
		name=${name//ä/\\xc3\\xa4} name=${name//$'\n'/\\x0a}
		[ "$(grep -cF " refused name=\"trace-$name-20261128_000001.pcap\" reason=" log)" -eq 1 ]
	done
	[ "$(index 'SELECT count(*) FROM file')" -eq 2 ]
	find . archive -maxdepth 1 -name 'trace-*' | not grep .
	not once # not everything is archived
}

@test "a link that has the name of a new file is a taken name, and is not followed" {
	settings
	capture trace-foo-20261128_000001.pcap
	keep
	mkdir -p archive/foo/2026-11-28
	ln -s /etc/passwd archive/foo/2026-11-28/trace-foo-20261128_000001.pcap.zst
	once
	archived_as was/trace-foo-20261128_000001.pcap foo/2026-11-28/trace-foo-20261128_000001_001.pcap.zst
	[ "$(readlink archive/foo/2026-11-28/trace-foo-20261128_000001.pcap.zst)" = /etc/passwd ]
}

@test "a capture that is torn, or empty, or none at all, is archived whole, and the index says where it breaks" {
	settings
	capture trace-foo-20261128_000001.pcap 3
	truncate -s -1 'done'/trace-foo-20261128_000001.pcap
	head -c 5000000 /dev/urandom >'done'/trace-foo-20261128_000002.pcap
	: >'done'/trace-foo-20261128_000003.pcapng
	made pcapng 3 60 alike >'done'/trace-foo-20261128_000004.pcapng
	printf '\377\377' | dd of=done/trace-foo-20261128_000004.pcapng bs=1 seek=252 conv=notrunc status=none # captured length
	keep
	once
	everything_once
	[ "$(index "SELECT packets, whole, why FROM file WHERE name LIKE '%000001.pcap'")" = \
		"2|$((24 + 2 * 116))|it ends inside a record" ]
	[ "$(index "SELECT packets, whole, why FROM file WHERE name LIKE '%000002.pcap'")" = \
		'0|0|neither pcap nor pcapng' ]
	wait_log 'warning|archived .*broken="it ends inside a record" offset=256'
	wait_log 'archived client=foo name=trace-foo-20261128_000003.pcapng path=".*" packets=0 bytes=0 stored=[0-9]*$'
	# the third packet contradicts its block
	[ "$(index "SELECT packets, damaged, whole, last FROM file WHERE name LIKE '%000004.pcapng'")" = '3|1||1790000000002000000' ]
}

@test "frames hold at most 4 MiB, cut between records, the header alone in the first" {
	settings
	stream -c 'done'/trace-foo-20261128_000001.pcap pcap data,times=200:rec=60000
	keep
	once
	everything_once
	zstd -lv archive/foo/*/*.zst >list
	# 200 records of 60,016 bytes, 69 to a frame: three, and the header's; metadata and seek table are skippable
	grep -qE 'Skippable Frames: 2$' list
	grep -qE 'Zstandard Frames: 4$' list
	[ "$(index 'SELECT length(frames) FROM file')" -eq $((4 * 33)) ]
}

@test "the metadata at the end of a file is JSON that says what the index says" {
	settings
	capture trace-foo-20261128_000001.pcap 4
	once
	local f
	f=$(find archive -name '*.zst')
	perl -0777 -ne '/\x5d\x2a\x4d\x18(.{4})/s or die; print substr($_, $+[0], unpack "V", $1)' "$f" >json
	sqlite3 :memory: "SELECT json_extract(readfile('json'), '\$.client', '\$.name', '\$.format', '\$.packets',
		'\$.profile.packets')" >got
	grep -qF '["foo","trace-foo-20261128_000001.pcap","pcap",4,' got
	[ "$(sqlite3 :memory: "SELECT json_extract(readfile('json'), '\$.sha256')")" = \
		"$(index 'SELECT lower(hex(sha256)) FROM file')" ]
}

@test "a name that is taken gets a number; the same name again later is another file" {
	settings
	capture trace-foo-20261128_000001.pcap 1
	cp 'done'/* one
	once
	capture trace-foo-20261128_000001.pcap 2
	cp 'done'/* two
	once
	archived_as one foo/2026-11-28/trace-foo-20261128_000001.pcap.zst
	[ "$(index 'SELECT count(*) FROM file')" -eq 2 ]
	archived_as two "$(index 'SELECT path FROM file WHERE packets = 2')"
	# the largest number; and many of one name
	capture trace-foo-20261128_000002_4294967295.pcap 3
	once
	sqlite3 archive/index.sqlite "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
		INSERT INTO file (client, address, name, path, compressed, pcapng, ended, archived, packets, bytes, stored, sha256, damaged,
			link_types, profile, frames) SELECT client, '', 'x', printf('foo/2026-11-28/trace-foo-20261128_000001_%03d.pcap.zst', i),
			1, 0, 0, 0, 0, 0, 0, zeroblob(32), 0, x'', x'', x'' FROM file, n WHERE packets = 1"
	capture trace-foo-20261128_000001.pcap 4
	cp 'done'/* four
	once
	archived_as four foo/2026-11-28/trace-foo-20261128_000001_3001.pcap.zst
}

@test "an orphan that would become 128 GiB is read no further than the capture that has its name is long" {
	settings
	once # makes the index
	capture trace-foo-20261128_000001.pcap
	keep
	mkdir -p archive/foo/2026-11-28
	swelling >archive/foo/2026-11-28/trace-foo-20261128_000001.pcap.zst
	timeout "$PATIENCE" "$ARCHIVE" --once -c cfg 2>log
	archived_as was/trace-foo-20261128_000001.pcap foo/2026-11-28/trace-foo-20261128_000001_001.pcap.zst
}

@test "compress = none: the capture as it is" {
	settings 'compress = "none"; directories = "%Y/%c";'
	capture trace-foo-20261128_000001.pcap
	cp 'done'/* was.pcap
	once
	cmp was.pcap archive/2026/foo/trace-foo-20261128_000001.pcap
	[ "$(index 'SELECT compressed, stored FROM file')" = "0|$(size was.pcap)" ]
}

@test "captures with the same name in two directories: both are archived, the same contents once" {
	mkdir done2
	settings "" '{ name = "foo"; address = "127.0.0.2"; }, { name = "bar"; address = "127.0.0.3"; completed-path = "done2"; }'
	local n
	for n in 1 2 3; do
		capture trace-foo-20261128_00000$n.pcap $n
		mv 'done'/trace-foo-20261128_00000$n.pcap done2
		capture trace-foo-20261128_00000$n.pcap 1
	done
	cp 'done'/trace-foo-20261128_000001.pcap same
	cp done2/trace-foo-20261128_000002.pcap two
	cp done2/trace-foo-20261128_000003.pcap three
	once
	[ -z "$(find 'done' done2 -type f)" ]
	[ "$(index 'SELECT count(*) FROM file')" -eq 5 ]
	[ "$(find archive -name 'trace-*' | wc -l)" -eq 5 ]
	archived_as same foo/2026-11-28/trace-foo-20261128_000001.pcap.zst
	archived_as two "$(index 'SELECT path FROM file WHERE packets = 2')"
	archived_as three "$(index 'SELECT path FROM file WHERE packets = 3')"
	wait_log 'archived client=foo name=trace-foo-20261128_000001.pcap reason="archived before"'
	! grep ' error ' log
}

@test "where the index is full, nothing is removed; all is archived once there is room" {
	can_trace
	settings
	capture trace-foo-20261128_000001.pcap 3
	capture trace-bar-20261128_000001.pcap 1
	keep
	# the rows go into the write-ahead log, with the commit
	local k failed=0
	for k in 1 2 3 4 5 6 7 8; do
		rm -r archive
		mkdir archive
		cp -p was/* 'done'/
		strace -qq -o trace -P "$PWD/archive/index.sqlite-wal" -e trace=pwrite64 \
			-e inject="pwrite64:error=ENOSPC:when=$((k * 8))+" "$ARCHIVE" --once -c cfg 2>log 3>&- || failed=$((failed + 1))
		# no file that the index does not know
		[ "$(index 'SELECT count(*) FROM file' || echo 0)" -eq "$(find archive -name 'trace-*' | wc -l)" ]
		once
		everything_once
	done
	[ "$failed" -gt 0 ]
}

on_a_full_disk() {
	mount -t tmpfs -o "$1" tmpfs archive
	"$ARCHIVE" --once -c cfg 2>log # makes the index
	capture trace-foo-20261128_000001.pcap
	local i
	tee 'done'/trace-foo-20261128_000{002..150}.pcap <'done'/trace-foo-20261128_000001.pcap >/dev/null
	dd if=/dev/zero of=archive/ballast bs=1024 count=2048 status=none 2>/dev/null || true
	for i in $(seq 100); do
		: >"archive/ballast-$i" || break
	done 2>/dev/null
	! once
	[ "$(find 'done' -name 'trace-*' | wc -l)" -eq 150 ]
	# of each that was at work when the first had failed
	[ "$(grep -c ' error client=' log)" -ge 1 ]
	[ "$(grep -c ' error client=' log)" -lt 150 ]
	mount -o remount,size=20m,nr_inodes=1000 archive
	once
	[ "$(find 'done' -name 'trace-*' | wc -l)" -eq 0 ]
	[ "$(index 'SELECT count(*) FROM file')" -eq 150 ]
	umount archive
}
full_of_bytes() { on_a_full_disk size=1m; }
full_of_files() { on_a_full_disk size=20m,nr_inodes=60; }
@test "on a full disk a round ends at the first captures that fail; all are archived once there is room" {
	settings
	export ARCHIVE BUILDDIR
	inside full_of_bytes on_a_full_disk capture once index
	rm -f 'done'/trace-*
	inside full_of_files on_a_full_disk capture once index
}

@test "a second archive on the same path is refused; the first goes on" {
	settings
	"$ARCHIVE" -c cfg 2>log 3>&- &
	PIDS+=($!)
	wait_log 'archiving path='
	run "$ARCHIVE" --once -c cfg
	[ "$status" -eq 1 ]
	[[ $output == *"archive: another archive works there"* ]]
	capture trace-foo-20261128_000001.pcap
	wait_log 'archived client=foo'
}

@test "the daemon takes what appears, a round at USR1, another configuration at HUP, and stops at TERM" {
	settings
	capture trace-foo-20261128_000001.pcap
	"$ARCHIVE" -c cfg 2>log 3>&- &
	local pid=$!
	PIDS+=($pid)
	wait_log 'archived client=foo name=trace-foo-20261128_000001.pcap'
	capture x
	mv 'done'/x 'done'/trace-foo-20261128_000002.pcap
	wait_log 'archived client=foo name=trace-foo-20261128_000002.pcap'
	settings 'directories = "new/%c";'
	kill -HUP $pid
	wait_log 'reload path='
	capture x
	mv 'done'/x 'done'/trace-bar-20261128_000003.pcap
	wait_log 'archived client=bar .*path="new/bar/trace-bar-20261128_000003.pcap.zst"'
	sed -i 's/server: {/server: { log-level = "error";/' cfg
	kill -HUP $pid
	capture x
	mv 'done'/x 'done'/trace-foo-20261128_000004.pcap
	until_true test ! -e 'done'/trace-foo-20261128_000004.pcap
	never_log trace-foo-20261128_000004.pcap
	echo nonsense >>cfg
	kill -HUP $pid
	wait_log 'reload reason="failed: the old configuration stays"'
	settings
	kill -HUP $pid
	wait_log 'reload path=' 2
	kill -TERM $pid
	await $pid
	wait_log ' stopped$'
}

@test "retention: the client furthest above its share goes first; --plan says so and changes nothing" {
	settings 'compress = "none"; keep: { max-size = 2000; };'
	local i
	for i in 1 2 3; do
		capture "trace-foo-2026112${i}_000000.pcap" 3 # 24 + 3 * 116 = 372 bytes
		touch -d "2026-11-2$i 12:00" "done/trace-foo-2026112${i}_000000.pcap"
	done
	capture trace-bar-20261120_000000.pcap 10 # 1184
	touch -d '2026-11-20 12:00' 'done'/trace-bar-20261120_000000.pcap
	once
	[ "$(index 'SELECT group_concat(name) FROM (SELECT name FROM file ORDER BY name)')" = \
		"$(echo trace-foo-2026112{1,2,3}_000000.pcap | tr ' ' ,)" ]
	wait_log 'deleted client=bar path=".*" reason="max-size" age=[0-9]* bytes=1184$'
	[ "$(find archive -name 'trace-bar*')" = "" ]
	settings 'compress = "none"; keep: { max-size = 800; };'
	"$ARCHIVE" --plan -c cfg >plan
	grep -c . plan
	grep -E 'trace-foo-20261121_000000.pcap: max-size, 372 bytes, [0-9]+d old$' plan
	[ "$(find archive -name 'trace-foo*' | wc -l)" -eq 3 ]
	once
	[ "$(index 'SELECT name FROM file ORDER BY name' | head -1)" = trace-foo-20261122_000000.pcap ]
}

@test "a client's own max-age, a longer one and 0 as well, stands in the place of the general one" {
	settings 'keep: { max-age = "1h"; };' "$(for own in '"1d"' 0 '"0"' '"30m"'; do
		n=$((${n-0} + 1))
		echo "{ name = \"own$n\"; address = \"127.0.1.$n\"; keep: { max-age = $own; }; },"
	done) $DEFAULT_CLIENTS"
	local client
	for client in own1 own2 own3 own4 foo; do
		capture trace-$client-20261128_000001.pcap
		touch -d '2 hours ago' done/trace-$client-20261128_000001.pcap
	done
	capture trace-own4-20261128_000002.pcap 4
	touch -d '40 minutes ago' done/trace-own4-20261128_000002.pcap
	once
	[ "$(index 'SELECT group_concat(name) FROM (SELECT name FROM client WHERE files > 0 ORDER BY name)')" = own1,own2,own3 ]
	wait_log 'deleted client=own4 .* reason="max-age of the client"' 2
	wait_log 'deleted client=foo .* reason="max-age"'
	"$SERVER" -T -c cfg >printed # what it prints means the same
	[ "$(grep -c 'max-age = "0s";' printed)" -eq 2 ]
}

@test "retention deletes more files than it does at one go" {
	settings 'compress = "none";'
	capture trace-foo-20261121_000000.pcap
	capture trace-foo-20261122_000000.pcap
	once
	# 2,500 older ones, of which there is but the row, and a name of an empty file
	mkdir archive/old
	perl -e 'chdir "archive/old"; open my $f, ">", 1 or die; link 1, $_ or die "$!" for 2 .. 2500'
	sqlite3 archive/index.sqlite "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
		INSERT INTO file (client, address, name, path, compressed, pcapng, ended, archived, packets, bytes, stored,
			sha256, damaged, link_types, profile, frames)
		SELECT 1, '', 'old-' || i, 'old/' || i, 0, 0, i, i, 1, 1, 1, zeroblob(32), 0, x'', x'', x'' FROM n"
	settings 'compress = "none"; keep: { max-files = 2; };'
	once
	[ "$(grep -c ' deleted client=foo .* reason="max-files"' log)" -eq 2500 ]
	[ "$(index 'SELECT count(*) FROM file')" -eq 2 ]
	[ "$(index 'SELECT files FROM client')" -eq 2 ]
	[ "$(find archive -name 'trace-*' | wc -l)" -eq 2 ]
}

@test "a floor keeps its client's files, and what cannot be kept then is an error, status 1, in the journal's form" {
	settings 'compress = "none"; keep: { max-size = 500; };' \
		'{ name = "foo"; address = "127.0.0.2"; keep: { floor = 10000; }; }'
	capture trace-foo-20261121_000000.pcap 3
	capture trace-foo-20261122_000000.pcap 3
	: >log
	JOURNAL_STREAM=$(stat -c %d:%i log) run -1 once
	[ "$(index 'SELECT count(*) FROM file')" -eq 2 ]
	wait_log '^<3>error reason="244 bytes are stored above max-size or min-free'
	settings 'compress = "none"; keep: { max-files = 1; };' \
		'{ name = "foo"; address = "127.0.0.2"; keep: { floor = 10000; }; }'
	"$ARCHIVE" --plan -c cfg | grep -x '1 files are stored above max-files, and floors let nothing more be deleted'
	"$ARCHIVE" -c cfg 2>log 3>&- &
	PIDS+=($!)
	wait_log 'error reason="1 files are stored above max-files, and floors let nothing more be deleted"'
	kill -USR1 $! # retention comes with each round, and says it once an hour
	capture x 3
	mv 'done'/x 'done'/trace-foo-20261123_000000.pcap
	wait_log 'archived client=foo'
	kill $!
	wait_log stopped
	[ "$(grep -c 'stored above' log)" -eq 1 ]
}

@test "-t: a path that is missing or not writable, a completed-path from which nothing could be removed" {
	settings
	"$ARCHIVE" -t -c cfg
	rmdir archive
	run "$ARCHIVE" -t -c cfg
	[ "$status" -eq 78 ]
	[[ $output == *"path $PWD/archive: No such file or directory: it is to be a directory of user "* ]]
	mkdir archive
	if [ "$(id -u)" -eq 0 ]; then
		open_to_nobody
		settings 'user = "nobody";'
		chmod 755 archive 'done'
	else
		chmod 500 archive 'done'
	fi
	run "$ARCHIVE" -t -c cfg
	chmod 755 archive 'done'
	[ "$status" -eq 78 ]
	[[ $output == *"path $PWD/archive: not writable by user "*": Permission denied"* ]]
	[[ $output == *"$PWD/done: user "*" could remove no archived capture from there: Permission denied"* ]]
	as_root
	settings 'user = "no-such-user";'
	run "$ARCHIVE" -t -c cfg
	[ "$status" -eq 78 ]
	[[ $output == *no-such-user* ]]
}

@test "a completed-path that is not there is one error, with the line that names it, whoever has it" {
	settings
	rmdir 'done'
	run -78 "$ARCHIVE" --once -c cfg
	grep -F "cfg:$(grep -nF completed-path cfg | cut -d: -f1): error: completed-path $PWD/done: No such file or directory" <<<"$output"
	[ "$(grep -c error: <<<"$output")" -eq 1 ]
}

@test "-t: captures may not arrive beneath the archive's path, nor be recorded there" {
	mkdir -p archive/'done'/new
	config
	sed -i 's|"done"|"archive/done/new"|' cfg
	echo 'archive: { path = "archive"; };' >>cfg
	run "$ARCHIVE" -t -c cfg
	[ "$status" -eq 78 ]
	[[ $output == *"path $PWD/archive: $PWD/archive/done/new lies there: the archive needs a directory of its own"* ]]
	config
	echo 'archive: { path = "rec"; };' >>cfg
	run "$ARCHIVE" -t -c cfg
	[ "$status" -eq 78 ]
	[[ $output == *"path $PWD/rec: $PWD/rec lies there"* ]]
	config
	mkdir archive/rec
	config "" '{ name = "foo"; address = "127.0.0.2"; base-path = "archive/rec"; }'
	echo 'archive: { path = "archive"; };' >>cfg
	run "$ARCHIVE" -t -c cfg
	[ "$status" -eq 78 ]
	[[ $output == *"path $PWD/archive: $PWD/archive/rec lies there"* ]]
	config
	mkdir 'done'/archive # beneath those of captures it may be
	echo 'archive: { path = "done/archive"; };' >>cfg
	"$ARCHIVE" -t -c cfg
}

@test "settings of the archive that are wrong are errors with file and line" {
	config
	local at=$(($(wc -l <cfg) + 1))
	echo 'archive: { path = "archive"; compress = "zstd:20"; directories = "../%c"; keep: { max-age = "30"; min-free = "101%"; weight = 1; }; what = 1; };' >>cfg
	run "$ARCHIVE" -t -c cfg
	[ "$status" -eq 78 ]
	local why
	for why in "compress: 'zstd:20': must be none" "directories: '../%c': leads out of path" \
		"max-age: '30': is no time" "min-free: '101%': is neither a size nor a percentage" \
		'unknown key weight in keep' 'unknown key what in archive'; do
		grep -F "cfg:$at: error: $why" <<<"$output"
	done
	run "$SERVER" -t -c cfg
	[ "$status" -eq 78 ]
	config
	echo 'archive: { path = "archive"; directories = ".work/%c"; };' >>cfg
	run "$ARCHIVE" -t -c cfg
	[ "$status" -eq 78 ]
	grep -F "cfg:$at: error: directories: '.work/%c': begins with a name that the archive keeps for itself" <<<"$output"
	config
	run "$ARCHIVE" -t -c cfg
	[ "$status" -eq 78 ]
	[[ $output == *"there is no archive group"* ]]
	echo 'archive: { };' >>cfg
	run "$ARCHIVE" -t -c cfg
	[[ $output == *"archive has no path"* ]]
}

@test "a large file goes to the disk in steps while it is written" {
	can_trace
	settings 'compress = "none";'
	stream -c 'done'/trace-foo-20261128_000001.pcap pcap data,times=400:rec=60000
	keep
	strace -f -qq -o trace -e trace=sync_file_range,fsync,renameat2,rename "$ARCHIVE" --once -c cfg 2>log 3>&-
	cmp was/trace-foo-20261128_000001.pcap archive/foo/*/trace-foo-20261128_000001.pcap
	# 24 MB: two steps of 8 MiB, and the first of them waited for, before the sync
	sed '/fsync(/,$d' trace >before
	[ "$(grep -c 'sync_file_range(.*8388608, SYNC_FILE_RANGE_WRITE) = 0' before)" -eq 2 ]
	[ "$(grep -c 'sync_file_range(.* 0, 8388608, .*WAIT_AFTER) = 0' before)" -eq 1 ]
}

@test "an error of the disk while a file is written: the capture stays, and is archived later" {
	can_trace
	settings 'compress = "none";'
	stream -c 'done'/trace-foo-20261128_000001.pcap pcap data,times=400:rec=60000
	keep
	! strace -f -qq -o trace -e trace=sync_file_range -e inject=sync_file_range:error=EIO:when=3 \
		"$ARCHIVE" --once -c cfg 2>log 3>&-
	wait_log 'error client=foo .*writing the archived file: Input/output error'
	[ -z "$(find archive -name 'trace-*')" ]
	once
	cmp was/trace-foo-20261128_000001.pcap archive/foo/*/trace-foo-20261128_000001.pcap
	[ -z "$(ls 'done')" ]
}

@test "a worker has the capture, the new file and its channel open, and nothing else" {
	can_trace
	as_root # nobody else may hold a process at a file
	settings
	capture trace-foo-20261128_000001.pcap
	strace -f -qq -o trace -P "$PWD/done/trace-foo-20261128_000001.pcap" -e trace=pread64 \
		-e inject=pread64:signal=STOP:when=1 "$ARCHIVE" --once -c cfg 2>log 3>&- &
	PIDS+=($!)
	until_true grep -q 'stopped by SIGSTOP' trace
	local worker
	worker=$(sed -n 's/^\([0-9]*\) .*stopped by SIGSTOP.*/\1/p' trace)
	find "/proc/$worker/fd" -type l -printf '%f %l\n' | sort -n | sed 's/\[.*//; s/[0-9]*$//' >open
	grep -E "^Max file size +$((2 * $(size 'done'/*) + 64 * 1024 * 1024)) " "/proc/$worker/limits" # what it could fill the disk with
	kill -CONT "$worker"
	printf '%s\n' "3 pipe:" "4 $PWD/done/trace-foo-20261128_000001.pcap" "5 $PWD/archive/.work/" | diff - open
	wait_log 'archived client=foo'
}

# ---- in the background ----

# daemon: -D with ./cfg; OUT is in ./out, STATUS
daemon() {
	STATUS=0
	timeout "$PATIENCE" "$ARCHIVE" -c cfg -D >out 2>&1 </dev/null 3>&- || STATUS=$?
	cat out
	[ ! -f pid ] || [ ! -s pid ] || PIDS+=("$(cat pid)")
}

@test "-D: status 0 when it archives, in a session of its own without the caller's files; its pid-file goes with it" {
	settings "pid-file = \"$PWD/pid\";"
	daemon
	[ $STATUS -eq 0 ]
	local pid
	pid=$(cat pid)
	[ "$(ps -o sid= -p "$pid" | tr -d ' ')" != "$(ps -o sid= -p $$ | tr -d ' ')" ]
	[ "$(readlink "/proc/$pid/fd/0" "/proc/$pid/fd/1" "/proc/$pid/fd/2" | sort -u)" = /dev/null ]
	capture trace-foo-20261128_101500.pcap
	until_true compgen -G 'archive/foo/2026-11-28/trace-foo-20261128_101500.pcap.zst'
	daemon # beside the first
	[ $STATUS -eq 1 ]
	grep -x "error: pid-file $PWD/pid: another process holds it" out
	kill -TERM "$pid"
	until_true gone "$pid"
	[ ! -e pid ]
}

@test "-D: what hinders the start is told to the caller, with the status" {
	settings "pid-file = \"$PWD/pid\";"
	"$ARCHIVE" -c cfg 2>log 3>&- &
	PIDS+=($!)
	wait_log 'archiving path='
	daemon
	[ $STATUS -eq 1 ]
	grep -x "error: .*/archive: another archive works there: stop it first" out
	[ ! -e pid ]
	settings 'what = 1;'
	daemon
	[ $STATUS -eq 78 ]
	grep 'unknown key what' out
	run "$ARCHIVE" -D --once -c cfg
	[ "$status" -eq 2 ]
}

@test "started by a service manager: it is told when the archive is ready, with -D which process that is" {
	settings "pid-file = \"$PWD/pid\";"
	perl -MSocket -e 'socket S, AF_UNIX, SOCK_DGRAM, 0; bind S, sockaddr_un("ready"); open F, ">bound"; close F;
		for (1 .. 2) { recv S, $m, 1000, 0; $m =~ tr/\n/ /; print "$m\n"; $| = 1 }' >told 3>&- &
	PIDS+=($!)
	until_true test -e bound
	NOTIFY_SOCKET=$PWD/ready "$ARCHIVE" -c cfg 2>log 3>&- &
	local pid=$!
	PIDS+=("$pid")
	until_true grep -qx 'READY=1 *' told
	kill -TERM $pid
	await $pid
	NOTIFY_SOCKET=$PWD/ready daemon
	until_true grep -q "READY=1 *MAINPID=$(cat pid)\|MAINPID=$(cat pid) *READY=1" told
}

watched() { [ "$(grep -cx WATCHDOG=1 told)" -ge 5 ]; }
@test "a service manager's watchdog hears from the archive also when nothing happens" {
	settings
	perl -MSocket -e 'socket S, AF_UNIX, SOCK_DGRAM, 0; bind S, sockaddr_un("ready"); open F, ">bound"; close F; $| = 1;
		for (1 .. 6) { recv S, $m, 1000, 0; print "$m\n" }' >told 3>&- &
	PIDS+=($!)
	until_true test -e bound
	NOTIFY_SOCKET=$PWD/ready WATCHDOG_USEC=100000 "$ARCHIVE" -c cfg 2>log 3>&- &
	PIDS+=($!)
	until_true watched
}

@test "started as root it becomes the user, and a command of hand-over finds that user's environment" {
	open_to_nobody
	# shellcheck disable=SC2016 # not for this shell
	settings 'user = "nobody"; hand-over: { command = [ "sh", "-c", "echo $USER $LOGNAME $HOME >&2; id -un >&2" ]; };'
	chown nobody archive 'done'
	capture trace-foo-20261128_101500.pcap
	chown nobody 'done'/*
	once
	wait_log "command client=foo .*says=\"nobody nobody $(getent passwd nobody | cut -d: -f6)\""
	wait_log 'command client=foo .*says="nobody"'
	[ "$(stat -c %U archive/foo/*/*)" = nobody ]
}

@test "root without the user of the archive is refused: it would leave what that user can neither write nor delete" {
	open_to_nobody
	getent passwd daemon >/dev/null || skip "no user daemon"
	settings 'user = "daemon";'
	chown daemon archive 'done'
	capture trace-foo-20261128_101500.pcap
	chown daemon 'done'/*
	once
	settings
	local what
	for what in --once --rebuild; do
		run "$ARCHIVE" "$what" -c cfg
		[ "$status" -eq 1 ]
		[[ $output == *"$PWD/archive: the archive is that of user daemon: set user in archive, or start it as daemon"* ]]
	done
	"$ARCHIVE" --verify -c cfg
	settings 'user = "daemon";'
	"$ARCHIVE" --rebuild -c cfg
	[ -z "$(find archive ! -user daemon)" ]
	chown -R nobody archive # as over NFS: this says nothing of whose it is
	settings
	once
}

@test "the highest level, and the longest records, have the memory that they need; a longer one breaks the capture" {
	settings 'compress = "zstd:19";'
	made pcap 3000 2000 random >'done'/trace-foo-20261128_000001.pcap
	local n
	for n in 1 2; do
		perl -e 'my $n = 16e6 + $ARGV[0] * 2**19; print pack("VvvVVVV", 0xa1b2c3d4, 2, 4, 0, 0, ~0, 1),
			map { pack("VVVV", 1790000000, 0, $_, $_), "x" x $_ } 60, $n, 60' $n >"done/trace-foo-20261128_00001$n.pcap"
	done
	keep
	once
	everything_once
	[ "$(index "SELECT packets, whole FROM file WHERE name LIKE '%11.pcap'")" = '3|' ]
	[ "$(index "SELECT packets, whole FROM file WHERE name LIKE '%12.pcap'")" = '1|100' ]
	"$ARCHIVE" --verify -c cfg
}
