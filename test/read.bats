#!/usr/bin/env bats
# read: what osmo-pcap-read finds of what the server and the archive keep.
. "$BATS_TEST_DIRNAME/lib.bash"
bats_require_minimum_version 1.5.0 # run -STATUS

ARCHIVE=$PROGRAMS/osmo-pcap-archive
READ=$PROGRAMS/osmo-pcap-read

setup() {
	begin_in "$BATS_TEST_TMPDIR" archive
	beside_memcheck "its processes are confined"
	[ -x "$READ" ] || skip "built without the archive"
	export TZ=UTC
}

# settings [SERVER-LINES [CLIENTS]]: ./cfg with an archive
settings() {
	plain "${1-}" "${2-$DEFAULT_CLIENTS, $NET}"
	echo 'archive: { path = "archive"; };' >>cfg
	archive # makes the index
}
NET='{ name = "net"; address = "127.0.9.0/24"; }'
plain() { config "${1-}" "${2-$DEFAULT_CLIENTS}"; }

# capture FILE STREAM-ITEM…: their capture
capture() {
	stream -c "$1" "${@:2}"
}

# three PATH SECONDS [N]: a capture of three packets, numbered from N+1, in seconds from these on
three() { capture "$1" "number=${3:-0}" pcap rec=100,sec="$2",sub=0 rec=100,sec="$(($2 + 1))",sub=0 rec=100,sec="$(($2 + 2))",sub=0; }

archive() { "$ARCHIVE" --once -c cfg 2>>log; }
index() { sqlite3 archive/index.sqlite "$@"; }

list() { "$READ" -c cfg --list "$@"; }
# names ARGUMENT…: the names of what is listed
names() { list --json "$@" | sed -n 's/.*"name":"\([^"]*\)".*/\1/p'; }
# values KEY: of objects on standard input
values() { while read -r line; do echo "SELECT json_extract('$line', '\$.$1');"; done | sqlite3 :memory:; }

# packets_of ARGUMENT…: CLIENT SECONDS NUMBER of each packet
packets_of() { "$READ" -c cfg "$@" | blocks | sed -nE 's/^packet (\S+) ([0-9]+)\.\S+ .* number=(\S+) .*/\1 \2 \3/p'; }
numbers_of() { packets_of "$@" | cut -d ' ' -f 3 | tr '\n' ' '; }

# everywhere: foo, bar and a host of net, in the archive, completed, and being recorded
everywhere() {
	three 'done'/trace-foo-20261128_100000.pcap 1795860000
	three 'done'/trace-net-127.0.9.7-20261128_100000.pcap 1795860001 100
	archive
	three 'done'/trace-foo-20261128_110000.pcap 1795863600 10
	three rec/trace-bar-20261128_110000.pcap 1795863601 20
	mark_unfinished rec/*
}

# ends_with STATUS PID
ends_with() {
	local status=0
	await "$2" || status=$?
	[ "$status" -eq "$1" ]
}

# ---- lists ----

@test "who may not read the index is told that" {
	settings
	chmod 755 archive
	if [ "$(id -u)" -eq 0 ]; then
		open_to_nobody
		run -1 runuser -u nobody -- "$READ" -c cfg --list
	else
		chmod 0 archive/index.sqlite
		run -1 "$READ" -c cfg --list
	fi
	[ "$output" = "osmo-pcap-read: $PWD/archive/index.sqlite: Permission denied" ]
}

@test "the list has what is archived, completed and being recorded, by client and time" {
	settings
	everywhere
	list >out 2>err
	[ ! -s err ]
	sed -E 's/ +/ /g' out >got
	cat >want <<-EOT
	CLIENT FIRST LAST PACKETS BYTES PATH
	bar 2026-11-28 11:00:01 2026-11-28 11:00:03 3 372 $PWD/rec/trace-bar-20261128_110000.pcap
	foo 2026-11-28 10:00:00 2026-11-28 10:00:02 3 372 $PWD/archive/foo/2026-11-28/trace-foo-20261128_100000.pcap.zst
	foo 2026-11-28 11:00:00 2026-11-28 11:00:02 3 372 $PWD/done/trace-foo-20261128_110000.pcap
	net-127.0.9.7 2026-11-28 10:00:01 2026-11-28 10:00:03 3 372 $PWD/archive/net/2026-11-28/trace-net-127.0.9.7-20261128_100000.pcap.zst
	EOT
	diff want got
	[ "$(cut -c 1-36 out | sort -u | wc -l)" -eq 5 ] # columns stand below each other
	[ "$(grep -o '  PACKETS' out | wc -l)" -eq 1 ]
}

@test "times of the list are those of the zone" {
	settings
	everywhere
	TZ=Europe/Berlin list bar | grep -q '2026-11-28 12:00:01  2026-11-28 12:00:03'
}

@test "--json: an object a line, with what the index knows" {
	settings
	everywhere
	list --json >out
	[ "$(wc -l <out)" -eq 4 ]
	[ "$(values state <out | tr '\n' ' ')" = 'recording archived completed archived ' ]
	[ "$(values client <out | tr '\n' ' ')" = 'bar foo foo net ' ]
	[ "$(values address <out | tail -n 1)" = 127.0.9.7 ]
	[ "$(values first <out | head -n 1)" = 1795863601000000000 ]
	[ "$(values last <out | head -n 1)" = 1795863603000000000 ]
	[ "$(values format <out | sort -u)" = pcap ]
	grep -q '"link-types":\[1\]' out
	[ "$(sed -n 2p out | values sha256)" = "$(index "SELECT lower(hex(sha256)) FROM file WHERE name LIKE 'trace-foo%'")" ]
	[ "$(sed -n 2p out | values stored)" = "$(size archive/foo/*/*.zst)" ]
	cmp <(zstd -dc "$(sed -n 2p out | values path)") <(three /dev/stdout 1795860000)
}

@test "--json is JSON whatever bytes a path has: UTF-8 as it is, U+FFFD for what is none" {
	mkdir $'caf\xc3\xa9 M\xfcller'
	cd caf*
	mkdir archive rec 'done'
	settings
	everywhere
	list --json >out
	iconv -f UTF-8 -t UTF-8 out >/dev/null
	while read -r line; do
		[ "$(sqlite3 :memory: "SELECT json_valid('$line')")" = 1 ]
	done <out
	values path <out | grep -q $'/caf\xc3\xa9 M\xef\xbf\xbdller/rec/trace-bar'
}

@test "clients are chosen by name, by host, and by shell patterns" {
	settings
	everywhere
	[ "$(list --json foo | wc -l)" -eq 2 ]
	[ "$(list --json foo bar | wc -l)" -eq 3 ]
	[ "$(list --json '*a*' | wc -l)" -eq 1 ]
	[ "$(list --json '[bf]*' | wc -l)" -eq 3 ]
	[ "$(list --json net | wc -l)" -eq 1 ]
	[ "$(list --json net-127.0.9.7 | wc -l)" -eq 1 ]
	[ "$(list --json 'net-127.0.9.*' | wc -l)" -eq 1 ]
	[ "$(list --json '*.7' | wc -l)" -eq 1 ]
}

@test "a client of whom nobody knows is an error, and nothing is listed" {
	settings
	everywhere
	run -1 list foo fooo
	[ "$output" = "osmo-pcap-read: fooo: no client is called so, and no host that has files" ]
	run -1 list net-127.0.9.8
	[ "$output" = "osmo-pcap-read: net-127.0.9.8: no client is called so, and no host that has files" ]
	settings '' '{ name = "quiet"; address = "127.0.0.2"; }'
	run -0 list quiet
	[ "$output" = 'osmo-pcap-read: no capture: there is no capture of quiet' ]
}

# A host is known for what it sent, whenever that was.
@test "a host of a network that is silent in this time is told of, from the index and from the directories" {
	settings '' "$DEFAULT_CLIENTS, $NET, { name = \"other\"; address = \"127.0.10.0/24\"; }"
	three 'done'/trace-net-127.0.9.7-20261128_100000.pcap 1795860000
	three 'done'/trace-net-127.0.9.8-20261128_100000.pcap 1795860000 3
	three 'done'/trace-gone-127.0.11.1-20261128_100000.pcap 1795860000 6
	archive
	three 'done'/trace-net-127.0.9.9-20261128_100000.pcap 1795860000 9
	three 'done'/trace-net-127.0.9.8-20261128_110000.pcap 1795863600 12
	# rows ARGUMENT…: NAME-ADDRESS PACKETS of each line
	rows() { "$READ" -c cfg --coverage --json "$@" 2>err | sed -E 's/.*"client":"([^"]*)","address":"([^"]*)".*"total-packets":([0-9]+).*/\1-\2 \3/' | tr '\n' ';'; }
	[ "$(rows --from '2026-11-28 10:59' --to '2026-11-28 11:10')" = 'bar- 0;foo- 0;net-127.0.9.7 0;net-127.0.9.8 3;net-127.0.9.9 0;other- 0;' ]
	[ "$(rows --from '2026-11-28 10:59' --to '2026-11-28 11:10' 'net-*.7')" = 'net-127.0.9.7 0;' ]
	LC_ALL=C "$READ" -c cfg --coverage --from '2026-11-28 10:59' --to '2026-11-28 11:10' net >out
	grep -q '^net-127.0.9.7  \.* .* 0 %$' out
	# on a page it has its row, and is none of the longest gaps
	"$READ" -c cfg --coverage --html --from '2026-11-28 10:59' --to '2026-11-28 11:10' >page.html
	grep -q 'aria-label="net-127.0.9.7"' page.html
	grep -q '<td>net-127.0.9.8</td>' page.html
	grep -q '<td>other</td>.*no packet in all of this time' page.html
	not grep '<td>net-127.0.9.7</td>' page.html
	# it is no stranger for --list and packets either, nor for who waits for it
	run -0 --separate-stderr list --from '2026-11-28 10:59' net-127.0.9.7
	[ -z "$output" ]
	[ "$stderr" = 'osmo-pcap-read: no capture in this time: what there is of net-127.0.9.7 reaches from 2026-11-28 10:00:00 to 2026-11-28 10:00:02' ]
	run -0 --separate-stderr "$READ" -c cfg --from '2026-11-28 10:59' 'net-*.7'
	[[ $stderr == *'reaches from 2026-11-28 10:00:00 to'* ]]
	run -1 list --from '2026-11-28 10:59' net-127.0.9.7 net-127.0.9.70
	[ "$output" = 'osmo-pcap-read: net-127.0.9.70: no client is called so, and no host that has files' ]
	# the network is a smaller one now
	sed -i 's|127.0.9.0/24|127.0.9.8/30|' cfg
	[ "$(rows --from '2026-11-28 10:59' --to '2026-11-28 11:10' 'net*')" = 'net-127.0.9.8 3;net-127.0.9.9 0;' ]
}

