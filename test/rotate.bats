#!/usr/bin/env bats
# When a new capture file begins, and that nothing is lost at the seam.
. "$BATS_TEST_DIRNAME/lib.bash"

HEADER=24  # a pcap file header
PACKET=76  # a record of 60 bytes

# in_order [DIR]: foo's capture files, oldest name first: order by name is order of time
in_order() {
	(cd "${1:-done}" && printf '%s\n' trace-foo-*) | LC_ALL=C sort | sed "s,^,${1:-done}/,"
}

# merged FILE…: one header, then every record, as one file would have them
merged() {
	local f
	head -c "$HEADER" "$1"
	for f; do
		cmp -s -n "$HEADER" "$f" "$1" || { echo "$f begins otherwise" >&2; return 1; }
		tail -c +$((HEADER + 1)) "$f"
	done
}

# by_size LIMIT STREAM-ITEM…: foo's stream under that max-file-size; F: its files
by_size() {
	config "max-file-size = $1;"
	stream "${@:2}" >s
	server_start
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo .*reason="peer closed the connection"'
	no_file rec
	mapfile -t F < <(in_order)
}

# bats test_tags=ways
@test "by size: no file grows past the limit, each is readable, together they are what was sent" {
	by_size 400 pcap data,times=57:rec=60
	[ ${#F[@]} -eq 15 ] # four packets in a file
	local f
	for f in "${F[@]}"; do
		[ "$(size "$f")" -le 400 ]
		[ "$(capinfos -Mcr "$f" | sed -n 's/.*packets: *//p')" -eq "$(packets "$f")" ]
	done
	merged "${F[@]}" >got
	unframe s | cmp - got
	[ "$(grep -c 'file client=foo .*reason=size packets=4 bytes=328$' log)" -eq 14 ]
	wait_log 'closed client=foo .*packets=57 .*files=15 '
}

@test "by size: mergecap puts the packets of all files together again" {
	by_size 1000 pcap data,times=40:rec=100
	mergecap -F pcap -w got "${F[@]}"
	unframe s >want
	[ "$(packets got)" -eq 40 ]
	cmp -i $HEADER want got
}

@test "by size: a file may have exactly the limit" {
	by_size $((HEADER + 2 * PACKET)) pcap data,times=4:rec=60
	[ ${#F[@]} -eq 2 ]
	[ "$(size "${F[0]}")" -eq $((HEADER + 2 * PACKET)) ]
}

@test "by size: a pcapng file may have exactly the limit" {
	by_size $((28 + 20 + 2 * 92)) shb+idb data,times=4:epb=60
	[ ${#F[@]} -eq 2 ]
	[ "$(size "${F[0]}")" -eq $((28 + 20 + 2 * 92)) ]
}

@test "by size: one byte less than two packets is one packet a file" {
	by_size $((HEADER + 2 * PACKET - 1)) pcap data,times=4:rec=60
	[ ${#F[@]} -eq 4 ]
}

@test "by size: a packet larger than the limit has a file of its own" {
	by_size 300 pcap rec=60 rec=1000 rec=60 rec=60
	[ ${#F[@]} -eq 3 ]
	[ "$(size "${F[1]}")" -eq $((HEADER + 1016)) ]
	merged "${F[@]}" >got
	unframe s | cmp - got
}

@test "by size: 0 is no limit" {
	by_size 0 pcap data,times=500:rec=9000
	[ ${#F[@]} -eq 1 ]
	unframe s | cmp - "${F[0]}"
}

@test "by size: a suffix is a power of 1024" {
	by_size '"2K"' pcap rec=2008 rec=0 rec=1992 rec=0
	[ ${#F[@]} -eq 3 ]
	[ "$(size "${F[0]}") $(size "${F[1]}") $(size "${F[2]}")" = "2048 2048 40" ]
}

@test "by size: every pcapng file begins with the link header and the later interfaces" {
	by_size 400 shb+idb+idb epb idb,linktype=113 data,times=20:epb,if=2
	[ ${#F[@]} -gt 4 ]
	stream shb+idb+idb >s1
	unframe s1 >begin1
	stream shb+idb+idb idb,linktype=113 >s2
	unframe s2 >begin2
	cmp -n "$(size begin1)" begin1 "${F[0]}"
	local f
	for f in "${F[@]:1}"; do
		cmp -n "$(size begin2)" begin2 "$f"
	done
	capinfos -Mc "${F[@]}" | awk '/packets:/ { n += $4 } END { exit n != 21 }'
}

@test "by size: with the file the published one appears, not only at the end" {
	config 'max-file-size = 110;'
	server_start
	live a 127.0.0.2
	tell a pcap rec rec
	wait_log 'file client=foo .*reason=opened' 2
	until_true test -e "$(echo done/trace-foo-*)"
	[ "$(mode done/*)" = 440 ]
	[ "$(mode rec/*)" = 1440 ]
}

# ---- by time ----

# files N: the connection ends, and there are so many files, which together are what was sent.
files() {
	hang_up a
	wait_log 'closed client=foo .*reason="peer closed the connection"'
	mapfile -t F < <(in_order)
	printf '%s\n' "${F[@]}"
	[ ${#F[@]} -eq "$1" ]
	merged "${F[@]}" >got
	unframe a.sent | cmp - got
}

period() { config "sandbox = \"off\"; rotate-localtime = \"$1\";"; }

# bats test_tags=ways
@test "by time: a real second" {
	config 'rotate-localtime = "second";'
	server_start
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	local now
	now=$(date +%s)
	until_true sh -c "[ \$(date +%s) -gt $((now + 1)) ]"
	tell a rec
	wait_log 'file client=foo .*reason=time packets=1 '
	files 2
}

@test "by time: second mod 10" {
	period "second mod 10"
	at '2026-11-22 23:33:07' pcap rec
	at '2026-11-22 23:33:09' rec
	at '2026-11-22 23:33:10' rec
	at '2026-11-22 23:33:19' rec
	at '2026-11-22 23:33:40' rec rec
	files 3
	[ "${F[*]}" = "done/trace-foo-20261122_233307.pcap done/trace-foo-20261122_233310.pcap done/trace-foo-20261122_233340.pcap" ]
	[ "$(grep -c 'file client=foo .*reason=time packets=2 ' log)" -eq 2 ]
}

@test "by time: minute mod 21 is aligned to the hour" {
	period "minute mod 21"
	at '2026-11-22 23:20:59' pcap rec
	at '2026-11-22 23:21:00' rec
	at '2026-11-22 23:41:59' rec
	at '2026-11-22 23:42:00' rec
	at '2026-11-22 23:59:59' rec
	at '2026-11-23 00:00:00' rec
	files 4
}

@test "by time: hour mod 6" {
	period "hour mod 6"
	at '2026-11-22 05:59:59' pcap rec
	at '2026-11-22 06:00:00' rec
	at '2026-11-22 11:59:59' rec
	at '2026-11-22 12:00:00' rec
	files 3
}

@test "by time: a day is the local one" {
	period "day"
	ZONE=Asia/Kolkata
	at '2026-11-22 23:59:59' pcap rec
	at '2026-11-23 00:00:00' rec
	at '2026-11-23 23:59:59' rec
	files 2
}

@test "by time: day mod 10 counts from the 1st" {
	period "day mod 10"
	at '2026-11-10 23:59:59' pcap rec
	at '2026-11-11 00:00:00' rec
	at '2026-11-20 23:59:59' rec
	at '2026-11-21 00:00:00' rec
	at '2026-11-30 12:00:00' rec
	at '2026-12-01 00:00:00' rec
	files 4
}

@test "by time: month" {
	period "month"
	at '2026-11-30 23:59:59' pcap rec
	at '2026-12-01 00:00:00' rec
	at '2026-12-31 23:59:59' rec
	files 2
}

@test "by time: year mod 5" {
	period "year mod 5"
	at '2029-12-31 23:59:59' pcap rec
	at '2030-01-01 00:00:00' rec
	at '2034-12-31 23:59:59' rec
	files 2
}

@test "by time: never" {
	period "never"
	at '2026-11-22 23:33:07' pcap rec
	at '2037-11-22 23:33:07' rec
	files 1
}

@test "by time: no packet in a period, no file" {
	period "second"
	at '2026-11-22 23:33:07' pcap rec
	at '2026-11-22 23:33:08' pcap # a link header again, no packet
	fake_clock '2026-11-22 23:33:09'
	server_signal USR2
	at '2026-11-22 23:33:10' rec
	files 2
	[ "${F[1]}" = done/trace-foo-20261122_233310.pcap ]
}

@test "by time: a clock that steps back a little keeps the file" {
	period "minute"
	at '2026-11-22 23:33:37' pcap rec
	at '2026-11-22 23:33:07' rec
	files 1
}

@test "by time: a clock that steps back by more than a period starts a new file" {
	period "minute"
	at '2026-11-22 23:33:37' pcap rec
	at '2026-11-22 22:33:37' rec
	hang_up a
	wait_log 'closed client=foo .*files=2 '
	[ "$(ls done | tr '\n' ' ')" = "trace-foo-20261122_223337.pcap trace-foo-20261122_233337.pcap " ]
}

@test "by time: a clock that steps back to a name that is taken overwrites nothing" {
	period "minute"
	at '2026-11-22 23:33:37' pcap rec
	at '2026-11-22 23:34:00' rec rec
	at '2026-11-22 22:33:37' rec rec rec
	at '2026-11-22 23:34:00' rec rec rec rec
	hang_up a
	wait_log 'closed client=foo .*files=4 '
	[ "$(packets done/*_233337.pcap done/*_233400.pcap done/*_223337.pcap done/*_233400_001.pcap)" -eq 10 ]
	[ "$(packets done/*_233400_001.pcap)" -eq 4 ]
}

@test "by time: when clocks go back an hourly file does not last two hours" {
	period "hour"
	ZONE=Europe/Berlin # on 25 October 2026 the hour from 02:00 to 03:00 comes twice
	at '2026-10-25 01:30:00' pcap rec
	at '2026-10-25 03:30:00' rec
	files 2
}

# ---- by time, without a packet ----

# bats test_tags=ways
@test "close-when-due: a real second, without a packet after it" {
	config 'rotate-localtime = "second"; close-when-due = true;'
	server_start
	live a 127.0.0.2
	tell a pcap rec
	wait_published a foo
	wait_log 'file client=foo .*reason=time packets=1 '
	tell a rec
	wait_log 'file client=foo .*reason=time packets=1 ' 2
	files 2
}

@test "close-when-due: of the client that has it, when its period is over; the next packet begins a file" {
	config 'sandbox = "off"; rotate-localtime = "minute"; limits: { idle-timeout = 0; };' \
		'{ name = "foo"; address = "127.0.0.2"; close-when-due = true; }, { name = "bar"; address = "127.0.0.3"; }'
	at '2026-11-22 23:33:58' pcap rec rec
	live b 127.0.0.3
	tell b pcap rec
	wait_stored b bar
	never_log 'reason=time'
	fake_clock '2026-11-22 23:34:00'
	wait_log 'file client=foo .*reason=time packets=2 '
	published a foo
	stored b bar
	never_log 'file client=bar .*reason=time'
	at '2026-11-22 23:34:05' rec
	tell b rec
	wait_log 'file client=bar .*reason=time packets=1 '
	files 2
	[ "${F[1]}" = done/trace-foo-20261122_233405.pcap ]
}

@test "close-when-due: a clock that steps back by more than a period ends the file, too" {
	config 'sandbox = "off"; rotate-localtime = "minute"; close-when-due = true;'
	at '2026-11-22 23:33:58' pcap rec
	fake_clock '2026-11-22 22:33:58'
	wait_log 'file client=foo .*reason=time packets=1 '
	published a foo
}

@test "close-when-due: deadlines of the connection stay as they are" {
	config 'rotate-localtime = "second"; close-when-due = true; limits: { idle-timeout = 3; };'
	server_start
	live a 127.0.0.2
	tell a pcap rec
	wait_log 'closed client=foo .*reason="no frame for 3 seconds" packets=1 .*files=1 '
	wait_log 'file client=foo .*reason=time packets=1 '
	published a foo
}

@test "close-when-due: with \"never\" a file is open until its connection ends" {
	config 'sandbox = "off"; rotate-localtime = "never"; close-when-due = true;'
	at '2026-11-22 23:33:58' pcap rec
	fake_clock '2037-11-22 23:33:58'
	server_signal USR2
	wait_log 'status client=foo '
	stored a foo
	files 1
}

# ---- by signal ----

by_signal() {
	server_start
	live a 127.0.0.2
	live b 127.0.0.3
	tell a pcap rec rec
	tell b pcap rec
	wait_stored a foo
	wait_stored b bar
	"$@"
	wait_log 'file client=foo .*reason=reload packets=2 '
	wait_log 'file client=bar .*reason=reload packets=1 '
	tell a rec
	tell b rec rec
	wait_log 'file client=foo .*reason=opened' 2
	wait_log 'file client=bar .*reason=opened' 2
	files 2
}
reload() {
	server_signal HUP
	wait_log 'reload'
}

# bats test_tags=ways
@test "USR1 to the server gives every client a new file" { by_signal server_signal USR1; }
# bats test_tags=ways
@test "HUP to the server gives every client a new file" { by_signal reload; }

to_child() {
	server_start
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	kill "-$1" "$(child foo)"
	wait_log 'file client=foo .*reason=reload packets=1 '
	tell a rec
	wait_log 'file client=foo .*reason=opened' 2
	files 2
}
# bats test_tags=ways
@test "USR1 to a recording process gives it a new file" { to_child USR1; }
# bats test_tags=ways
@test "HUP to a recording process gives it a new file" { to_child HUP; }

# bats test_tags=ways
@test "USR1 without a packet after it leaves no file behind" {
	server_start
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	server_signal USR1
	files 1
}
