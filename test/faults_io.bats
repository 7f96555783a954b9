#!/usr/bin/env bats
# Errors of the system in every call that puts a record on the disk, the order in which things get there, clocks that
# leap, and the stop of many at once.
. "$BATS_TEST_DIRNAME/lib.bash"

export ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" # which a traced process cannot do

# record: foo and bar record; foo's process is CHILD
record() {
	two_record
	CHILD=$(child foo)
}

# none PATTERN: no such file
none() { [ -z "$(compgen -G "$1")" ]; }

injected() { grep -q INJECTED trace; }

# ---- write ----

# write_fails ERROR TEXT: what was written before is published, the child ends with the reason
write_fails() {
	record
	cp a.sent good
	failing "$CHILD" "pwrite64:error=$1:when=1"
	tell a rec=500
	wait_log "closed client=foo .*reason=\"writing the capture file: $2\""
	injected
	recorded good
	[ "$(mode done/trace-foo-*)" = 440 ]
	b_goes_on
}
@test "write: EIO" { write_fails EIO 'Input/output error'; }
@test "write: EROFS" { write_fails EROFS 'Read-only file system'; }
@test "write: ENOMEM" { write_fails ENOMEM 'Cannot allocate memory'; }

@test "write: no error and no progress" {
	record
	cp a.sent good
	failing "$CHILD" pwrite64:retval=0:when=1
	tell a rec=500
	wait_log 'closed client=foo .*reason="writing the capture file: Input/output error"'
	recorded good
	b_goes_on
}

@test "write: interrupted again and again, nothing is lost" {
	record
	failing "$CHILD" pwrite64:error=EINTR:when=1..5
	tell a rec=500 rec
	wait_stored a foo
	[ "$(grep -c INJECTED trace)" -eq 5 ]
	hang_up a
	wait_log 'closed client=foo .*packets=3 .*files=1 '
	stored a foo 'done'
}

# The kernel says that it has taken 100 bytes, and has not: all else must be where it belongs.
@test "write: in pieces" {
	record
	local size
	size=$(size rec/trace-foo-*)
	failing "$CHILD" pwrite64:retval=100:when=1
	tell a rec=500 rec
	unframe a.sent >want
	until_true sh -c "[ \$(stat -c %s rec/trace-foo-*) -eq $(size want) ]"
	dd if=/dev/zero of=want bs=1 seek="$size" count=100 conv=notrunc status=none
	hang_up a
	wait_log 'closed client=foo .*packets=3 .*files=1 '
	cmp want "$(only_file)"
	b_goes_on
}

@test "write: the quota is used up: the client waits, and goes on in the same file" {
	record
	failing "$CHILD" pwrite64:error=EDQUOT:when=1..3
	tell a rec=500 rec
	wait_log 'error client=foo directory="[^"]*/rec" reason="the quota is used up: waiting for room"'
	wait_stored a foo
	wait_log 'resumed client=foo '
	[ "$(grep -c 'client=foo.*quota' log)" -eq 1 ]
	hang_up a
	wait_log 'closed client=foo .*packets=3 .*files=1 '
	stored a foo 'done'
	b_goes_on
}

# ---- open ----

# first_file INJECTION…: foo has sent its link header, and has no file yet
first_file() {
	server_start
	live b 127.0.0.3
	tell b pcap rec
	wait_stored b bar
	live a 127.0.0.2
	tell a pcap
	wait_log 'established client=foo'
	CHILD=$(child foo)
	failing "$CHILD" "$@"
}

# open_fails ERROR TEXT
open_fails() {
	first_file "openat:error=$1:when=1"
	tell a rec
	wait_log "closed client=foo .*reason=\"creating a capture file: $2\""
	injected
	none '*/trace-foo-*'
	b_goes_on
}
@test "open: EIO" { open_fails EIO 'Input/output error'; }
@test "open: EMFILE" { open_fails EMFILE 'Too many open files'; }

@test "open: the second file fails, the first one stays" {
	record
	cp a.sent good
	failing "$CHILD" openat:error=EIO:when=1
	kill -USR1 "$CHILD"
	tell a rec
	wait_log 'closed client=foo .*reason="creating a capture file: Input/output error"'
	recorded good
	none 'rec/trace-foo-*'
	b_goes_on
}