@test "a range of time has the files with a packet in it, both ends included" {
	settings
	everywhere
	[ "$(names --from 1795863603 | tr '\n' ' ')" = 'trace-bar-20261128_110000.pcap ' ]
	[ -z "$(names --from 1795863603.000000001)" ]
	[ "$(names --to 1795860000)" = trace-foo-20261128_100000.pcap ]
	[ -z "$(names --to 1795859999.999999999)" ]
	[ "$(names --from '2026-11-28 10:00:02' --to '2026-11-28 11:00' | wc -l)" -eq 3 ]
	[ "$(names --from '2026-11-28 10:00:03.5Z' --to '2026-11-28 10:59+00:00' | wc -l)" -eq 0 ]
	TZ=Europe/Berlin names --to '2026-11-28 11:00' | grep -qx trace-foo-20261128_100000.pcap
}

@test "without an archive the list is of the directories, and says that it reads files" {
	plain
	three 'done'/trace-foo-20261128_110000.pcap 1795863600
	three rec/trace-bar-20261128_110000.pcap 1795863601
	mark_unfinished rec/*
	list >out 2>err
	[ "$(wc -l <out)" -eq 3 ]
	[ "$(cat err)" = 'osmo-pcap-read: there is no archive: reading 2 files to learn their times' ]
}

@test "an archive in which nothing is yet has no index, which is said" {
	settings
	rm archive/index.sqlite*
	three 'done'/trace-foo-20261128_110000.pcap 1795863600
	[ "$(list 2>&1 | grep -c trace-foo)" -eq 1 ]
	list 2>&1 | grep -q "archive: there is no index yet"
}

@test "an archive with files whose index is gone is an error, and the rest is listed" {
	settings
	three 'done'/trace-foo-20261128_100000.pcap 1795860000
	archive
	three 'done'/trace-foo-20261128_110000.pcap 1795863600
	rm archive/index.sqlite*
	run -1 --separate-stderr list
	[ "$stderr" = "osmo-pcap-read: $PWD/archive: there is no index, so its files are left out: osmo-pcap-archive --rebuild makes it anew" ]
	[[ $output == *trace-foo-20261128_110000.pcap && $output != *100000* ]]
	: >archive/index.sqlite
	run -1 --separate-stderr list
	[ "$stderr" = "osmo-pcap-read: $PWD/archive: there is no index, so its files are left out: osmo-pcap-archive --rebuild makes it anew" ]
}

@test "when nothing is found it is said, and from when to when there are packets; the status is 0" {
	settings
	three 'done'/trace-foo-20261128_100000.pcap 1795860000
	archive
	local is='what there is of foo reaches from 2026-11-28 10:00:00 to 2026-11-28 10:00:02'
	run -0 --separate-stderr "$READ" -c cfg foo --from 2020-01-01 --to 2020-01-02 -w out
	[ "$stderr" = "osmo-pcap-read: no packet in this time: $is" ]
	run -0 --separate-stderr "$READ" -c cfg foo --list --from 2020-01-01 --to 2020-01-02
	[ "$stderr" = "osmo-pcap-read: no capture in this time: $is" ]
	run -0 --separate-stderr "$READ" -c cfg foo -f 'udp port 9' -w out
	[ "$stderr" = "osmo-pcap-read: no packet that the filter lets through: $is" ]
	run -0 --separate-stderr "$READ" -c cfg bar --list
	[ "$stderr" = "osmo-pcap-read: no capture: there is no capture of bar" ]
	run -0 --separate-stderr "$READ" -c cfg foo -w out
	[ -z "$stderr" ]
}

@test "more files than can be open are listed" {
	plain
	three one 1795860000
	local i
	for i in {100..299}; do
		cp one "done/trace-foo-20261128_100000_$i.pcap"
	done
	[ "$(ulimit -n 128 && names | sort -u | wc -l)" -eq 200 ]
}

@test "of many archived captures each is listed once, in order; rows are read together, and the index is free while lines are written" {
	settings
	three 'done'/trace-foo-20261128_100000.pcap 1795860000
	archive
	index "CREATE TEMP TABLE t AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT n.i, file.* FROM n, file;
		UPDATE t SET id = id + i, path = path || i, name = i, first = first + i, last = last + i; ALTER TABLE t DROP COLUMN i; INSERT INTO file SELECT * FROM t"
	names >got
	{
		echo trace-foo-20261128_100000.pcap
		seq 1000
	} | diff - got
	! strace -o /dev/null true 2>/dev/null || [ "$(strace -e trace=fcntl "$READ" -c cfg --list 2>&1 >/dev/null | grep -c F_RDLCK)" -lt 100 ]
	mkfifo out
	"$READ" -c cfg --list --json >out 3>&- &
	local pid=$!
	PIDS+=("$pid")
	exec 8<out
	until_true blocked "$pid"
	index 'PRAGMA wal_checkpoint(TRUNCATE)' >checkpoint
	grep -q '^0|' checkpoint
	cat <&8 >got
	exec 8<&-
	[ "$(wc -l <got)" -eq 1001 ]
}

@test "an index that is damaged is an error" {
	settings
	everywhere
	rm archive/index.sqlite-*
	head -c 20000 /dev/urandom >archive/index.sqlite
	run -1 list
	[[ $output == "osmo-pcap-read: $PWD/archive/index.sqlite: the index: file is not a database: osmo-pcap-archive --rebuild makes it anew" ]]
}

@test "a capture that is archived and not removed yet is listed once; the same name again is another one" {
	settings
	three 'done'/trace-foo-20261128_100000.pcap 1795860000
	cp -p 'done'/* copy
	archive
	cp -p copy 'done'/trace-foo-20261128_100000.pcap
	[ "$(list --json | values state)" = archived ]
	three 'done'/trace-foo-20261128_100000.pcap 1795860001
	touch -r copy 'done'/trace-foo-20261128_100000.pcap
	cat copy >>'done'/trace-foo-20261128_100000.pcap
	[ "$(list --json | values state | tr '\n' ' ')" = 'archived completed ' ]
	# of the same length, and the same second
	three 'done'/trace-foo-20261128_100000.pcap 1795860001
	touch -r copy 'done'/trace-foo-20261128_100000.pcap
	[ "$(list --json | values state | tr '\n' ' ')" = 'archived completed ' ]
}

@test "a capture that was archived under another number, and keeps its first name, is listed once" {
	settings
	three rec/trace-foo-20261128_100000.pcap 1795860000
	ln rec/trace-foo-20261128_100000.pcap 'done'/trace-foo-20261128_100000_001.pcap
	archive
	[ -e rec/trace-foo-20261128_100000.pcap ]
	[ "$(list --json | values state)" = archived ]
	# another one of that second and length is another one
	three 'done'/trace-foo-20261128_100000_002.pcap 1795860001
	touch -r rec/trace-foo-20261128_100000.pcap 'done'/trace-foo-20261128_100000_002.pcap
	[ "$(list --json | values state | tr '\n' ' ')" = 'archived completed ' ]
}

@test "a file that has two names on its way to completed-path is listed once" {
	settings
	three rec/trace-foo-20261128_100000.pcap 1795860000
	mark_unfinished rec/*
	ln rec/trace-foo-20261128_100000.pcap 'done'/trace-foo-20261128_100000_001.pcap
	[ "$(names)" = trace-foo-20261128_100000.pcap ]
}

@test "each capture is listed exactly once while all of them are published and archived" {
	settings
	local i n
	for i in $(seq 10 59); do
		three "rec/trace-foo-20261128_1000$i.pcap" "17958600$i"
	done
	mark_unfinished rec/*
	(
		for i in $(seq 10 59); do
			mv "rec/trace-foo-20261128_1000$i.pcap" 'done'
			chmod 440 "done/trace-foo-20261128_1000$i.pcap"
			[ "${i#?}" != 5 ] || archive
		done
		archive
	) 3>&- &
	PIDS+=($!)
	n=0
	until gone $! || ! names >out; do
		[ "$(sort -u out | wc -l)" -eq 50 ]
		[ "$(wc -l <out)" -eq 50 ]
		n=$((n + 1))
	done
	[ "$n" -ge 3 ]
	[ "$(list --json | values state | sort -u)" = archived ]
}

@test "what is damaged is listed, with where and why" {
	settings
	three 'done'/trace-foo-20261128_100000.pcap 1795860000
	truncate -s -1 'done'/trace-foo-20261128_100000.pcap
	cp -p 'done'/* copy
	archive
	mv copy 'done'/trace-bar-20261128_100000.pcap
	list --json >out
	[ "$(grep -c '"broken":{"offset":256,"reason":"it ends inside a record"}' out)" -eq 2 ]
	[ "$(values packets <out | sort -u)" = 2 ]
}

@test "of a recording the last record need not be whole" {
	settings
	three rec/trace-foo-20261128_100000.pcap 1795860000
	truncate -s -1 rec/*
	mark_unfinished rec/*
	list --json >out
	not grep -q broken out
	[ "$(values packets <out)" = 2 ]
}

@test "options that make no sense together, and times that are none, are wrong" {
	settings
	run -2 list --from 11:00 --to 10:00
	run -2 list --from yesterday
	[[ ${lines[0]} == "osmo-pcap-read: --from 'yesterday': it is none of the forms of a time; see osmo-pcap-read --help" ]]
	run -2 list -w x
	run -2 "$READ" -c cfg --json
	run -2 "$READ" -c cfg --frobnicate
	run -78 "$READ" -c nowhere.cfg --list
}

@test "a directory that cannot be read is an error, and the rest is listed" {
	settings
	everywhere
	mv rec away
	run -1 --separate-stderr list
	[ "$(wc -l <<<"$output")" -eq 4 ]
	[ "$stderr" = "osmo-pcap-read: $PWD/rec: No such file or directory" ]
}

# ---- packets ----

@test "packets of all clients are merged by time, an interface for each client" {
	settings
	everywhere
	"$READ" -c cfg >out 2>err
	[ ! -s err ]
	blocks <out | grep -v ^packet >described
	cat >want <<-EOT
	section
	interface foo link=1 snaplen=9000 options=
	interface net-127.0.9.7 link=1 snaplen=9000 options=
	interface bar link=1 snaplen=9000 options=
	EOT
	diff want described
	packets_of >got
	cat >want <<-EOT
	foo 1795860000 1
	foo 1795860001 2
	net-127.0.9.7 1795860001 101
	foo 1795860002 3
	net-127.0.9.7 1795860002 102
	net-127.0.9.7 1795860003 103
	foo 1795863600 11
	foo 1795863601 12
	bar 1795863601 21
	foo 1795863602 13
	bar 1795863602 22
	bar 1795863603 23
	EOT
	diff want got
	[ "$(capinfos -Mc out | sed -nE 's/.*packets: +//p')" -eq 12 ]
}

@test "a range of time has the packets in it, both ends included; clients are chosen as for the list" {
	settings
	everywhere
	[ "$(numbers_of --from 1795860002 --to 1795863601)" = '3 102 103 11 12 21 ' ]
	[ "$(numbers_of --from 1795863601.000000001)" = '13 22 23 ' ]
	[ "$(numbers_of --to '2026-11-28 10:00:01' foo)" = '1 2 ' ]
	[ "$(numbers_of 'net-*' bar)" = '101 102 103 21 22 23 ' ]
	run -1 "$READ" -c cfg fooo
}

@test "nanoseconds are kept, of pcap and of pcapng, whatever the unit of a clock" {
	settings
	capture 'done'/trace-foo-20261128_100000.pcap pcap,ns rec=60,sec=1795860000,sub=123456789
	capture 'done'/trace-foo-20261128_100001.pcapng shb+idb,opt=9/1/09 epb=60,sec=1795860001,unit=1000000000,sub=987654321
	capture 'done'/trace-foo-20261128_100002.pcapng shb+idb,opt=9/1/8a epb=60,sec=1795860002,unit=1024,sub=1
	"$READ" -c cfg | blocks | sed -n 's/^packet foo \(\S*\) .*/\1/p' >got
	printf '%s\n' 1795860000.123456789 1795860001.987654321 1795860002.000976562 | diff - got
	"$READ" -c cfg --format pcap >out
	[ "$(xxd -p -l 4 out)" = 4d3cb2a1 ]
	tcpdump --nano -tt -nr out 2>/dev/null | grep -oE '^[0-9]{10}\.[0-9]{9}' | diff - got
}

