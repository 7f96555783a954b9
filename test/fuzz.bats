#!/usr/bin/env bats
# What was accepted can be read, whatever was sent: a short run of test/fuzz/differential (test/fuzz/README has the
# long one), and the inputs that once showed a fault.
. "$BATS_TEST_DIRNAME/lib.bash"

@test "streams changed at random: what is accepted of them is found in the files" {
	command -v capinfos >/dev/null || skip "no capinfos"
	"$TESTDIR/fuzz/differential" 300 "${SEED:-1}"
}

@test "blocks before the first interface: names stand in the first file, the interface in every file" {
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
	local f=(done/trace-foo*)
	[ ${#f[@]} -eq 2 ]
	"$BUILDDIR/test/judge" done/*
	# what stands behind the section header
	for f in "${f[@]}"; do
		xxd -s 28 -l 4 -p "$f"
	done | sort >behind
	[ "$(tr '\n' ' ' <behind)" = '01000000 04000000 ' ]
	stream shb nrb dsb >s
	unframe s | cmp - done/trace-bar*
}

@test "repair keeps names that were accepted before any interface, and removes what is only a beginning" {
	mkdir -p rec
	stream shb nrb dsb >framed
	unframe framed >rec/trace-foo-20261106_212000.pcapng
	cp rec/trace-foo-20261106_212000.pcapng want
	stream shb dsb >framed
	unframe framed >rec/trace-bar-20261106_212000.pcapng
	chmod 1440 rec/*
	server_start
	wait_log 'file client=foo name=trace-foo-20261106_212000.pcapng reason=repaired'
	wait_log 'file client=bar name=trace-bar-20261106_212000.pcapng reason=removed'
	cmp want "$(only_file)"
}

@test "blocks that Wireshark takes for damaged are stored, whatever the interfaces" {
	local interfaces
	server_start
	for interfaces in shb+idb shb+idb+idb,linktype=113; do
		rm -f done/*
		stream $interfaces epb nrb,body=01000500aabbccdd6800000000000000 block=0x204,size=32 block=0x216,size=36 \
			block=9,body=5f5f5245414c54494d455f54494d455354414d503d000000 epb >s
		peer_send 127.0.0.2 s
		wait_log 'closed client=foo .* packets=2 '
		recorded
		[ "$("$BUILDDIR/test/judge" "$(only_file)")" = "$(only_file): 2" ]
		: >log
	done
}

@test "the fuzz targets compile, and take every input that once showed a fault" {
	local here=$TESTDIR/fuzz target
	! grep -q __asan_init "$SERVER" || skip "what it compiles is the same without sanitizers"
	export BUILD=$PWD FUZZ_DIR=$PWD BUILT=$BUILDDIR
	. "$here/build.bash"
	for target in $TARGETS; do
		build "$target" "${CC:-cc}" "$OUT/$target" -O0 "$here/main.c"
		find "$here/known/$target" -type f -print0 2>/dev/null | xargs -0 -r "$OUT/$target"
	done
}
