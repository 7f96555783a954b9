#!/usr/bin/env bats
# What was accepted can be read, whatever was sent: a short run of test/fuzz/differential (test/fuzz/README has the
# long one), and the inputs that once showed a fault.
. "$BATS_TEST_DIRNAME/lib.bash"

@test "streams changed at random: what is accepted of them is read by libpcap or Wireshark" {
	command -v capinfos >/dev/null || skip "no capinfos"
	"$TESTDIR/fuzz/differential" 300 "${SEED:-1}"
}

@test "blocks before the first interface wait for it: no file without one, and they stand in every file" {
	config 'max-file-size = 300;'
	server_start
	live foo 127.0.0.2
	live bar 127.0.0.3
	tell bar shb nrb dsb
	tell foo shb nrb idb epb epb epb
	hang_up bar
	hang_up foo
	wait_log 'closed client=' 2
	[ -z "$(ls rec)" ]
	[ "$(echo done/trace-bar*)" = 'done/trace-bar*' ]
	[ "$(echo done/trace-foo* | wc -w)" -gt 1 ]
	local f
	for f in done/trace-foo*; do
		"$BUILDDIR/test/judge" "$f"
		[ "$(xxd -s 28 -l 4 -p "$f")" = 04000000 ] # the names
	done
}

@test "repair removes a file that has no interface yet" {
	mkdir -p rec
	stream shb nrb dsb >framed
	perl -e 'local $/; $_ = <STDIN>; while (length) { my $n = unpack "x2 n"; print substr $_, 4, $n;
		substr($_, 0, 4 + $n) = "" }' <framed >rec/trace-foo-20261106_212000.pcapng
	chmod 1440 rec/trace-foo-20261106_212000.pcapng
	server_start
	wait_log 'file client=foo name=trace-foo-20261106_212000.pcapng reason=removed'
	no_file
}

@test "a host name without an end, where the interfaces differ: Wireshark would refuse the file" {
	server_start
	stream shb+idb+idb,linktype=113 epb epb nrb,body=01000500aabbccdd6800000000000000 epb >s
	peer_send 127.0.0.2 s
	wait_log 'rejected client=foo .* reason="a damaged pcapng block of type 0x4" frame=4 '
	[ "$(capinfos -Mc "$(only_file)" | sed -n 's/^Number of packets: *//p')" = 2 ]
	# libpcap reads it where they are alike
	rm done/*
	stream shb+idb epb epb nrb,body=01000500aabbccdd6800000000000000 epb >s
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo .* packets=3 '
	"$BUILDDIR/test/judge" "$(only_file)"
}

@test "other blocks that are too short, where the interfaces differ" {
	local block
	server_start
	for block in 9,body=5f5f5245414c54494d455f54494d455354414d503d000000 \
		0x204,size=32 0x216,size=36 0x221,size=36 4,body=00000000020012130000000006000000; do
		stream shb+idb+idb,linktype=113 epb "block=$block" >s
		peer_send 127.0.0.2 s
	done
	wait_log 'rejected client=foo .* reason="a damaged pcapng block of type 0x(4|9|204|216|221)" frame=3 ' 5
	for block in 9,body=5f5f5245414c54494d455f54494d455354414d503d313233 \
		0x204,size=36 0x216,size=40 0x221,size=40; do
		stream shb+idb+idb,linktype=113 epb "block=$block" epb >s
		peer_send 127.0.0.2 s
	done
	wait_log 'closed client=foo .*reason="peer closed' 4
	capinfos -Mc done/*
}

@test "the fuzz targets compile, and take every input that once showed a fault" {
	local here=$TESTDIR/fuzz target
	export BUILD=$PWD FUZZ_DIR=$PWD
	. "$here/build.bash"
	for target in $TARGETS; do
		build "$target" "${CC:-cc}" "$OUT/$target" -O1 "$here/main.c"
		find "$here/known/$target" -type f -print0 2>/dev/null | xargs -0 -r "$OUT/$target"
	done
}