# A comment, flags, the id of a packet (64 bits), and an option that nobody knows.
@test "comments and options of packets and interfaces are kept, from both byte orders" {
	settings
	capture 'done'/trace-foo-20261128_100000.pcapng shb+idb,opt=3/3/414243 \
		epb=60,sec=1795860000,sub=0,opt=1/5/68656c6c6f epb=61,sec=1795860001,sub=0,opt=2/4/01000000 \
		epb=60,sec=1795860002,sub=0,opt=5/8/0102030405060708 epb=60,sec=1795860003,sub=0,opt=4711/2/aabb
	capture 'done'/trace-bar-20261128_100000.pcapng shb,be+idb,opt=8/8/00000000000f4240 \
		epb=60,sec=1795860000,sub=0,opt=1/5/68656c6c6f epb=61,sec=1795860001,sub=0,opt=2/4/00000001 \
		epb=60,sec=1795860002,sub=0,opt=5/8/0807060504030201 epb=60,sec=1795860003,sub=0,opt=4711/2/aabb
	"$READ" -c cfg foo | blocks >foo
	"$READ" -c cfg bar | blocks >bar
	cat >want <<-EOT
	section
	interface foo link=1 snaplen=9000 options=3:414243
	packet foo 1795860000.000000000 caplen=60 len=60 number=1 options=1:68656c6c6f
	packet foo 1795860001.000000000 caplen=61 len=61 number=2 options=2:01000000
	packet foo 1795860002.000000000 caplen=60 len=60 number=3 options=5:0102030405060708
	packet foo 1795860003.000000000 caplen=60 len=60 number=4 options=4711:aabb
	EOT
	diff want foo
	# what an unknown option means nobody knows, nor which of its bytes are numbers
	sed -e 's/foo/bar/' -e 's/3:414243/8:40420f0000000000/' -e 's/4711:aabb//' want | diff - bar
}

@test "the name of the source's interface becomes its description; several of them stay apart" {
	settings
	capture 'done'/trace-foo-20261128_100000.pcapng shb+idb,opt=2/4/65746830+idb,opt=2/4/65746831+idb,linktype=101 \
		epb=60,if=1,sec=1795860000 epb=60,if=0,sec=1795860001 epb=60,if=2,sec=1795860002
	capture 'done'/trace-foo-20261128_100001.pcapng shb+idb,opt=2/4/65746830 epb=60,sec=1795860003
	capture 'done'/trace-foo-20261128_100002.pcapng shb+idb epb=60,sec=1795860004
	"$READ" -c cfg | blocks | grep ^interface >got
	cat >want <<-EOT
	interface foo link=1 snaplen=9000 options=3:65746831
	interface foo link=1 snaplen=9000 options=3:65746830
	interface foo link=101 snaplen=9000 options=
	interface foo link=1 snaplen=9000 options=
	EOT
	diff want got
}

@test "names and secrets go before the packets behind them, from both byte orders; other blocks do not" {
	settings
	capture 'done'/trace-foo-20261128_100000.pcapng shb+idb nrb dsb isb custom epb=60,sec=1795860000,sub=0
	capture 'done'/trace-bar-20261128_100000.pcapng shb,be+idb nrb dsb isb epb=60,sec=1795860001,sub=0
	"$READ" -c cfg foo | blocks | cut -d ' ' -f 1-2 | tr '\n' ' ' >got
	[ "$(cat got)" = 'section  block 4 block 10 interface foo packet foo ' ] || [ "$(cat got)" = 'section block 4 block 10 interface foo packet foo ' ]
	"$READ" -c cfg foo | blocks | grep ^block >foo
	"$READ" -c cfg bar | blocks | grep ^block | diff foo -
	[ "$(tshark -r <("$READ" -c cfg foo) -qz hosts 2>/dev/null | grep -c '^127.0.0.1.*here')" -eq 1 ]
}

@test "of a large archived capture only the frames are decompressed that the time needs" {
	settings
	# 200 records of 60,016 bytes, a second apart: 69 to a frame
	capture 'done'/trace-foo-20261128_100000.pcap pcap data,times=200:rec=60000
	archive
	[ "$(numbers_of --from 1700000100 --to 1700000103)" = '100 101 102 ' ]
	# the first and the last of the frames with packets no longer can be
	local f frames
	f=$(echo archive/foo/*/*.zst)
	chmod +w "$f"
	frames=$(index "SELECT hex(frames) FROM file")
	local at=0 i size=()
	for i in 0 1 2 3; do
		size[i]=$((0x$(sed -E 's/(..)(..)(..)(..)/\4\3\2\1/' <<<"${frames:i * 66:8}")))
	done
	for i in 1 3; do
		at=$((size[0] + (i == 3 ? size[1] + size[2] : 0) + size[i] / 2))
		printf 'damaged' | dd of="$f" bs=1 seek="$at" conv=notrunc status=none
	done
	[ "$(numbers_of --from 1700000100 --to 1700000103)" = '100 101 102 ' ]
	run -1 --separate-stderr "$READ" -c cfg --from 1700000010 --to 1700000012
	[ "$stderr" = "osmo-pcap-read: $PWD/$f: at byte ${size[0]}: the zstd data is damaged" ]
}

@test "a few bytes that have changed in an archived file are told of, and nothing of their frame is delivered" {
	settings
	perl -e 'print pack("VvvVVVV", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1), map { pack("VVVV", 1795860000, 0, 1000, 1000),
		pack("C*", map { rand 256 } 1 .. 1000) } 1 .. 300' >'done'/trace-foo-20261128_100000.pcap
	capture 'done'/trace-bar-20261128_100000.pcap pcap data,times=3:rec=100
	archive
	local f
	f=$(echo archive/foo/*/*.zst)
	chmod +w "$f"
	printf XXXX | dd of="$f" bs=1 seek=$(($(size "$f") / 2)) conv=notrunc status=none
	run -1 --separate-stderr "$READ" -c cfg -w out
	[[ $stderr == "osmo-pcap-read: $PWD/$f: at byte "*": the file was changed: the checksum of its frame differs" ]]
	[ "$(blocks <out | grep -c ^packet)" -eq 3 ]
	not zstd -tq "$f"
}