@test "open: interrupted, nothing is lost" {
	first_file openat:error=EINTR:when=1..3
	tell a rec
	wait_stored a foo
	[ "$(grep -c INJECTED trace)" -eq 3 ]
}

@test "open: no room, the client waits" {
	first_file openat:error=ENOSPC:when=1..3
	tell a rec
	wait_log 'error client=foo directory="[^"]*/rec" reason="the disk is full'
	wait_stored a foo
	wait_log 'resumed client=foo '
}

@test "the mode cannot be set: no file is left, the child ends with the reason" {
	first_file fchmod:error=EIO:when=1
	tell a rec
	wait_log 'closed client=foo .*reason="creating a capture file: Input/output error"'
	none '*/trace-foo-*'
	b_goes_on
}

# ---- birth ----

@test "descriptors cannot be closed: ENOSYS; no session records with descriptors of another" {
	beside_memcheck "it calls that, too"
	needs_one_server "its first child, which is tried, fails at the start"
	server_start
	failing_children close_range getdents64
	stream pcap rec >s
	peer_send 127.0.0.2 s
	wait_log 'error reason="a child cannot close the descriptors of others"'
	wait_log 'closed client=foo .*reason="[^"]*internal[^"]*" packets=0 '
	injected
	no_file
}

# ---- publication ----

# left CALL: it fails with EIO when foo ends; the file stays where it is, whole, and an error says so
left() {
	needs_one_server "repair, which comes as soon as the connection has ended, tries again"
	record
	failing "$CHILD" "$1:error=EIO:when=1"
	hang_up a
	wait_log 'error client=foo file=trace-foo-.* directory="[^"]*/done" reason="Input/output error" closed=closed left-in="[^"]*/rec"'
	wait_log 'closed client=foo .*packets=1 '
	injected
	stored a foo
	readable rec/trace-foo-*
	no_file 'done'
	b_goes_on
}
@test "fdatasync: EIO" {
	left fdatasync
	[ "$(mode rec/trace-foo-*)" = 440 ] # no mark: a second sync would succeed, and promise what is not there
}
@test "rename: EIO" { left renameat2; }

@test "fdatasync: EIO, without completed-path: the mark stays, so the file is not taken for a complete one" {
	needs_one_server "repair, which comes as soon as another process has died"
	config ''
	sed -i 's/ completed-path = "done";//' cfg
	record
	failing "$CHILD" fdatasync:error=EIO:when=1
	hang_up a
	wait_log 'error client=foo file=trace-foo-.* directory="[^"]*/rec" reason="Input/output error" closed=closed left-in="[^"]*/rec"'
	injected
	[ "$(mode rec/trace-foo-*)" = 1000 ]
	kill -KILL "$(child bar)"
	wait_log 'file client=bar .*reason=repaired'
	[ "$(mode rec/trace-foo-*)" = 1000 ]
	chmod u+r rec/trace-foo-*
	stored a foo
	never_log 'file client=foo .*reason=repaired'
}

@test "publication fails after a reload with other directories: tried once more where the file lies" {
	beside_memcheck "strace is beside it"
	needs_one_server "its older connections"
	mkdir rec2 done2
	record
	sed -i 's/"rec"/"rec2"/; s/"done"/"done2"/' cfg
	server_signal HUP
	wait_log 'file client=foo .*reason=reload'
	tell a rec
	wait_log 'file client=foo .*reason=opened' 2
	failing "$CHILD" renameat2:error=EIO:when=1
	hang_up a
	wait_log 'error client=foo file=trace-foo-.* reason="Input/output error" closed=closed left-in='
	wait_log 'file client=foo .*reason=repaired packets=1 '
	[ "$(find 'done' -name 'trace-foo-*' | wc -l)" -eq 2 ]
	none 'rec/trace-foo-*'
}

# unsynced CALL: it fails after the rename
unsynced() {
	record
	failing "$CHILD" "$1:error=EIO:when=1"
	hang_up a
	wait_log 'error client=foo file=trace-foo-.*Input/output error'
	wait_log 'closed client=foo .*packets=1 '
	injected
	stored a foo 'done'
	b_goes_on
}
@test "fsync of a directory: EIO" { unsynced fsync; }
@test "fchmod: EIO" { unsynced fchmod; }

