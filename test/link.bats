#!/usr/bin/env bats
# Publication where no rename leaves an existing file alone (FUSE, network filesystems): by link and unlink. Such a
# filesystem is an injected error; at the end a real one, where bindfs can be had.
. "$BATS_TEST_DIRNAME/lib.bash"
NO_MEMCHECK="strace is beside it"

# no_rename: the server and all its processes under strace: the rename that replaces nothing is unknown
no_rename() {
	can_trace
	WRAP=(strace -D -f -qq -y -s 200 -o trace -e 'trace=renameat2,linkat,unlinkat,fdatasync,fsync,fchmod,write'
		-e "inject=renameat2:error=${UNKNOWN:-EINVAL}")
}

# linked FILE: it has one name and the mode of a published file
linked() { [ "$(stat -c %h "$1")" -eq 1 ] && [ "$(mode "$1")" = 440 ]; }

# published: one file of foo arrives, as it would by a rename
published() {
	server_start
	stream pcap rec rec >s
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo'
	wait_log 'file client=foo .*reason=closed packets=2 '
	not grep ' error ' log
	unframe s | cmp - "$(only_file)"
	linked "$(only_file)"
	no_file rec
}

# bats test_tags=ways
@test "a rename without replacement is unknown (EINVAL): published by link and unlink" {
	no_rename
	published
	grep -q 'linkat(.*trace-foo-.*= 0' trace
}
@test "a rename without replacement is unknown (ENOSYS)" {
	UNKNOWN=ENOSYS no_rename
	published
}
@test "a rename without replacement is unknown (EOPNOTSUPP)" {
	UNKNOWN=EOPNOTSUPP no_rename
	published
}
@test "where the rename is known, nothing is linked" {
	can_trace
	WRAP=(strace -D -f -qq -o trace -e 'trace=renameat2,linkat')
	published
	grep -q 'renameat2(.*trace-foo-.*= 0' trace
	not grep linkat trace
}

@test "neither rename nor link: refused at the start as before, and nothing is left there" {
	can_trace
	config
	STATUS=0
	OUT=$(strace -f -qq -o /dev/null -e trace=renameat2,linkat -e inject=renameat2:error=EINVAL \
		-e inject=linkat:error=EPERM "$SERVER" -c cfg 2>&1) || STATUS=$?
	[ $STATUS -eq 78 ]
	grep -E 'cfg:2: .*completed-path .*: a file cannot be moved there from base-path .* without replacing another \(renameat2\), nor linked: Invalid argument' <<<"$OUT"
	[ -z "$(find rec 'done' -type f)" ]
}
@test "-t creates nothing: that a link will do was not tried, with a warning" {
	can_trace
	config
	OUT=$(strace -f -qq -o trace -e trace=renameat2,linkat -e inject=renameat2:error=EINVAL "$SERVER" -c cfg -t 2>&1)
	grep -E 'cfg:2: .*completed-path .*whether it can be linked was not tried' <<<"$OUT"
	not grep linkat trace
	[ -z "$(find rec 'done' -type f)" ]
}

@test "a reload finds out again, for other directories" {
	needs_one_server "a reload"
	no_rename
	mkdir rec2 done2
	server_start
	sed -i 's/"rec"/"rec2"/; s/"done"/"done2"/' cfg
	server_signal HUP
	wait_log ' reload clients='
	stream pcap rec >s
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo'
	unframe s | cmp - "$(only_file done2)"
	linked "$(only_file done2)"
	no_file rec 'done' rec2
}

@test "by link: a name that is taken meanwhile is not replaced" {
	no_rename
	server_start
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	local name
	name=$(basename "$(only_file rec)" .pcap)
	echo precious >"done/$name.pcap"
	ln -s nowhere "done/${name}_001.pcap"
	hang_up a
	wait_log 'closed client=foo'
	wait_log "file client=foo name=${name}_002.pcap was=$name.pcap reason=closed packets=1 "
	[ "$(cat "done/$name.pcap")" = precious ]
	unframe a.sent | cmp - "done/${name}_002.pcap"
	linked "done/${name}_002.pcap"
	no_file rec
}

@test "by link, power loss: data, then the new name, before the old one goes, and the mark at last" {
	no_rename
	published
	server_stop
	local last=0 line call
	grep "^$(grep -m1 'linkat(.*trace-foo-' trace | cut -d' ' -f1) " trace >mine
	for call in 'fdatasync\(.*/rec/trace-foo-.*= 0' 'linkat\(.*/rec>, .*/done>, .*= 0' 'fsync\([0-9]+<[^>]*/done>\) += 0' \
		'unlinkat\(.*/rec>, .*= 0' 'fchmod\(.*, 0440\) += 0' 'fsync\([0-9]+<[^>]*/rec>\) += 0' 'write\(2.*reason=closed'; do
		line=$(awk -v after="$last" -v call="$call" 'NR > after && $0 ~ call { print NR; exit }' mine)
		echo "$call: line $line after $last"
		[ -n "$line" ]
		last=$line
	done
}