@test "a damaged capture costs its own packets from there on: the rest is delivered, and the exit status is 1" {
	settings
	three 'done'/trace-foo-20261128_100000.pcap 1795860000
	printf '\377\377\377\377' | dd of='done'/trace-foo-20261128_100000.pcap bs=1 seek=264 conv=notrunc status=none
	three 'done'/trace-foo-20261128_100001.pcap 1795860000 50
	truncate -s -1 'done'/trace-foo-20261128_100001.pcap
	three 'done'/trace-bar-20261128_100000.pcap 1795860000 10
	cp -p 'done'/* .
	run -1 --separate-stderr "$READ" -c cfg -w out
	[ "$(blocks <out | sed -n 's/.*number=\([0-9]*\) .*/\1/p' | sort -n | tr '\n' ' ')" = '1 2 10 11 12 13 51 52 ' ] ||
		[ "$(blocks <out | sed -n 's/.*number=\([0-9]*\) .*/\1/p' | sort -n | tr '\n' ' ')" = '1 2 11 12 13 51 52 ' ]
	echo "$stderr" | sort >err
	cat >want <<-EOT
	osmo-pcap-read: $PWD/done/trace-foo-20261128_100000.pcap: at byte 256: a record longer than any can be
	osmo-pcap-read: $PWD/done/trace-foo-20261128_100001.pcap: at byte 256: it ends inside a record
	EOT
	diff want err
	archive
	run -1 --separate-stderr "$READ" -c cfg -w out
	sed "s|: at| &|; s|$PWD/done|$PWD/archive/foo/2026-11-28|; s|pcap : at|pcap.zst: at|" want | diff - <(sort <<<"$stderr")
	# what lies before the damage is not touched by it
	run -1 "$READ" -c cfg -w out --from 1795860001
	run -0 "$READ" -c cfg -w out --to 1795860000
}

@test "an archived capture that is not compressed is read as well, and one that was cut as far as it is there" {
	plain
	echo 'archive: { path = "archive"; compress = "none"; };' >>cfg
	capture 'done'/trace-foo-20261128_100000.pcap pcap data,times=200:rec=60000
	archive
	[ "$(numbers_of --from 1700000100 --to 1700000103)" = '100 101 102 ' ]
	[ "$(numbers_of | wc -w)" -eq 200 ]
	chmod u+w archive/foo/*/*.pcap
	truncate -s 9000000 archive/foo/*/*.pcap
	run -1 --separate-stderr "$READ" -c cfg -w out
	[ "$(blocks <out | grep -c ^packet)" -eq 149 ]
	# of the third frame, behind the header's and two of 69 records
	[ "$stderr" = "osmo-pcap-read: $PWD/$(echo archive/foo/*/*.pcap): at byte $((24 + 138 * 60016)): the file ends before the frame does" ]
}

@test "packets that contradict their block are left out, and counted" {
	settings
	capture 'done'/trace-foo-20261128_100000.pcapng shb+idb epb=60,sec=1795860000 epb=60,if=7 epb=60,caplen=900 epb=60,sec=1795860003
	run -1 --separate-stderr "$READ" -c cfg -w out
	[ "$(blocks <out | grep -c ^packet)" -eq 2 ]
	[[ $stderr == "osmo-pcap-read: $PWD/done/trace-foo-20261128_100000.pcapng: at byte "*"; 2 packets are left out" ]]
}

@test "of an archived capture the offset is told that the damage has in the capture" {
	settings
	# 200 packets, 69 to a frame, and between the 149th and the 150th one that has no interface
	capture 'done'/trace-foo-20261128_100000.pcapng shb+idb data,times=149:epb=60000 epb=60,if=7 number=149 data,times=51:epb=60000
	archive
	run -1 --separate-stderr "$READ" -c cfg --from 1700000150 --to 1700000152 -w out
	[ "$(blocks <out | grep -c ^packet)" -eq 2 ]
	[[ $stderr == "osmo-pcap-read: $PWD/archive/foo/"*".pcapng.zst: at byte $((28 + 20 + 149 * 60032)): "*"; 1 packet is left out" ]]
}

@test "a recording is read up to where it is whole" {
	settings
	three rec/trace-foo-20261128_100000.pcap 1795860000
	truncate -s -1 rec/*
	mark_unfinished rec/*
	run -0 --separate-stderr "$READ" -c cfg -w out
	[ -z "$stderr" ]
	[ "$(blocks <out | grep -c ^packet)" -eq 2 ]
}

@test "packets of one capture keep their order where their times go back" {
	settings
	capture 'done'/trace-foo-20261128_100000.pcap pcap rec=60,sec=1795860005 rec=60,sec=1795860001 rec=60,sec=1795860009
	capture 'done'/trace-bar-20261128_100000.pcap number=10 pcap rec=60,sec=1795860002 rec=60,sec=1795860007
	[ "$(numbers_of)" = '11 1 2 12 3 ' ]
}

@test "fifty captures at the same time are merged like one" {
	settings
	local i
	for i in $(seq 10 59); do
		capture "done/trace-foo-20261128_1000$i.pcap" "number=$((i * 100))" pcap "data,times=40:rec=60,sec=1795860000"
		perl -e 'local $/; $_ = <STDIN>; my ($i, $n) = (shift, 0);
			for (my $at = 24; $at < length; $at += 76) { substr($_, $at + 4, 4) = pack "V", 1000 * $n++ + $i } print' "$i" \
			<"done/trace-foo-20261128_1000$i.pcap" >fixed
		mv fixed "done/trace-foo-20261128_1000$i.pcap"
		[ "$i" != 40 ] || archive
	done
	"$READ" -c cfg | blocks | sed -nE 's/^packet foo (\S+) .*/\1/p' >stamps
	[ "$(wc -l <stamps)" -eq 2000 ]
	LC_ALL=C sort -cu stamps
}

@test "captures are open while they are read, and what is archived meanwhile is read there" {
	settings
	local i pid
	for i in 10 20 30 40; do
		capture "done/trace-foo-20261128_1000$i.pcap" "number=$i" pcap "data,times=30:rec=60000,sec=17958600$i"
	done
	mkfifo out
	"$READ" -c cfg >out 2>err 3>&- &
	pid=$!
	PIDS+=("$pid")
	exec 8<out
	until_true blocked "$pid"
	[ "$(find "/proc/$pid/fd" -lname '*/done/*' | wc -l)" -eq 0 ]
	archive
	[ -z "$(ls 'done')" ]
	[ "$(blocks <&8 | grep -c ^packet)" -eq 120 ]
	exec 8<&-
	await "$pid"
	[ ! -s err ]
}

@test "captures that do not overlap are opened one after another" {
	settings
	local i pid
	for i in $(seq 10 49); do
		capture "done/trace-foo-20261128_1000$i.pcap" pcap "data,times=30:rec=60000,sec=17958600$i"
	done
	archive
	mkfifo out
	"$READ" -c cfg >out 2>err 3>&- &
	pid=$!
	PIDS+=("$pid")
	exec 8<out
	until_true blocked "$pid"
	[ "$(ps -o pid= --ppid "$pid" | wc -l)" -le $(($(nproc) + 1)) ]
	[ "$(blocks <&8 | grep -c ^packet)" -eq 1200 ]
	exec 8<&-
	await "$pid"
}
# blocked PID: it waits until its output is taken
blocked() { [ "$(cat "/proc/$1/wchan")" = pipe_write ] || grep -q '^1 0x1 ' "/proc/$1/syscall"; }

@test "the processes that read captures have nothing but these, and may do next to nothing" {
	settings
	capture 'done'/trace-foo-20261128_100000.pcap pcap "data,times=100:rec=60000"
	mkfifo out
	"$READ" -c cfg >out 2>err 3>&- &
	local pid=$! child
	PIDS+=("$pid")
	exec 8<out
	until_true blocked "$pid"
	child=$(ps -o pid= --ppid "$pid" | tr -d ' ')
	[ "$(wc -w <<<"$child")" -eq 1 ]
	grep -qx 'Seccomp:	2' "/proc/$child/status"
	grep -qx 'NoNewPrivs:	1' "/proc/$child/status"
	find "/proc/$child/fd" -type l -printf '%l\n' | sed 's/\[.*//' | sort >fds
	printf '%s\n' "$PWD/done/trace-foo-20261128_100000.pcap" pipe: pipe: | diff - fds
	# one that dies costs what it has not told
	kill -KILL "$child"
	blocks <&8 >got
	exec 8<&-
	ends_with 1 "$pid"
	[ "$(grep -c ^packet got)" -lt 100 ]
	grep -q "done/trace-foo-20261128_100000.pcap: at byte [0-9]*: the process that reads it has died" err
}

# large: an archived capture of 144 MB, which a filter reads in three parts. Interfaces and names come in the first and
# in the second, a section in the second; what has no time begins there, and reaches into the third.
large() {
	settings
	capture 'done'/trace-foo-20261128_100000.pcapng shb+idb,snaplen=60000 'data,times=600:epb=60000' data:idb,snaplen=60001+nrb \
		'data,times=300:epb=60000,if=1' number=200 'data,times=300:epb=60000' data:shb,be+idb,snaplen=60002+nrb \
		data:epb=60000 'data,times=1200:spb=60000'
	archive
}

@test "a filter reads a large archived capture in parts: the same bytes as in one, merged with others as well" {
	large
	three 'done'/trace-bar-20261128_100000.pcap 1700000100
	archive
	local range
	for range in '' '--from 1700000003 --to 1700000890'; do
		# shellcheck disable=SC2086 # options
		"$READ" -c cfg $range >whole
		# shellcheck disable=SC2086 # options
		"$READ" -c cfg $range -f 'greater 1' >parts
		[ "$(blocks <whole | grep -c ^packet)" -gt 1000 ]
		cmp whole parts
	done
	[ "$(numbers_of -f 'less 1000')" = '1 2 3 ' ]
}

