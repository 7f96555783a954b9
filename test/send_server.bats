#!/usr/bin/env bats
# osmo-pcap-send with the server at the other end: what is refused, and what old formats become.
. "$BATS_TEST_DIRNAME/lib.bash"
bats_require_minimum_version 1.5.0

hex() { xxd -r -p; }

@test "a stream that the server refuses is an error of the sender, which points to the log" {
	local i
	config 'limits: { header-changes-per-minute = 2; };'
	server_start
	{
		for i in 1 2 3 4 5; do # sections that differ in the snapshot length of their interface
			echo 0a0d0d0a1c0000004d3c2b1a01000000ffffffffffffffff1c000000
			echo "0100000014000000010000006${i}00000014000000"
		done
	} | hex >in
	run -1 "$SEND" -q -S 127.0.0.2 -p "$PORT" 127.0.0.1 in
	[ "$output" = "osmo-pcap-send: 127.0.0.1:$PORT: the server refused this host or its stream, or went away: its log says why" ]
	wait_log 'rejected client=foo '
}

@test "a client that is not listed is told so" {
	server_start
	echo d4c3b2a10200040000000000000000006000000001000000 | hex >in
	run -1 "$SEND" -q -S 127.0.0.9 -p "$PORT" 127.0.0.1 in
	[[ $output == "osmo-pcap-send: 127.0.0.1:$PORT: the server "*": its log says why" ]]
	wait_log 'refused peer=127.0.0.9:.*not in the client list'
}

@test "pcap 2.2 and modified pcap are stored as pcap 2.4, which tcpdump reads" {
	server_start
	# 60 bytes of 1514; in the old version the lengths are the other way round
	echo d4c3b2a10200020000000000000000006000000001000000 00e1f505050000 00ea0500003c000000 "$(printf '%0120d' 0)" | hex >old
	echo 34cdb2a10200040000000000000000006000000001000000 00e1f505050000 003c000000ea050000 0200000008000000 "$(printf '%0120d' 0)" | hex >modified
	"$SEND" -q -S 127.0.0.2 -p "$PORT" 127.0.0.1 old
	"$SEND" -q -S 127.0.0.3 -p "$PORT" 127.0.0.1 modified
	until_true test -e done/trace-foo-*.pcap -a -e done/trace-bar-*.pcap
	cmp done/trace-foo-*.pcap done/trace-bar-*.pcap
	[ "$(xxd -s 4 -l 4 -p done/trace-foo-*.pcap)" = 02000400 ]
	[ "$(xxd -s 24 -l 16 -p done/trace-foo-*.pcap)" = 00e1f505050000003c000000ea050000 ]
	[ "$(packets done/trace-foo-*.pcap)" -eq 1 ]
}