# interrupted CALL: no harm
interrupted() {
	record
	failing "$CHILD" "$1:error=EINTR:when=1..3"
	hang_up a
	wait_log 'closed client=foo .*packets=1 '
	[ "$(grep -c INJECTED trace)" -eq 3 ]
	stored a foo 'done'
	[ "$(mode done/trace-foo-*)" = 440 ]
	none 'rec/trace-foo-*'
	never_log ' error '
}
@test "fdatasync: interrupted" { interrupted fdatasync; }
@test "rename: interrupted" { interrupted renameat2; }
@test "fsync of a directory: interrupted" { interrupted fsync; }

@test "repair cannot publish, or cut: the error names the directory" {
	needs_one_server "repair, with whose error"
	record
	failing_children renameat2 ftruncate
	kill -KILL "$CHILD"
	wait_log 'error client=foo file=trace-foo-.* directory="[^"]*/done" reason="repair: publishing: '
	chmod u+w rec/trace-foo-* # for an ordinary user
	printf 'x' >>rec/trace-foo-*
	kill -KILL "$(child bar)"
	wait_log 'error client=foo file=trace-foo-.* directory="[^"]*/rec" reason="repair: cutting the torn tail: Function not implemented"'
	no_file 'done'
}

@test "publication fails at rotation: the recording goes on in the next file" {
	needs_one_server "repair, which comes as soon as the connection has ended, tries again"
	record
	cp a.sent good
	failing "$CHILD" fdatasync:error=EIO:when=1
	kill -USR1 "$CHILD"
	tell a rec
	wait_log 'file client=foo .*reason=opened' 2
	wait_log 'error client=foo file=trace-foo-.* reason="Input/output error" closed=reload left-in='
	hang_up a
	wait_log 'closed client=foo .*packets=2 '
	[ "$(packets done/trace-foo-*)" -eq 1 ]
	unframe good | cmp - rec/trace-foo-*
}

# ---- power loss ----

# in_order REGEX…: lines of ./mine that match stand in this order, and each once
in_order() {
	local regex last=0 line
	for regex; do
		line=$(grep -nE -- "$regex" mine | cut -d: -f1)
		echo "$regex: line $line" >&2
		[ "${line:-0}" -gt "$last" ] || return 1
		last=$line
	done
}

# trace_all: the server under strace, each process into a file of its own; mine PATTERN: the calls of the process that
# syncs such a file
trace_all() {
	can_trace
	WRAP=(strace -D -ff -qq -y -s 200 -o trace -e trace=pwrite64,fdatasync,fsync,renameat2,fchmod,ftruncate,write)
}
mine() {
	local file
	file=$(grep -l "fdatasync.*$1" trace.* | head -n 1)
	[ -n "$file" ] && cp "$file" mine
}

@test "power loss: data, then the name, then the directories, and only then the log says so" {
	trace_all
	server_start
	stream pcap rec rec >s
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo'
	server_stop
	mine rec/trace-foo
	[ "$(grep -n 'pwrite64.*rec/trace-foo' mine | tail -n 1 | cut -d: -f1)" -lt "$(grep -n fdatasync mine | cut -d: -f1)" ]
	in_order 'fdatasync\([0-9]+<.*/rec/trace-foo-[^>]*>\) += 0' 'renameat2\([0-9]+<.*/rec>, .*/done>, .* = 0' \
		'fchmod\([0-9]+<.*trace-foo-[^>]*>, 0440\) += 0' 'fsync\([0-9]+<[^>]*/done>\) += 0' \
		'fsync\([0-9]+<[^>]*/rec>\) += 0' 'write\(2.*file client=foo .*reason=closed'
}

@test "power loss: without completed-path the data, then the mark, then the directory" {
	config
	sed -i 's/completed-path = "done";//' cfg
	trace_all
	server_start
	stream pcap rec rec >s
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo'
	server_stop
	mine rec/trace-foo
	[ "$(grep -c renameat2 mine)" -eq 0 ]
	in_order 'fdatasync\([0-9]+<.*/rec/trace-foo-[^>]*>\) += 0' 'fchmod\([0-9]+<.*trace-foo-[^>]*>, 0440\) += 0' \
		'fsync\([0-9]+<[^>]*/rec>\) += 0' 'write\(2.*file client=foo .*reason=closed'
}