@test "of parts of a capture as many are worked at as there are processors, in bounded memory; one that dies ends it there" {
	large
	mkfifo out
	"$READ" -c cfg -f 'greater 1' >out 2>err 3>&- &
	local pid=$! most children
	PIDS+=("$pid")
	exec 8<out
	until_true blocked "$pid"
	most=$(getconf _NPROCESSORS_ONLN)
	[ "$most" -lt 3 ] || most=3
	mapfile -t children < <(ps -o pid= --sort start_time --ppid "$pid" | tr -d ' ')
	[ "${#children[@]}" -eq "$most" ]
	nm "$READ" | grep -q __asan_init || [ "$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$pid/status" "${children[@]/#//proc/}"/status | sort -n | tail -n 1)" -lt 40000 ]
	kill -KILL "${children[0]}"
	blocks <&8 >got
	exec 8<&-
	ends_with 1 "$pid"
	[ "$(grep -c ^packet got)" -lt 1000 ]
	[ "$(grep -c 'the process that reads it has died' err)" -eq 1 ]
	run -0 --separate-stderr bash -c 'set -o pipefail; "$1" -c cfg -f "greater 1" | head -c 90000000 | wc -c' - "$READ"
	[ "$output" = 90000000 ]
	[ -z "$stderr" ]
}

@test "parts of a capture: frames that are not what the index says end it where they do for one process" {
	large
	local f at hex frame=22
	for at in 0 4; do # stored, capture
		hex=$(index "SELECT hex(substr(frames, $((frame * 33 + at + 1)), 4)) FROM file")
		index "CREATE TABLE was AS SELECT frames FROM file;
			UPDATE file SET frames = CAST(substr(frames, 1, $((frame * 33 + at))) || x'11' || substr(frames, $((frame * 33 + at + 2))) AS BLOB)"
		[ "$hex" != "$(index "SELECT hex(substr(frames, $((frame * 33 + at + 1)), 4)) FROM file")" ]
		run -1 bash -c '"$1" -c cfg >whole 2>told' - "$READ"
		run -1 bash -c '"$1" -c cfg -f "greater 1" >parts 2>err' - "$READ"
		[ "$(wc -l <told)" -eq 1 ]
		diff told err
		cmp whole parts
		index "UPDATE file SET frames = (SELECT frames FROM was); DROP TABLE was"
	done
	# cut where its second part is
	f=$(echo archive/foo/*/*.zst)
	chmod +w "$f"
	truncate -s "$(($(stat -c %s "$f") / 2))" "$f"
	run -1 bash -c '"$1" -c cfg >whole 2>told' - "$READ"
	run -1 bash -c '"$1" -c cfg -f "greater 1" >parts 2>err' - "$READ"
	diff told err
	cmp whole parts
}

@test "a filter is that of tcpdump, compiled for each link type" {
	settings
	local ip=4500001c00000000401100007f0000017f000001 udp=0035003500080000
	capture 'done'/trace-foo-20261128_100000.pcap pcap "hex=20a60a6b00000000$(u32 42)$(u32 42)$(eth)0800$ip$udp" rec=60,sec=1795860001
	capture 'done'/trace-bar-20261128_100000.pcap pcap,linktype=101 "hex=22a60a6b00000000$(u32 28)$(u32 28)$ip$udp" rec=60,sec=1795860003
	"$READ" -c cfg -f 'udp port 53' >out
	[ "$(blocks <out | grep -c '^packet foo .* caplen=42 ')" -eq 1 ]
	[ "$(blocks <out | grep -c '^packet bar .* caplen=28 ')" -eq 1 ]
	[ "$(blocks <out | grep -c ^packet)" -eq 2 ]
	archive
	"$READ" -c cfg -f 'udp port 53' | cmp out -
	[ "$("$READ" -c cfg -f 'not udp' | blocks | grep -c ^packet)" -eq 2 ]
}
u32() { printf '%02x%02x%02x%02x' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24)); }
eth() { echo 020000000002020000000001; }

@test "a link type for which the filter means nothing has no packet, and a warning" {
	settings
	capture 'done'/trace-foo-20261128_100000.pcap pcap rec=60,sec=1795860000
	capture 'done'/trace-bar-20261128_100000.pcap pcap,linktype=177 rec=60,sec=1795860000
	run -0 --separate-stderr "$READ" -c cfg -w out -f 'ether proto 0x88b5'
	[ "$(blocks <out | sed -n 's/^packet \(\S*\) .*/\1/p')" = foo ]
	[[ $stderr == 'osmo-pcap-read: the filter means nothing for link type LINUX_LAPD, none of its packets is taken: '* ]]
}

# interfaces FILE MARK N SECONDS: a capture of N packets, each of an interface of its own; LINKTYPES=1: and link type
interfaces() {
	perl -e 'my ($mark, $n, $time) = @ARGV; binmode STDOUT;
		print pack "VVVvvqV", 0x0a0d0d0a, 28, 0x1a2b3c4d, 1, 0, -1, 28;
		for my $i (0 .. $n - 1) {
			print pack "VVvvVvvVVV", 1, 32, $ENV{LINKTYPES} ? 1000 + $i : 1, 0, $mark * 10000 + $i, 3, 4, $i, 0, 32;
			print pack "VVVVVVVH24nNvV", 6, 52, $i, $time * 1000000 >> 32, $time * 1000000 & 0xffffffff, 18, 18,
				"020000000002020000000001", 0x88b5, $mark * 1000 + $i, 0, 52;
		}' "${@:2}" >"$1"
}

@test "a capture with thousands of interfaces costs its own client packets, which are counted, and nobody else" {
	settings
	interfaces 'done'/trace-foo-20261128_100000.pcapng 1 3000 1795860000
	interfaces 'done'/trace-foo-20261128_100001.pcapng 2 3000 1795860001
	interfaces 'done'/trace-foo-20261128_100002.pcapng 1 3000 1795860002
	three 'done'/trace-bar-20261128_110000.pcap 1795863600
	run -1 --separate-stderr "$READ" -c cfg -w out
	[[ $stderr == "osmo-pcap-read: $PWD/done/trace-foo-20261128_100001.pcapng: at byte "*": its client has more interfaces than are written; 1904 packets are left out" ]]
	[ "$(blocks <out | grep -c '^packet foo')" -eq 7096 ]
	[ "$(blocks <out | grep -c '^packet bar')" -eq 3 ]
	run -0 --separate-stderr "$READ" -c cfg -w out bar
}

@test "a capture with many link types costs its own packets, which are counted, and nobody else, where there is a filter" {
	settings
	LINKTYPES=1 interfaces 'done'/trace-foo-20261128_100000.pcapng 1 70 1795860000
	three 'done'/trace-bar-20261128_110000.pcap 1795863600
	run -1 --separate-stderr "$READ" -c cfg -w out -f 'ether proto 0x88b5'
	[ "$(grep -c 'the filter means nothing for link type 10' <<<"$stderr")" -eq 64 ]
	[[ $stderr == *"done/trace-foo-20261128_100000.pcapng: at byte "*": it has more link types than a filter is compiled for; 6 packets are left out"* ]]
	[ "$(blocks <out | grep -c '^packet bar')" -eq 3 ]
}

@test "a filter that is none is wrong at once" {
	settings
	run -2 "$READ" -c cfg -w out -f 'udp port'
	[[ ${lines[0]} == "osmo-pcap-read: --filter 'udp port': "*"syntax error; see osmo-pcap-read --help" ]]
	[ ! -e out ]
}

@test "of pcap, times that its seconds cannot tell are the first or the last of them" {
	settings
	capture 'done'/trace-foo-20261128_100000.pcapng shb+idb,opt=9/1/00 epb=60,sec=4294967295,unit=1,sub=0 epb=60,sec=4294967296,unit=1,sub=0 epb=60,sec=4300000000,unit=1,sub=0
	"$READ" -c cfg --format pcap >out
	perl -0777 -ne 'my $file = $_; print join " ", map { unpack "VV", substr $file, 24 + 76 * $_ } 0 .. 2' out >got
	[ "$(cat got)" = '4294967295 0 4294967295 999999999 4294967295 999999999' ]
}

@test "--format pcap has room for one link type: more are an error, a filter or a client leaves one" {
	settings
	capture 'done'/trace-foo-20261128_100000.pcap pcap rec=60,sec=1795860000
	capture 'done'/trace-bar-20261128_100000.pcap pcap,linktype=101 rec=60,sec=1795860001
	run -1 --separate-stderr "$READ" -c cfg --format pcap -w out
	[ "$stderr" = 'osmo-pcap-read: packets of several link types do not fit into pcap: use pcapng' ]
	run -0 "$READ" -c cfg --format pcap -w out foo
	[ "$(packets out)" -eq 1 ]
	run -0 "$READ" -c cfg --format pcap -w out -f 'ether proto 0x88b5'
	[ "$(packets out)" -eq 1 ]
	run -0 "$READ" -c cfg --format pcap -w out --to 1000
	[ "$(packets out)" -eq 0 ]
	[ "$(size out)" -eq 24 ]
	run -2 "$READ" -c cfg --format pcap2 -w out
}

@test "packets without a time are there where no time is asked for, with that of the one before" {
	settings
	capture 'done'/trace-foo-20261128_100000.pcapng shb+idb epb=60,sec=1795860000,sub=0 spb=60 opb=60,sec=1795860001,sub=0 spb=60
	archive
	"$READ" -c cfg | blocks | grep -v -e section -e interface | cut -d ' ' -f 1-3,6 >got
	cat >want <<-EOT
	packet foo 1795860000.000000000 number=1
	packet foo 1795860000.000000000 number=2
	packet foo 1795860001.000000000 number=3
	packet foo 1795860001.000000000 number=4
	EOT
	diff want got
	[ "$(numbers_of --from 0)" = '1 3 ' ]
	capture 'done'/trace-bar-20261128_100000.pcapng shb+idb spb=60
	"$READ" -c cfg bar | blocks | grep -q '^packet bar 0\.000000000 '
}

@test "-w makes a new file or empties an old one, but only a regular one, and none that is read" {
	settings
	everywhere
	seq 100000 >out
	"$READ" -c cfg -w out foo
	[ "$(blocks <out | grep -c ^packet)" -eq 6 ]
	"$READ" -c cfg -w new foo
	cmp out new
	[ "$(mode new)" = 640 ]
	mkfifo fifo
	run -1 "$READ" -c cfg -w fifo
	[ "$output" = "osmo-pcap-read: fifo: is no regular file: use standard output" ]
	run -1 "$READ" -c cfg -w /dev/null
	[ "$output" = "osmo-pcap-read: /dev/null: is no regular file: use standard output" ]
	ln -s nothing dangling
	run -1 "$READ" -c cfg -w dangling
	[ "$output" = "osmo-pcap-read: dangling: is a symbolic link that leads to no file" ]
	run -1 "$READ" -c cfg -w "$PWD/rec"
	cp rec/trace-bar-* copy
	chmod u+w rec/* # who may write there
	run -1 "$READ" -c cfg -w rec/trace-bar-20261128_110000.pcap
	[ "$output" = "osmo-pcap-read: rec/trace-bar-20261128_110000.pcap: is a capture that is to be read" ]
	cmp copy rec/trace-bar-*
}

@test "-w writes nothing where captures are, whatever name leads there, also not those of other clients" {
	settings
	everywhere
	ln -s archive/foo/* day
	ln -s "$(echo archive/foo/*/*.zst)" link
	ln -s "$PWD/done/new" nowhere
	ln "$(echo archive/foo/*/*.zst)" second
	chmod u+w archive/foo/*/*.zst rec/* # who may write there
	kept >before
	local f
	for f in archive/foo/*/*.zst link archive/index.sqlite rec/trace-bar-20261128_110000.pcap day/new 'done'/new rec/../archive/new; do
		run -1 "$READ" -c cfg -w "$f" net
		[ "$output" = "osmo-pcap-read: $f: is in a directory of captures: write elsewhere" ] ||
			[ "$output" = "osmo-pcap-read: $f: is a capture that is to be read" ]
	done
	run -1 "$READ" -c cfg -w nowhere net
	[ "$output" = "osmo-pcap-read: nowhere: is a symbolic link that leads to no file" ]
	run -1 "$READ" -c cfg -w second net
	[ "$output" = "osmo-pcap-read: second: has another name as well, which would lose its content: remove it first" ]
	kept | diff before -
	# through a link to an ordinary file it goes, as ever
	: >file
	ln -sf file link
	"$READ" -c cfg -w link net
	[ "$(blocks <file | grep -c ^packet)" -eq 3 ]
}
kept() { find archive rec 'done' -type f ! -name '*-shm' -exec sha256sum {} + | sort; }

