#!/usr/bin/env bats
# A capture file that is deleted, moved away or replaced while it is recorded.
. "$BATS_TEST_DIRNAME/lib.bash"

# recording: foo records into rec/, NAME, in which is one packet so far
recording() {
	server_start
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	NAME=$(basename "$(only_file rec)")
	SENT=1
}

# until_noticed REASON: foo sends until the server has noticed that NAME is gone
until_noticed() { until_true noticed "file client=foo name=$NAME reason=$1 packets="; }
noticed() {
	tell a rec
	SENT=$((SENT + 1))
	grep -q "$1" log
}

# noted REASON: the packets that were in NAME when that was noticed; once
noted() {
	[ "$(grep -c "file client=foo name=$NAME reason=$1 " log)" -eq 1 ]
	sed -n "s/.*file client=foo name=$NAME reason=$1 packets=\([0-9]*\) bytes=[0-9]*\$/\1/p" log
}

# ended: foo ends. What is in completed-path goes on where NAME ended: with the packets behind its first $1
ended() {
	hang_up a
	wait_log "closed client=foo .*packets=$SENT .*files=2 "
	local new
	new=$(only_file "${2-done}")
	readable "$new"
	[ "$(packets "$new")" -eq $((SENT - $1)) ]
	{ unframe a.sent | head -c 24; unframe a.sent | tail -c +$((25 + $1 * 76)); } | cmp - "$new"
	wait_log "file client=foo name=$(basename "$new") reason=opened"
	wait_log "file client=foo name=$(basename "$new") reason=closed packets=$((SENT - $1)) "
	log_lacks "left-in="
	log_lacks "name=$NAME reason=closed"
}

log_lacks() { ! grep -E "$1" log; }

# bats test_tags=ways
@test "a file is deleted while it is recorded: noticed, with the packets that it had; the next begins another" {
	recording
	rm "rec/$NAME"
	until_noticed deleted
	n=$(noted deleted)
	[ "$n" -ge 1 ]
	ended "$n"
	no_file rec
}

@test "a file is deleted, without completed-path" {
	config ''
	sed -i 's/ completed-path = "done";//' cfg
	recording
	rm "rec/$NAME"
	until_noticed deleted
	ended "$(noted deleted)" rec
}

@test "a file is moved away: it is closed with whole records, and another one goes on" {
	recording
	mv "rec/$NAME" elsewhere
	until_noticed moved
	n=$(noted moved)
	[ "$(packets elsewhere)" -eq "$n" ]
	cp elsewhere noticed.then
	ended "$n"
	cmp elsewhere noticed.then
	no_file rec
}

@test "a file is replaced by another: that one is left as it is" {
	recording
	echo precious >other
	mv "rec/$NAME" elsewhere
	mv other "rec/$NAME"
	until_noticed moved
	n=$(noted moved)
	[ "$(packets elsewhere)" -eq "$n" ]
	ended "$n"
	[ "$(cat "rec/$NAME")" = precious ]
}

# nothing_more COMMAND REASON: NAME is taken away, nothing more is sent, and foo ends
nothing_more() {
	recording
	$1
	hang_up a
	wait_log 'closed client=foo .*packets=1 .*files=1 '
	wait_log "file client=foo name=$NAME reason=$2 packets=1 bytes=100\$"
	log_lacks 'left-in=|reason=closed'
	no_file "done"
}
delete() { rm "rec/$NAME"; }
move() { mv "rec/$NAME" elsewhere; }
@test "a file is deleted and nothing more is sent: noticed at the end" {
	nothing_more delete deleted
	no_file rec
}
@test "a file is moved away and nothing more is sent: noticed at the end" {
	nothing_more move moved
	[ "$(packets elsewhere)" -eq 1 ]
}
@test "a file is deleted and nothing more is sent, without completed-path: not told as published" {
	config ''
	sed -i 's/ completed-path = "done";//' cfg
	nothing_more delete deleted
}

# bats test_tags=ways
@test "a file is deleted before a reload: noticed then, and the next packet begins another" {
	needs_one_server "a reload"
	recording
	delete
	server_signal HUP
	wait_log "file client=foo name=$NAME reason=deleted packets=1 "
	tell a rec
	SENT=2
	wait_log 'file client=foo .*reason=opened' 2
	ended 1
}