# two_names [NAME]: rec/trace-foo-20250101_000000.pcap is unfinished and has another name in completed-path, as a crash
# between link and unlink leaves it
two_names() {
	stream pcap rec rec >s
	unframe s >rec/trace-foo-20250101_000000.pcap
	chmod 1440 rec/trace-foo-20250101_000000.pcap
	ln rec/trace-foo-20250101_000000.pcap "done/${1-trace-foo-20250101_000000.pcap}"
}

# one_name NAME: what is left of it is published, under its name in completed-path, and nothing else is there
one_name() {
	needs_one_server "its start, without a connection"
	server_start
	wait_log "file client=foo name=$1 .*reason=repaired packets=2 "
	unframe s | cmp - "done/$1"
	linked "done/$1"
	no_file rec
}

# bats test_tags=ways
@test "a crash between link and unlink: repair drops the name in base-path" {
	no_rename
	two_names
	one_name trace-foo-20250101_000000.pcap
	only_file
}
@test "a crash between link and unlink, then a kernel that renames: the same" {
	two_names
	one_name trace-foo-20250101_000000.pcap
	only_file
}
@test "a crash between link and unlink, under another number" {
	no_rename
	two_names trace-foo-20250101_000000_002.pcap
	echo precious >done/trace-foo-20250101_000000.pcap
	echo precious >done/trace-foo-20250101_000000_001.pcap
	one_name trace-foo-20250101_000000_002.pcap
	[ "$(find 'done' -type f | wc -l)" -eq 3 ]
	[ "$(cat done/*_000000.pcap done/*_001.pcap)" = $'precious\nprecious' ]
}

# master_links: the server finds no rename; its processes do
master_links() {
	can_trace
	WRAP=(strace -D -qq -o master.trace -e trace=renameat2 -e inject=renameat2:error=EINVAL)
}

# once: one file of foo is in completed-path, whole, under one name, and none is in base-path
once() { unframe a.sent | cmp -s - "$(only_file)" && [ "$(stat -c %h done/*)" -eq 1 ] && no_file rec; }

# killed_at CALL:when=N…: foo's process is killed there while it publishes
killed_at() {
	needs_one_server "repair, when the process has died"
	local call n=0
	master_links
	server_start
	for call; do
		n=$((n + 1))
		live a 127.0.0.2
		tell a pcap rec rec
		wait_log 'file client=foo .*reason=opened' $n
		wait_stored a foo
		failing "$(child foo)" renameat2:error=EINVAL "${call/:/:signal=KILL:}"
		hang_up a
		wait_log 'closed client=foo .*killed by signal 9' $n
		until_true once || { echo "killed at $call"; ls -l rec 'done'; return 1; }
		rm done/*
	done
}

# bats test_tags=ways
@test "a session killed at each step of link and unlink: the file is there, whole and once" {
	killed_at linkat:when=1 fsync:when=1 unlinkat:when=1 fchmod:when=1 fsync:when=2 fsync:when=3
	[ "$(grep -c 'client=foo .*reason=repaired packets=2 ' log)" -eq 3 ]
}

# fails_at CALL ERROR: what comes between link and mark fails: published, with both names for repair
fails_at() {
	needs_one_server "repair, when a process has died"
	master_links
	server_start
	live a 127.0.0.2
	tell a pcap rec rec
	wait_stored a foo
	failing "$(child foo)" renameat2:error=EINVAL "$1:error=$2:when=1"
	hang_up a
	wait_log 'file client=foo .*reason=closed packets=2 '
	wait_log 'error client=foo file=trace-foo-.* directory="[^"]*/done" reason="published, but not synced'
	live b 127.0.0.3
	tell b pcap rec
	wait_stored b bar
	kill -KILL "$(child bar)"
	wait_log 'file client=foo .*reason=repaired packets=2 '
	rm done/trace-bar-*
	until_true once
}
@test "the directory cannot be synced between link and unlink: both names stay until repair" { fails_at fsync EIO; }
@test "the old name cannot be removed: both names stay until repair" { fails_at unlinkat EIO; }

# ---- a real filesystem ----

# bats test_tags=ways
@test "on FUSE (bindfs), which knows no such rename" {
	as_root
	command -v bindfs >/dev/null || skip "no bindfs"
	mkdir real fuse
	bindfs real fuse || skip "no FUSE here"
	MOUNTED=$PWD/fuse
	mkdir fuse/rec 'fuse/done'
	rmdir rec 'done'
	ln -s fuse/rec rec
	ln -s fuse/done 'done'
	published
	per_connection && return # each repairs what its own client has left
	stream number=7 pcap rec >s2
	unframe s2 >rec/trace-foo-20250101_000000.pcap
	chmod 1440 rec/trace-foo-20250101_000000.pcap
	echo precious >done/trace-foo-20250101_000000.pcap
	server_stop
	server_again
	stream pcap rec >s3
	peer_send 127.0.0.3 s3
	wait_log 'file client=foo name=trace-foo-20250101_000000_001.pcap was=.* reason=repaired packets=1 '
	unframe s2 | cmp - done/trace-foo-20250101_000000_001.pcap
	until_true linked done/trace-foo-20250101_000000_001.pcap || { stat done/*; false; }
	[ "$(cat done/trace-foo-20250101_000000.pcap)" = precious ]
}
eval "lib_$(declare -f teardown)"
teardown() {
	lib_teardown
	[ -z "${MOUNTED-}" ] || umount -l "$MOUNTED"
}