@test "a terminal gets no packets, and a disk that is full is an error" {
	settings
	everywhere
	run -2 script -qec "$READ -c cfg" /dev/null
	[[ $output == *"standard output is a terminal: name a file with -w, or use a pipe"* ]]
	run -1 bash -c '"$1" -c cfg >/dev/full' - "$READ"
	[ "$output" = 'osmo-pcap-read: standard output: No space left on device' ]
}

@test "a reader that has seen enough is no error" {
	settings
	capture 'done'/trace-foo-20261128_100000.pcap pcap "data,times=100:rec=60000"
	run -0 --separate-stderr bash -c 'set -o pipefail; "$1" -c cfg | head -c 100 | wc -c' - "$READ"
	[ "$output" = 100 ]
	[ -z "$stderr" ]
	run -0 bash -c 'set -o pipefail; for i in $(seq 2000); do "$1" -c cfg --list; break; done | head -n 1 | wc -l' - "$READ"
}

# ---- what is being recorded ----

# follow ARGUMENT…: osmo-pcap-read --follow in the background, its packets in ./followed
follow() {
	"$READ" -c cfg --follow "$@" >followed 2>err 3>&- &
	FOLLOWER=$!
	PIDS+=("$FOLLOWER")
}
# followed_are WANTED: the numbers of the packets so far, in this order
followed_are() { [ "$(blocks <followed | sed -nE 's/^packet .* number=(\S+) .*/\1/p' | tr '\n' ' ')" = "$1" ]; }
end_follow() {
	kill -INT "$FOLLOWER"
	await "$FOLLOWER"
	[ ! -s err ]
}

# readers_are N: so many captures are open
readers_are() { [ "$(ps -o pid= --ppid "$FOLLOWER" | wc -l)" -eq "$1" ]; }

@test "--follow --from: what there is, then what is recorded as it arrives, across the end of a connection" {
	settings
	three 'done'/trace-bar-20261128_100000.pcap 1600000000
	server_start
	live a 127.0.0.2
	tell a number=1 pcap rec rec
	wait_stored a foo
	follow --from '2020-09-13'
	until_true followed_are '1 2 3 2 3 '
	tell a number=5 rec
	until_true followed_are '1 2 3 2 3 6 '
	hang_up a
	until_true readers_are 0 # what is published needs no process any more
	live a 127.0.0.2
	tell a number=7 pcap rec
	until_true followed_are '1 2 3 2 3 6 8 '
	tell a number=8 rec rec
	until_true followed_are '1 2 3 2 3 6 8 9 10 '
	end_follow
}

@test "--follow alone begins with what comes now, whatever its time" {
	settings
	three 'done'/trace-bar-20261128_100000.pcap 1600000000
	server_start
	live a 127.0.0.2
	tell a number=1 pcap rec rec
	wait_stored a foo
	follow
	until_true watching
	tell a number=5 rec
	until_true followed_are '6 '
	end_follow
}
# watching: the follower has looked around, and waits
watching() { grep -qE '^inotify' "/proc/$FOLLOWER/fdinfo"/* && [[ $(cat "/proc/$FOLLOWER/wchan") == *poll* ]]; }

# First the rest of what was followed already; the order of inodes is none.
@test "--follow: what has come while the reader was away comes in the order in which it was recorded" {
	settings
	server_start
	live a 127.0.0.2
	tell a number=1 pcap rec
	wait_stored a foo
	follow --from 2020-09-13
	until_true followed_are '2 '
	until_true watching
	kill -STOP "$FOLLOWER"
	tell a number=2 rec rec
	hang_up a
	wait_log 'closed client=' 1
	local file number=100 name
	mkdir later
	for file in a b c d; do
		: >"later/$file"
	done
	# the last inode gets the first name
	for file in $(cd later && stat -c '%i %n' * | sort -rn | cut -d ' ' -f 2); do
		number=$((number + 100))
		three "later/$file" 1795860000 $number
		name=trace-foo-20991231_235959_$(printf '%03d' $((number / 100))).pcap
		chmod 440 "later/$file"
		mv "later/$file" "done/$name"
	done
	sleep 1.1 # it looks around each second: that is the first thing which it does now
	kill -CONT "$FOLLOWER"
	until_true followed_are '2 3 4 201 202 203 301 302 303 401 402 403 501 502 503 '
	end_follow
}

@test "--follow --format pcap: a client with another link type costs its own packets, which is told, and nobody else" {
	settings
	server_start
	live a 127.0.0.2
	live b 127.0.0.3
	follow --format pcap
	until_true watching
	tell a pcap rec=60
	until_true size_is followed 100
	tell b pcap,linktype=113 rec=60
	until_true grep -q 'trace-bar-.*: at byte [0-9]*: its link type is another one than that of the pcap: use pcapng' err
	tell a number=5 rec=60
	until_true size_is followed 176
	hang_up b
	until_true grep -q '; 1 packet is left out' err
	kill -INT "$FOLLOWER"
	ends_with 1 "$FOLLOWER"
	[ "$(wc -l <err)" -eq 2 ]
}
size_is() { [ "$(stat -c %s "$1")" -eq "$2" ]; }

@test "--follow: clients are chosen, and a filter holds" {
	settings
	server_start
	live a 127.0.0.2
	live b 127.0.0.3
	follow -f 'greater 100' foo
	until_true watching
	tell b pcap rec=200
	tell a number=1 pcap rec=60 rec=200 rec=60 rec=300
	until_true followed_are '3 5 '
	end_follow
}

@test "--follow: nothing is lost and nothing comes twice while three clients record, files rotate, and the archive works" {
	settings 'max-file-size = 2000;'
	local i
	server_start
	"$ARCHIVE" -c cfg 2>archive.log 3>&- &
	PIDS+=($!)
	local archive=$!
	follow
	until_true watching
	live a 127.0.0.2
	live b 127.0.0.3
	live c 127.0.9.7
	tell a number=100000 pcap rec=100
	tell b number=200000 pcap rec=100
	tell c number=300000 pcap rec=100
	for i in 1 2 3 4 5; do
		tell a number=$((100000 + i * 100)) data,times=60:rec=100
		tell b number=$((200000 + i * 100)) data,times=60:rec=100
		tell c number=$((300000 + i * 100)) data,times=60:rec=100
	done
	hang_up b
	live b 127.0.0.3
	tell b number=209000 pcap data,times=50:rec=100
	# the reader stops for a while: what has gone through all directories meanwhile is not lost
	kill -STOP "$FOLLOWER"
	tell a number=110000 data,times=100:rec=100
	hang_up a
	hang_up b
	hang_up c
	wait_log 'closed client=' 4
	until_true all_is_archived
	kill -CONT "$FOLLOWER"
	wanted | sort -n >want
	until_true all_has_come
	end_follow
	kill -TERM "$archive"
	await "$archive"
	server_stop
	blocks <followed | sed -nE 's/^packet .* number=(\S+) .*/\1/p' | sort -n | diff want -
	[ "$(index 'SELECT count(*) FROM file')" -ge 30 ]
}
all_is_archived() { [ -z "$(find rec 'done' -type f)" ]; }
all_has_come() { [ "$(blocks <followed | grep -c ^packet)" -ge "$(wc -l <want)" ]; }
# wanted: the numbers of what has been sent
wanted() {
	local c i
	for c in 1 2 3; do
		echo "${c}00001"
		for i in 1 2 3 4 5; do
			seq $((c * 100000 + i * 100 + 1)) $((c * 100000 + i * 100 + 60))
		done
	done
	seq 110001 110100
	seq 209001 209050
}