@test "power loss: what repair has cut is on the disk before it has its name" {
	needs_one_server "its start, without a connection"
	stream pcap rec rec >s
	unframe s | head -c 150 >rec/trace-foo-20250101_000000.pcap
	chmod 1440 rec/*
	trace_all
	server_start
	wait_log 'file client=foo .*reason=repaired'
	server_stop
	mine rec/trace-foo
	in_order 'ftruncate\([0-9]+<.*/rec/trace-foo-' 'fsync\([0-9]+<.*/rec/trace-foo-' 'fdatasync\([0-9]+<.*/rec/trace-foo-' \
		'renameat2\([0-9]+<.*/rec>, .*/done>, .* = 0' 'fchmod\([0-9]+<.*trace-foo-[^>]*>, 0440\) += 0' \
		'fsync\([0-9]+<[^>]*/done>\) += 0' 'fsync\([0-9]+<[^>]*/rec>\) += 0' 'write\(2.*reason=repaired'
}

# ---- clocks ----

CLOCK_FORMAT=%s # seconds since 1970
# every STEP FROM TO: a packet at each of these times
every() {
	local t first=pcap
	[ ! -e a.sent ] || first=
	for ((t = $2; t <= $3; t += $1)); do
		# shellcheck disable=SC2086 # none is none
		at "$t" $first rec
		first=
	done
}

# are NAME:PACKETS…: foo has ended, and these are its files, which together are all that was sent
are() {
	hang_up a
	wait_log 'closed client=foo'
	local f LC_ALL=C # order by name is order of time
	(cd 'done' && for f in *; do echo "$f:$(packets "$f")"; done) >got
	printf 'trace-foo-%s\n' "$@" | diff - got
	no_file rec
	readable done/*
}

clock() { # PERIOD ZONE
	config "sandbox = \"off\"; rotate-localtime = \"$1\";"
	ZONE=$2
}

utc() { TZ=UTC date -d "$1" +%s; }

@test "clocks go forward: hourly files, and no storm of them" {
	clock hour Europe/Berlin
	every 600 "$(utc '2026-03-29 00:00:00')" "$(utc '2026-03-29 02:00:00')"
	are 20260329_010000.pcap:6 20260329_030000.pcap:6 20260329_040000.pcap:1
}

@test "clocks go forward: a daily file has 23 hours" {
	clock day Europe/Berlin
	every 3600 "$(utc '2026-03-28 23:00:00')" "$(utc '2026-03-29 22:00:00')"
	are 20260329_000000.pcap:23 20260330_000000.pcap:1
}

@test "clocks go back: hourly files, nothing is overwritten" {
	clock hour Europe/Berlin
	every 600 "$(utc '2026-10-25 00:00:00')" "$(utc '2026-10-25 02:00:00')"
	are 20261025_020000.pcap:6 20261025_020000_001.pcap:6 20261025_030000.pcap:1
}

@test "clocks go back: a daily file has 25 hours" {
	clock day Europe/Berlin
	every 3600 "$(utc '2026-10-24 22:00:00')" "$(utc '2026-10-25 23:00:00')"
	are 20261025_000000.pcap:25 20261026_000000.pcap:1
}

@test "a leap second that the clock repeats: no storm of files, nothing is overwritten" {
	clock second UTC
	local t
	t=$(utc '2016-12-31 23:59:59')
	at "$t" pcap rec
	at $((t + 1)) rec
	at "$t" rec # once more
	at "$t" rec
	at $((t + 1)) rec
	at $((t + 2)) rec
	are 20161231_235959.pcap:1 20170101_000000.pcap:4 20170101_000001.pcap:1
}

@test "a leap second that the clock shows: a minute of 61 seconds" {
	[ -e /usr/share/zoneinfo/right/UTC ] || skip "no time zones with leap seconds"
	clock minute right/UTC
	local t
	t=$(TZ=right/UTC date -d '2016-12-31 23:59:59' +%s)
	every 1 "$t" $((t + 3))
	are 20161231_235959.pcap:2 20170101_000000.pcap:2
}

@test "a leap second that the clock shows: a file for every second" {
	[ -e /usr/share/zoneinfo/right/UTC ] || skip "no time zones with leap seconds"
	clock second right/UTC
	local t
	t=$(TZ=right/UTC date -d '2016-12-31 23:59:59' +%s)
	every 1 "$t" $((t + 2))
	are 20161231_235959.pcap:1 20161231_235960.pcap:1 20170101_000000.pcap:1
}

@test "the year 2038: seconds that do not fit in 31 bits" {
	clock second UTC
	every 1 2147483646 2147483649
	are 20380119_031406.pcap:1 20380119_031407.pcap:1 20380119_031408.pcap:1 20380119_031409.pcap:1
}

@test "after 2038 and 2106: a daily file is one" {
	clock day UTC
	at "$(utc '2107-01-01 10:00:00')" pcap rec
	at "$(utc '2107-01-01 23:59:59')" rec
	at "$(utc '2107-01-02 00:00:00')" rec
	are 21070101_100000.pcap:2 21070102_000000.pcap:1
}

@test "a clock that leaps back and forth: a file at most for each leap, nothing is overwritten" {
	clock hour UTC
	local t i
	t=$(utc '2026-06-01 12:00:00')
	at "$t" pcap rec
	for i in 1 2 3 4 5; do
		at $((t - 7200)) rec
		at "$t" rec
	done
	hang_up a
	wait_log 'closed client=foo .*packets=11 .*files=11 '
	[ "$(packets done/*)" -eq 11 ]
}

# ---- directories ----

other_filesystem() {
	[ -w /dev/shm ] && [ "$(stat -c %d /dev/shm)" != "$(stat -c %d .)" ] || skip "no other filesystem here"
	OTHER=$(mktemp -d /dev/shm/bats-XXXXXX)
}

@test "completed-path on another filesystem: refused at the start" {
	needs_one_server "its start"
	other_filesystem
	config
	sed -i "s,\"done\",\"$OTHER\"," cfg
	run timeout "$PATIENCE" "$SERVER" -c cfg
	rmdir "$OTHER"
	[ "$status" -eq 78 ]
	[[ $output == *"another filesystem"* ]]
}

@test "completed-path on another filesystem: refused at a reload, the old configuration stays" {
	needs_one_server "a reload"
	other_filesystem
	record
	sed -i "s,\"done\",\"$OTHER\"," cfg
	server_signal HUP
	wait_log 'reload reason="failed: the old configuration stays"'
	wait_log 'error .*another filesystem'
	hang_up a
	wait_log 'closed client=foo'
	stored a foo 'done'
	rmdir "$OTHER"
	stream pcap rec >s
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo' 2
	[ "$(packets done/trace-foo-*)" -eq 2 ]
}

@test "base-path renamed while recording: a reload takes what has its name then" {
	needs_one_server "a reload"
	record
	mv rec moved
	mkdir rec
	server_signal HUP
	wait_log 'reload clients='
	stream pcap rec >s
	live c 127.0.0.3
	tell c pcap rec
	wait_stored c bar
	hang_up a
	wait_log 'closed client=foo'
	stored a foo 'done'
}

# ---- accept ----

# accept_fails ERROR: for a while, then the connection that has waited is served
accept_fails() {
	needs_one_server "it accepts"
	record
	failing "$SERVER_PID" "accept4:error=$1:when=1..4"
	local before
	before=$(cpu)
	live c 127.0.0.3
	tell c pcap rec=99
	wait_log 'error reason=".*"'
	wait_log 'file client=bar .*reason=opened' 2
	[ "$(grep -c INJECTED trace)" -eq 4 ]
	[ $(($(cpu) - before)) -lt 50 ]
	tell a rec
	wait_stored a foo
	hang_up c
	wait_log 'closed client=bar' 2
}
@test "accept: ENFILE" { accept_fails ENFILE; }
@test "accept: ENOMEM" { accept_fails ENOMEM; }

@test "accept: an error that does not go away: the reason is logged, the processor is idle, service goes on later" {
	beside_memcheck "it is too slow to tell idle from busy"
	needs_one_server "it accepts"
	record
	failing "$SERVER_PID" accept4:error=EINVAL
	local tracer=${PIDS[-1]}
	live c 127.0.0.3
	wait_log 'error reason="Invalid argument"'
	local before after
	before=$(cpu)
	sleep 2 # of nothing to do
	after=$(cpu)
	[ $((after - before)) -lt 20 ]
	b_goes_on
	kill "$tracer"
	tell c pcap rec
	wait_log 'file client=bar .*reason=opened' 2
}

@test "fork: ENOMEM: the peer is closed, the next one is served" {
	beside_memcheck "where strace has a fork fail, the next child of any program dies in it"
	needs_one_server "it forks"
	record
	failing "$SERVER_PID" clone:error=ENOMEM:when=1 clone3:error=ENOMEM:when=1 fork:error=ENOMEM:when=1
	live c 127.0.0.3
	until_true test -s c.end
	wait_log 'refused client=bar .*reason="no process could be started: Cannot allocate memory"'
	b_goes_on
	live d 127.0.0.3
	tell d pcap rec
	wait_log 'file client=bar .*reason=opened' 2
}

# ---- 200 clients, and TERM ----

HERD=200
# herd_start [-e]: they have each stored a packet; a line to GO, and they send on
herd_start() {
	needs_one_server "one that stops all"
	config 'limits: { connections = 250; unestablished = 250; };' '{ name = "foo"; address = "127.0.4.0/22"; }'
	stream pcap rec >head
	stream number=1 data,times=150:rec=200 >body # what the kernel takes while nobody reads
	server_start
	mkfifo start
	herd "$@" 127.0.4.1 $HERD "$PORT" head body <start >herd.out 3>&- &
	PIDS+=($!)
	exec {GO}>start
	wait_log 'file client=foo .*reason=opened' $HERD
}

@test "TERM with 200 clients that pause: status 0, every record is there" {
	herd_start
	local all pid=$SERVER_PID
	until_true children_are $HERD # the repair of the start is one, too
	all=$(children)
	# what they send now is still in the sockets when the server is told to stop
	# shellcheck disable=SC2086 # many
	kill -STOP $all
	until_true children_are $HERD T
	echo >&$GO
	until_true grep -q body herd.out
	kill -TERM "$pid"
	wait_log 'stopping connections=200'
	# shellcheck disable=SC2086 # many
	kill -CONT $all
	await "$pid" # 0: none was killed after 9 s
	SERVER_PID=
	until_true grep -q "closed $HERD" herd.out
	cat head body >s
	unframe s >want
	no_file rec
	[ "$(ls done | wc -l)" -eq $HERD ]
	local f
	for f in done/*; do
		cmp want "$f"
	done
}

@test "TERM with 200 clients at full rate: status 0, each file is a prefix that ends in a whole record" {
	herd_start -e
	echo >&$GO
	until_true sh -c '[ $(cat rec/* | wc -c) -gt 2000000 ]'
	server_stop # status 0: none was killed after 9 s
	until_true grep -q "closed $HERD" herd.out
	no_file rec
	[ "$(ls done | wc -l)" -eq $HERD ]
	cat head body >s
	# shellcheck disable=SC2016
	unframe s | perl -e 'my ($first, $again) = do { local $/; binmode STDIN; my $all = <STDIN>;
			(substr($all, 0, 24 + 76), substr $all, 24 + 76) };
		for my $name (glob "done/*") {
			open my $f, "<:raw", $name or die;
			my $got = do { local $/; <$f> };
			my $want = $first . $again x (1 + length($got) / length $again);
			die "$name: no prefix\n" if substr($want, 0, length $got) ne $got;
			die "$name: no whole record at its end\n" if (length($got) - length $first) % 216;
		}'
}

@test "publication fails after a reload with other directories, and what the process said last is read after its end" {
	beside_memcheck "strace is beside it"
	needs_one_server "its older connections"
	mkdir rec2 done2
	record
	sed -i 's/"rec"/"rec2"/; s/"done"/"done2"/' cfg
	server_signal HUP
	wait_log 'file client=foo .*reason=reload'
	wait_log 'file client=bar .*reason=reload'
	wait_log 'reload clients='
	failing "$CHILD" renameat2:error=EIO:when=1
	kill -STOP "$SERVER_PID"
	hang_up b
	until_true gone "$(child bar)" # whose end the master notices first
	tell a rec
	wait_log 'file client=foo .*reason=opened' 2
	hang_up a
	until_true gone "$CHILD"
	kill -CONT "$SERVER_PID"
	wait_log 'file client=foo .*reason=repaired packets=1 '
	none 'rec/trace-foo-*'
}