@test "--follow: a recording that is published by a second name with another number comes once" {
	settings
	three rec/trace-foo-20261128_100000.pcap 1795860000
	mark_unfinished rec/*
	follow --from 2020-09-13
	until_true followed_are '1 2 3 '
	kill -STOP "$FOLLOWER"
	ln rec/* 'done'/trace-foo-20261128_100000_001.pcap
	rm rec/*
	chmod 440 'done'/*
	archive
	until_true all_is_archived
	kill -CONT "$FOLLOWER"
	three new 1795860100 10
	mv new 'done'/trace-bar-20261128_100100.pcap
	until_true followed_are '1 2 3 11 12 13 '
	end_follow
}

# follow_into_pipe: what it writes waits in a pipe, which 8 is the other end of
follow_into_pipe() {
	mkfifo out
	"$READ" -c cfg --follow >out 2>err 3>&- &
	FOLLOWER=$!
	PIDS+=("$FOLLOWER")
	exec 8<out
	until_true watching
}

@test "--follow ends when its reader has gone, also when nothing comes" {
	settings
	server_start
	follow_into_pipe
	exec 8<&-
	await "$FOLLOWER"
	[ ! -s err ]
}

# sshd gives what it starts a socket, which has no error when the other end has read all and closes it.
@test "--follow into a socket ends when its reader has gone, also when nothing comes" {
	settings
	timeout "$PATIENCE" perl -MSocket -e '
		socketpair(my $here, my $there, AF_UNIX, SOCK_STREAM, 0) or die;
		if (fork) {
			close $there;
			sysread($here, my $head, 1 << 16) or die;
			close $here;
			wait;
			exit $? >> 8;
		}
		open STDOUT, ">&", $there or die;
		close $_ for $here, $there;
		exec @ARGV' "$READ" -c cfg --follow foo 2>err
}

@test "--follow: a reader that takes nothing costs a recording nothing" {
	settings
	server_start
	follow_into_pipe
	live a 127.0.0.2
	tell a pcap rec
	tell a data,times=600:rec=9000
	until_true blocked "$FOLLOWER"
	tell_again a 3
	wait_stored a foo
	hang_up a
	wait_published a foo
	exec 8<&-
	await "$FOLLOWER"
}

@test "--follow: of two signals the first ends it, and the second kills where nobody takes what it writes" {
	settings
	server_start
	follow_into_pipe
	live a 127.0.0.2
	tell a pcap rec
	tell a data,times=600:rec=9000
	until_true blocked "$FOLLOWER"
	kill -TERM "$FOLLOWER"
	until_true caught_no_more "$FOLLOWER"
	kill -TERM "$FOLLOWER"
	ends_with 143 "$FOLLOWER"
	exec 8<&-
}
# caught_no_more PID: the handler has run, and the default is back: SIGTERM is bit 14 of what is caught
caught_no_more() { [ $((0x$(sed -n 's/^SigCgt:\t//p' "/proc/$1/status") & 1 << 14)) -eq 0 ]; }

@test "--follow waits for a client that was never there, and says so" {
	settings
	server_start
	follow net-127.0.9.7
	until_true grep -qx 'osmo-pcap-read: net-127.0.9.7: no client is called so yet: waiting for it' err
	live a 127.0.9.7
	tell a number=1 pcap rec
	until_true followed_are '2 '
	kill -INT "$FOLLOWER"
	await "$FOLLOWER"
}

@test "--follow: an index that is made anew pours nothing out again, and loses nothing" {
	settings
	three 'done'/trace-foo-20261128_100000.pcap 1795860000
	touch -d '1 hour ago' 'done'/*
	archive
	follow --from 2020-09-13
	until_true followed_are '1 2 3 '
	kill -STOP "$FOLLOWER"
	three 'done'/trace-foo-20261128_100100.pcap 1795860100 10
	touch -d '1 hour ago' 'done'/*
	archive
	"$ARCHIVE" --rebuild -c cfg 2>>log
	three 'done'/trace-foo-20261128_100200.pcap 1795860200 20
	touch -d '1 hour ago' 'done'/*
	archive
	kill -CONT "$FOLLOWER"
	until_true followed_are '1 2 3 11 12 13 21 22 23 '
	end_follow
	# one that comes after there was none
	rm archive/index.sqlite*
	follow --from 2020-09-13
	until_true grep -q 'there is no index' err
	"$ARCHIVE" --rebuild -c cfg 2>>log
	three new 1795860300 30
	mv new 'done'/trace-foo-20261128_100300.pcap
	until_true followed_are '31 32 33 '
	kill -INT "$FOLLOWER"
	ends_with 1 "$FOLLOWER"
}

@test "--follow: a process that dies while nothing is recorded is told at once, and the others go on" {
	settings
	server_start
	live a 127.0.0.2
	tell a number=1 pcap rec
	wait_stored a foo
	follow --from '2020-09-13'
	until_true followed_are '2 '
	until_true watching
	kill -KILL "$(ps -o pid= --ppid "$FOLLOWER" | tr -d ' ')"
	until_true grep -q "rec/trace-foo-.*: the process that reads it has died" err
	live b 127.0.0.3
	tell b number=10 pcap rec
	until_true followed_are '2 11 '
	kill -INT "$FOLLOWER"
	ends_with 1 "$FOLLOWER"
	[ "$(wc -l <err)" -eq 1 ]
}

@test "--follow: what was missed and comes into a directory again is not shown twice" {
	settings
	follow --from 2020-09-13
	until_true watching
	kill -STOP "$FOLLOWER"
	three 'done'/trace-foo-20261128_100000.pcap 1795860000
	cp -p 'done'/* copy
	archive
	kill -CONT "$FOLLOWER"
	until_true followed_are '1 2 3 '
	mv copy 'done'/trace-foo-20261128_100000.pcap # as if it was not removed yet
	three new 1795860100 10
	mv new 'done'/trace-foo-20261128_100100.pcap
	until_true followed_are '1 2 3 11 12 13 '
	end_follow
}

# holds_deleted: the follower has a file open that has no name any more
holds_deleted() { find "/proc/$FOLLOWER/fd" -lname '*pcap (deleted)' | grep -q .; }
holds_none() { ! holds_deleted || false; }

@test "--follow: what is deleted is let go, also while a directory cannot be looked at" {
	settings
	server_start
	follow
	until_true watching
	mv 'done' away
	ln -s loop 'done'
	until_true grep -q 'done: ' err
	live a 127.0.0.2
	tell a number=1 pcap rec
	until_true followed_are '2 '
	rm rec/*
	until_true holds_none
	kill -INT "$FOLLOWER"
	ends_with 1 "$FOLLOWER"
}

@test "--follow: a signal before it has come to what is being recorded ends it orderly" {
	settings
	capture 'done'/trace-foo-20261128_100000.pcap pcap "data,times=100:rec=60000"
	mkfifo out
	"$READ" -c cfg --follow --from 2020-09-13 >out 2>err 3>&- &
	FOLLOWER=$!
	PIDS+=("$FOLLOWER")
	exec 8<out
	until_true blocked "$FOLLOWER"
	kill -TERM "$FOLLOWER"
	blocks <&8 >got
	exec 8<&-
	await "$FOLLOWER"
	[ ! -s err ]
	[ "$(grep -c ^packet got)" -lt 100 ]
}

@test "--follow: a directory that is gone is told once, and the others are followed" {
	mkdir own
	settings '' "$DEFAULT_CLIENTS, { name = \"own\"; address = \"127.0.0.4\"; completed-path = \"own\"; }"
	server_start
	follow foo
	until_true watching
	mv own away-too
	until_true grep -q 'own: No such file' err
	mv 'done' away
	until_true grep -q 'done: No such file' err
	live a 127.0.0.2
	tell a number=1 pcap rec
	until_true followed_are '2 '
	touch rec/x
	tell a number=2 rec
	until_true followed_are '2 3 '
	kill -INT "$FOLLOWER"
	ends_with 1 "$FOLLOWER"
	printf 'osmo-pcap-read: %s: No such file or directory\n' "$PWD/own" "$PWD/done" | diff - err
}

# ---- when there were packets ----

# minutes PATH NUMBER…: a capture with a packet at the beginning of each of these minutes after 10:00
minutes() {
	local n items=()
	for n in "${@:2}"; do
		items+=("rec=100,sec=$((1795860000 + n * 60)),sub=0")
	done
	capture "$1" pcap "${items[@]}"
}

# bars: a client with a gap, which is archived; one that begins late, which is completed
bars() {
	settings
	minutes 'done'/trace-foo-20261128_100000.pcap 0 1 2 3 4 5 6 7 8 9 20 21 22 23 24 25 26 27 28 29
	archive
	minutes 'done'/trace-bar-20261128_101500.pcap 15 15 15 15 15 15 15 16
}

@test "--coverage: bars of equal steps, gaps and rates plain to see" {
	bars
	LC_ALL=C "$READ" -c cfg --coverage --from '2026-11-28 10:00' --to '2026-11-28 10:29:59.999999999' >out
	cat >want <<-'EOT'
	2026-11-28 10:00:00 to 2026-11-28 10:30:00, 40.9 s a column
	CLIENT                                                    PACKETS   BYTES  TIME
	bar     ......................#=....................            8   800 B   5 %
	foo     ===.==.==.==.=...............==.==.==.==.==.           20  2.0 kB  45 %
	net     ............................................            0     0 B   0 %
	EOT
	diff want out
}

@test "--coverage tells of who sent nothing in that time, or ever, and is not recorded on purpose" {
	settings '' "$DEFAULT_CLIENTS, $NET, { name = \"unstored\"; address = \"127.0.8.1\"; store = false; }"
	minutes 'done'/trace-foo-20261128_100000.pcap 0 1 2
	archive
	minutes 'done'/trace-net-127.0.9.7-20261128_101500.pcap 15 16
	# rows ARGUMENT…: CLIENT ADDRESS PACKETS of each
	rows() { "$READ" -c cfg --coverage --json "$@" 2>err | sed -E 's/.*"client":"([^"]*)","address":"([^"]*)".*"total-packets":([0-9]+).*/\1 \2 \3/' | tr '\n' ';'; }
	[ "$(rows --from '2026-11-28 10:15' --to '2026-11-28 10:20')" = 'bar  0;foo  0;net 127.0.9.7 2;' ]
	[ ! -s err ]
	[ "$(rows)" = 'bar  0;foo  3;net 127.0.9.7 2;' ]
	[ "$(rows --from '2026-11-28 10:00' --to '2026-11-28 10:05' 'n*')" = 'net 127.0.9.7 0;' ]
	grep -q 'no capture in this time: what there is of n\* reaches from 2026-11-28 10:15:00 to 2026-11-28 10:16:' err
	[ "$(rows --from 2026-11-28 bar)" = 'bar  0;' ]
	grep -q 'no capture in this time: there is no capture of bar$' err
	# a page has no command for what is not there
	"$READ" -c cfg --coverage --html --from '2026-11-28 10:00' --to '2026-11-28 10:05' >page.html
	grep -q '<td>bar</td>.*no packet in all of this time' page.html
	tail -n 2 page.html | grep -q 'out.pcapng foo<'
}

@test "--coverage in a terminal is as wide as it is, with blocks where it knows them" {
	bars
	printf 'stty cols 120\nLC_ALL=C.UTF-8 "%s" -c cfg --coverage\n' "$READ" >show
	script -qec 'bash show' /dev/null | tr -d '\r' >out
	grep -q '█' out
	# the last column stays free
	[ "$(tail -n 1 out | LC_ALL=C.UTF-8 wc -m)" -eq 120 ]
}

@test "--coverage --json: packets and bytes of equal steps, which are those of the captures" {
	bars
	"$READ" -c cfg --coverage --json --from '2026-11-28 10:00' --to '2026-11-28 10:29:59.999999999' >out
	[ "$(values client <out | tr '\n' ' ')" = 'bar foo net ' ]
	sed -n 2p out >foo
	sqlite3 :memory: "SELECT sum(value), count(*), sum(value > 0) FROM json_each(readfile('foo'), '\$.packets')" >got
	[ "$(cat got)" = '20|240|20' ]
	[ "$(sqlite3 :memory: "SELECT sum(value) FROM json_each(readfile('foo'), '\$.bytes')")" = 2000 ]
	# 240 steps of 7.5 s: a packet each 8 steps, none from 10:10 to 10:20
	[ "$(sqlite3 :memory: "SELECT group_concat(key) FROM json_each(readfile('foo'), '\$.packets') WHERE value > 0")" = \
		0,8,16,24,32,40,48,56,64,72,160,168,176,184,192,200,208,216,224,232 ]
}

@test "--coverage reads no archived capture" {
	bars
	chmod +w archive/foo/*/*.zst
	: >archive/foo/*/*.zst
	"$READ" -c cfg --coverage foo | grep -qE '^foo .* 20 +2\.0 kB'
}

@test "--html: one page with everything in it, no script, nothing fetched" {
	bars
	"$READ" -c cfg --coverage --html >page.html
	grep -q '^<!DOCTYPE html>' page.html
	not grep -iE '<script|javascript:|src=|href=|url\(|@import| on[a-z]+=' page.html
	[ "$(grep -o 'class="bar"' page.html | wc -l)" -ge 22 ]
	grep -q 'prefers-color-scheme:dark' page.html
	# it is well-formed XML: each element ends in the one that it began in
	perl -0ne 's/<!DOCTYPE html>//; for (/<(\/?[a-z0-9]+)[^<>]*?(\/?)>/g) { push @all, $_ }
		while (@all) { my ($name, $empty) = splice @all, 0, 2; next if $empty;
			if ($name =~ s/^\///) { exit 1 if pop @open ne $name } else { push @open, $name } }
		exit @open != 0 || /&(?!#)/' page.html
	! command -v xmllint >/dev/null || xmllint --noout page.html
}

# pasted PAGE WORD…: what the first command of a page prints that has these words
pasted() {
	grep -o '<code>.*</code>' "$1" | grep -m 1 "${@:2}" | sed -e 's/<[^>]*>//g' -e "s/&#39;/'/g" >command
	sed -i "s|^osmo-pcap-read|\"$READ\"|; s|out.pcapng|-|" command
	sed -i 's|-w - ||' command
	bash command | blocks | sed -nE 's/^packet .* number=(\S+) .*/\1/p' | tr '\n' ' '
}

# The hour from 02:00 comes twice: the gap is from its first half past to its second.
@test "--html: the command of a gap gives the packets on both sides of it, in every zone, over a change of the clock" {
	settings
	capture 'done'/trace-foo-20261025_000000.pcap pcap rec=60,sec=1792886400 rec=60,sec=1792887000 rec=60,sec=1792888100 \
		rec=60,sec=1792888200,sub=999999 rec=60,sec=1792891800 rec=60,sec=1792891900 rec=60,sec=1792894000 rec=60,sec=1792894001
	archive
	TZ=Europe/Berlin "$READ" -c cfg --coverage --html >page.html
	grep -q '<td>2026-10-25 02:30:[0-9]*+02:00</td><td>2026-10-25 02:29:[0-9]*+01:00</td>' page.html
	[ "$(TZ=Asia/Tokyo pasted page.html -e '02:[0-9.:]*+02:00.*02:[0-9.:]*+01:00')" = '4 5 ' ]
	# the configuration is found from every directory
	grep -qF "osmo-pcap-read -c &#39;$PWD/cfg&#39; --from" page.html
	# all of it: the last packet is at the very end
	[ "$(TZ=Asia/Tokyo pasted <(tail -n 3 page.html) -e .)" = '1 2 3 4 5 6 7 8 ' ]
}

# A step of the profile is 4 s, one of the chart 0.25 s.
@test "--coverage: a step that is shorter than what the profile tells is no gap" {
	settings
	capture 'done'/trace-foo-20261128_100000.pcap pcap data,times=4000:rec=20
	"$READ" -c cfg --coverage --json --from 1700000100 --to 1700000159.999999999 foo >out
	[ "$(values steps-with-packets <out)" = 240 ]
	[ "$(values total-packets <out)" = 60 ]
}

# 2^62 s, and 2^62 s before 1970; both are as far as nanoseconds reach.
@test "--coverage: times that nobody can mean cost no other packet its place" {
	settings
	capture 'done'/trace-foo-20261128_100000.pcapng shb+idb,opt=9/1/00 epb=60,sec=4611686018427387904,unit=1 epb=60,sec=1795860000,unit=1 \
		idb,opt=9/1/00,opt=14/8/00000000000000c0 epb=60,if=1,sec=0,unit=1
	archive
	"$READ" -c cfg --coverage --json foo >out
	[ "$(values total-packets <out)" = 3 ]
	[ "$(values to <out)" = 9223372036854775807 ]
	"$READ" -c cfg --coverage --html >page.html
	"$READ" -c cfg --coverage --json --from 2026-11-28 --to 2026-11-29 foo >out
	[ "$(values total-packets <out)" -le 1 ]
}

@test "--coverage of one packet is one column, and all of its time" {
	settings
	capture 'done'/trace-foo-20261128_100000.pcap pcap rec=100,sec=1795860000,sub=0
	archive
	LC_ALL=C "$READ" -c cfg --coverage foo >out
	cat >want <<-'EOT'
	2026-11-28 10:00:00 to 2026-11-28 10:00:00, 1 ns a column
	CLIENT         PACKETS   BYTES  TIME
	foo     #            1   100 B 100 %
	EOT
	diff want out
	[ "$("$READ" -c cfg --coverage --json foo | values steps)" = 1 ]
}

@test "coverage of nothing is nothing, and wrong options are wrong" {
	settings
	run -0 --separate-stderr "$READ" -c cfg --coverage
	[ -z "$output" ]
	[[ $stderr == *'no capture: there is no capture of any client' ]]
	run -0 "$READ" -c cfg --coverage --html
	[[ $output == *'There are none.'* ]]
	run -2 "$READ" -c cfg --coverage --list
	run -2 "$READ" -c cfg --html --list
	run -2 "$READ" -c cfg --html --json --coverage
	run -2 "$READ" -c cfg --html
}

# ---- progress ----

@test "a line of progress on a terminal when it takes longer than a second, but not through a pipe" {
	settings
	can_trace
	capture 'done'/trace-foo-20261128_100000.pcap pcap data,times=40:rec=60000
	# each of ten reads takes 0.3 s
	printf 'strace -f -qq -o /dev/null -e trace=pread64 -e inject=pread64:delay_enter=300000 "%s" -c cfg %s\n' \
		"$READ" '-w out' >slow
	script -qec 'bash slow' /dev/null </dev/null >typescript
	[ "$(blocks <out | grep -c ^packet)" -eq 40 ]
	grep -qaE '[0-9]+% [0-9]+ pkt .* [kM]B/s left [-0-9:]+' typescript
	# the line is taken away at the end
	tail -c 4 typescript | grep -qa $'\033\[J'
	sed -i 's/-w out/| cat >piped/' slow
	script -qec 'bash slow' /dev/null </dev/null >typescript
	cmp out piped
	not grep -qa pkt typescript
}
