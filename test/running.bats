#!/usr/bin/env bats
# What a reload changes of recordings that run: some settings at once, the others when the client connects again.
. "$BATS_TEST_DIRNAME/lib.bash"

FOO='name = "foo"; address = "127.0.0.2";'
BAR='{ name = "bar"; address = "127.0.0.3"; }'

OWN= # keys of the server

# begin [KEYS-OF-FOO]: a and b record as foo and bar
begin() {
	needs_one_server "a reload"
	config "$OWN" "{ $FOO ${1-} }, $BAR"
	server_start
	live a 127.0.0.2
	live b 127.0.0.3
	tell a pcap rec
	tell b pcap rec
	wait_stored b bar
	wait_log 'established client=foo'
}

# reload KEYS-OF-FOO
reload() {
	local n
	n=$(grep -c ' reload clients=' log || true)
	config "$OWN" "{ $FOO $1 }, $BAR"
	server_signal HUP
	wait_log ' reload clients=' $((n + 1))
}

# settings K LINE: the K-th line of that kind says so of foo
settings() {
	wait_log ' settings client=foo ' "$1"
	grep ' settings client=foo ' log | sed -n "$1p" | grep -E -- "$2"
}

# b goes on as it was; its new file has the old mode
unchanged() {
	tell b rec
	wait_log 'file client=bar .*reason=opened' 2
	[ "$(mode rec/trace-bar-*)" = 1440 ]
	never_log '(closed|rejected|settings) client=bar'
}

@test "max-file-size: holds from the next packet on" {
	begin
	reload 'max-file-size = 300;'
	wait_log 'reload clients=2 finished=0 updated=1 kept=0 added=0 removed=0 changed=1$'
	settings 1 'store=true max-file-size=300 '
	wait_log 'file client=foo .*reason=reload packets=1 '
	tell a rec rec rec rec
	wait_log 'file client=foo .*reason=size packets=3 '
	reload 'max-file-size = 0;'
	tell a rec rec rec rec
	hang_up a
	wait_log 'file client=foo .*reason=closed packets=4 '
	unframe a.sent >want
	cat done/trace-foo-* | wc -c | grep -qx $(($(size want) + 3 * 24))
}

@test "rotate-localtime: holds from the next packet on" {
	OWN='sandbox = "off";' # for libfaketime
	fake_clock '2026-10-06 10:00:10'
	begin
	reload 'rotate-localtime = "minute mod 5";'
	settings 1 'rotate-localtime="minute mod 5"'
	tell a rec
	wait_log 'file client=foo .*reason=opened' 2
	fake_clock '2026-10-06 10:05:00'
	tell a rec
	wait_log 'file client=foo .*reason=time packets=1 '
	unchanged
}

@test "close-when-due: a reload switches it on and off" {
	OWN='sandbox = "off"; rotate-localtime = "minute";' # for libfaketime
	BAR='{ name = "bar"; address = "127.0.0.3"; close-when-due = true; }'
	fake_clock '2026-10-06 10:00:58'
	begin
	reload 'close-when-due = true;'
	settings 1 'close-when-due=true$'
	tell a rec
	wait_log 'file client=foo .*reason=opened' 2
	fake_clock '2026-10-06 10:01:00'
	wait_log 'file client=foo .*reason=time packets=1 '
	fake_clock '2026-10-06 10:01:58'
	reload ''
	settings 2 'close-when-due=false$'
	tell a rec
	tell b rec
	wait_log 'file client=foo .*reason=opened' 3
	wait_log 'file client=bar .*reason=opened' 2
	fake_clock '2026-10-06 10:02:00'
	wait_log 'file client=bar .*reason=time packets=1 '
	[ "$(grep -c 'file client=foo .*reason=time' log)" -eq 1 ]
	tell a rec # which the packet does as ever
	wait_log 'file client=foo .*reason=time packets=1 ' 2
}

@test "file-permission-mask: of the next file, not of the one before" {
	begin
	reload 'file-permission-mask = "0604";'
	settings 1 'file-permission-mask=0604'
	tell a rec
	wait_log 'file client=foo .*reason=opened' 2
	[ "$(mode rec/trace-foo-*)" = 1604 ]
	[ "$(mode done/trace-foo-*)" = 440 ]
	hang_up a
	wait_log 'closed client=foo .*packets=2 .*files=2 '
	[ "$(ls done/trace-foo-* | wc -l)" -eq 2 ]
}

@test "max-snaplen: cuts from the next packet on" {
	begin
	tell a rec=100
	wait_stored a foo
	reload 'max-snaplen = 60;'
	settings 1 'max-snaplen=60'
	tell a rec=100
	hang_up a
	wait_log 'cut client=foo .*caplen=100 max-snaplen=60'
	wait_log 'closed client=foo '
	wait_log 'file client=foo .*reason=closed packets=1 bytes=100$'
}

@test "store = false: the file is closed at once, packets are counted; store = true: under the link header that there is" {
	begin
	reload 'store = false;'
	settings 1 'store=false'
	wait_log 'file client=foo .*reason=reload packets=1 '
	stored a foo "done"
	tell a rec rec rec
	tell a pcap,link=113
	until_true counted 4
	no_file rec
	rm done/*
	cat a.piece >a.sent # the link header
	reload 'store = true;'
	settings 2 'store=true'
	tell a rec rec
	hang_up a
	wait_log 'closed client=foo .*packets=6 '
	stored a foo "done"
	unchanged
	never_log ' kept '
}
counted() { # as the status says
	server_signal USR2
	wait_log "status client=foo .*packets=$1 "
}

@test "store = false: what comes is still validated" {
	begin
	reload 'store = false;'
	settings 1 'store=false'
	tell a rec,caplen=9999
	wait_log 'rejected client=foo '
}

@test "store = true, of a client that came without directories: when it connects again" {
	begin 'store = false;'
	reload ''
	wait_log 'reload clients=2 finished=0 updated=0 kept=1 '
	wait_log ' kept client=foo keys="store" reason="until it connects again"'
	tell a rec
	hang_up a
	wait_log 'closed client=foo .*packets=2 .*files=0 '
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	unchanged
}

@test "directories and what a connection was made with: when the client connects again; named once a client" {
	needs_one_server "a reload"
	mkdir rec2
	config '' '{ name = "net"; address = "127.0.7.0/24"; }'
	server_start
	live a 127.0.7.1
	live b 127.0.7.2
	tell a pcap rec
	tell b pcap rec
	wait_log 'file client=net .*opened' 2
	again() {
		config 'limits: { keepalive = 50; };' "{ name = \"net\"; address = \"127.0.7.0/24\"; base-path = \"rec2\"; $1 }"
		server_signal HUP
		wait_log 'reload clients=1 finished=0 updated=[02] kept=2 ' "$2"
	}
	again '' 1
	grep ' kept ' log | grep -E 'client=net keys="base-path keepalive" '
	again '' 2
	again 'max-file-size = 1000;' 3
	[ "$(grep -c ' kept client=' log)" -eq 1 ]
	wait_log 'reload clients=1 finished=0 updated=2 kept=2 '
	tell a rec
	wait_log 'file client=net .*opened' 3
	no_file rec2
	# as it was: nothing is kept any more
	config '' '{ name = "net"; address = "127.0.7.0/24"; }'
	server_signal HUP
	wait_log 'reload clients=1 finished=0 updated=2 kept=0 '
}

@test "nothing has changed: a new file, and no word of it" {
	begin
	reload ''
	wait_log 'reload clients=2 finished=0 updated=0 kept=0 added=0 removed=0 changed=0$'
	tell a rec
	unchanged
	wait_log 'file client=foo .*reason=reload packets=1 '
	never_log ' kept | settings '
}

@test "the first line of the log says what has started" {
	needs_one_server "a line for all connections"
	config 'sandbox = "off";' "{ $FOO }, $BAR"
	server_start
	grep -m 1 '^[0-9-]*T[^ ]* ' log | grep -E " starting version=[0-9][^ ]* config=\"$PWD/cfg\" clients=2 tls=false sandbox=off\$"
	[ "$(grep -c ' starting ' log)" -eq 1 ]
}

@test "clients that come, go and change are counted" {
	begin
	config '' '{ name = "foo"; address = "127.0.0.2"; max-snaplen = 50; }, { name = "x"; address = "127.0.0.4"; }, { name = "y"; address = "127.0.0.5"; }'
	server_signal HUP
	wait_log 'reload clients=3 finished=1 updated=1 kept=0 added=2 removed=1 changed=1$'
}

@test "a client that is not established yet has the new settings" {
	needs_one_server "a reload"
	config '' "{ $FOO }, $BAR"
	server_start
	live a 127.0.0.2
	tell a raw:hex=00
	wait_log 'connected client=foo'
	reload 'file-permission-mask = "0604";'
	stream pcap rec | tail -c +2 >a.piece
	cat a.piece >a.in
	wait_log 'file client=foo .*opened'
	[ "$(mode rec/trace-foo-*)" = 1604 ]
}

@test "a recording that does nothing now: the server does not wait for it, and it has the newest settings later" {
	begin
	kill -STOP "$(child foo)"
	reload 'store = false;'
	reload 'store = false; max-file-size = 300;'
	reload 'file-permission-mask = "0604";'
	tell a rec
	tell b rec
	wait_log 'file client=bar .*opened' 2
	kill -CONT "$(child foo)"
	settings 1 'store=true max-file-size=1073741824 .*file-permission-mask=0604'
	wait_log 'file client=foo .*opened' 2
	[ "$(mode rec/trace-foo-*)" = 1604 ]
	[ "$(grep -c ' settings ' log)" -eq 1 ]
}

@test "a recording that is told to stop before it has seen other settings: stopped for the right reason" {
	begin
	kill -STOP "$(child foo)"
	reload 'max-file-size = 300;'
	config '' "$BAR"
	server_signal HUP
	wait_log 'reload clients=1 finished=1 '
	kill -CONT "$(child foo)"
	wait_log 'closed client=foo .*reason="?reload"? packets=1 '
}

@test "a recording that has read no order for long: there is still room for the reason why it is to stop" {
	local k
	begin
	kill -STOP "$(child foo)"
	for ((k = 1; k <= 1000; k++)); do
		reload "max-file-size = $((300 + k % 2));"
		! log_has 'warning client=foo .*reason="it takes no orders now' || break
	done
	wait_log 'warning client=foo .*reason="it takes no orders now'
	config '' "$BAR"
	server_signal HUP
	wait_log 'reload clients=1 finished=1 '
	kill -CONT "$(child foo)"
	wait_log 'closed client=foo .*reason="?reload"? packets=1 '
}

@test "what is wrong with a configuration can be read in the log: it quotes with single quotes" {
	begin
	config 'rotate-localtime = "fortnight"; max-file-size = "5X"; log-level = "loud";' \
		'{ name = "foo bar"; address = "192.0.2.1/99"; }'
	server_signal HUP
	wait_log ' reload reason="failed: '
	wait_log "error file=\"[^\"]*/cfg\" line=3 reason=\"rotate-localtime: 'fortnight': expected second, "
	wait_log "error file=\"[^\"]*/cfg\" line=3 reason=\"max-file-size: '5X': is no size"
	wait_log "error file=\"[^\"]*/cfg\" line=5 reason=\"client name 'foo bar': must be "
	never_log 'x22'
}

@test "new settings that cannot be sent are sent again" {
	begin 'filter = "greater 1";'
	failing "$SERVER_PID" sendmsg:error=EAGAIN:when=1
	reload 'store = false; filter = "icmp";'
	wait_log 'warning client=foo .*reason="it takes no orders now'
	settings 1 'store=false .* filter="icmp"'
	tell a rec
	hang_up a
	wait_log 'closed client=foo .*packets=2 .*files=1 '
}

@test "store = false while a recording waits for disk space: it goes on, what waits is dropped and counted" {
	begin
	failing "$(child foo)" pwrite64:error=ENOSPC
	tell a rec rec
	wait_log 'error client=foo directory="[^"]*/rec" reason="the disk is full: waiting for room"'
	reload 'store = false;'
	wait_log 'resumed client=foo reason="store = false: nothing waits for disk space" lost-records=2$'
	settings 1 'store=false'
	tell a rec
	hang_up a
	wait_log 'closed client=foo .*reason="peer closed the connection" packets=4 .*files=1 '
	[ "$(packets done/trace-foo-*)" -eq 1 ]
	no_file_of_foo
}

@test "store = false while not even a file can be created: what waits is counted; the next time from zero" {
	begin
	failing "$(child foo)" openat:error=ENOSPC
	server_signal USR1 # the next packet needs a new file
	wait_log 'file client=foo .*reason=reload'
	tell a rec rec
	wait_log 'error client=foo directory="[^"]*/rec" reason="the disk is full: waiting for room"'
	reload 'store = false;'
	wait_log 'resumed client=foo .* lost-records=2$'
	settings 1 'store=false'
	reload ''
	settings 2 'store=true'
	tell a rec
	wait_log 'error client=foo directory="[^"]*/rec" reason="the disk is full: waiting for room"' 2
	reload 'store = false;'
	wait_log 'resumed client=foo .* lost-records=1$'
}

@test "store = false for a connection that was replaced and waits for disk space: it ends, what waits is counted" {
	begin
	failing "$(child foo)" pwrite64:error=ENOSPC
	tell a rec
	wait_log 'error client=foo directory="[^"]*/rec" reason="the disk is full: waiting for room"'
	live c 127.0.0.2
	tell c pcap rec
	wait_log 'established client=foo' 2
	wait_log 'file client=foo .*reason=opened' 2
	reload 'store = false;'
	wait_log 'resumed client=foo .* lost-records=1$'
	wait_log 'closed client=foo .*reason="?replaced'
}

@test "the same when the client has another address meanwhile" {
	begin
	failing "$(child foo)" pwrite64:error=ENOSPC
	tell a rec
	wait_log 'error client=foo directory="[^"]*/rec" reason="the disk is full: waiting for room"'
	server_signal USR2
	wait_log 'status client=foo .* state=waiting '
	FOO='name = "foo"; address = "127.0.0.9";'
	reload ''
	reload 'store = false;'
	wait_log 'resumed client=foo .* lost-records=1$'
	wait_log 'closed client=foo .*reason="?reload'
}

@test "store = false while a recording waits, and a stream that is refused then: what waited is counted all the same" {
	begin
	failing "$(child foo)" pwrite64:error=ENOSPC
	tell a rec rec rec,caplen=9999
	wait_log 'error client=foo .*reason="the disk is full: waiting for room"'
	reload 'store = false;'
	wait_log 'rejected client=foo '
	wait_log 'resumed client=foo .* lost-records=2$'
	wait_log 'closed client=foo '
}

@test "a replaced recording that waited for disk space has all its time when there is room" {
	begin
	# more than 9 seconds without room, then a disk that is slow
	failing "$(child foo)" pwrite64:error=ENOSPC:when=1..15 fdatasync:delay_enter=3000000
	tell a rec
	wait_log 'error client=foo .*reason="the disk is full: waiting for room"'
	live c 127.0.0.2
	tell c pcap rec
	wait_log 'resumed client=foo '
	wait_log 'closed client=foo .*reason="?replaced.* packets=2 '
	never_log 'killed'
	wait_log 'file client=foo .*reason=replaced packets=2 '
}

@test "a configuration without the setting clients is refused, as its end is missing; an empty list is meant" {
	begin
	sed -i '/^clients/d' cfg
	server_signal HUP
	wait_log 'error file=".*/cfg" reason="the setting clients is missing; clients = \(\) stands for none"'
	wait_log 'reload .*failed'
	tell a rec
	hang_up a
	wait_log 'closed client=foo .*reason="peer closed the connection" packets=2 '
	echo 'clients = ();' >>cfg
	server_signal HUP
	wait_log 'closed client=bar .*reason="?reload'
}

@test "a list of clients from which an include has become empty is refused, with its name; a comment in it is meant" {
	echo '{ name = "foo"; address = "127.0.0.2"; }' >foos
	echo ', { name = "bar"; address = "127.0.0.3"; }' >bars
	config '' '
	@include "foos"
	@include "bars"
	'
	server_start
	live a 127.0.0.3
	tell a pcap rec
	wait_stored a bar
	: >bars
	server_signal HUP
	wait_log 'error file=".*bars" line=1 reason="the file is empty, and 1 of the clients would be listed no more;'
	wait_log 'reload .*failed'
	tell a rec
	printf '\n' >bars # blanks are no comment
	server_signal HUP
	wait_log 'error file=".*bars" line=1 ' 2
	run "$SERVER" -t -c cfg
	[ "$status" -eq 0 ]
	grep -E 'bars:1: warning: the file is empty: ' <<<"$output"
	echo '# none' >bars
	server_signal HUP
	wait_log 'closed client=bar .*packets=2 '
	: >bars # of a list that loses nothing by it
	server_signal HUP
	wait_log ' reload clients=1 ' 2
}
@test "empty includes are looked at where they stand: before the list, within a group of it, and in it" {
	local before within=$'address = (\n@include "within"\n"127.0.0.2" );'
	: >before >within >among
	before=$'/* ( { a comment */\nserver: { max-snaplen = 1000; # (\n};\n@include "before"\n'
	{ printf '%s' "$before"; printf 'clients = (\n{ name = "foo"; %s },\n@include "among"\n{ name = "bar"; address = "127.0.0.3"; } );\n' "$within"; } >cfg
	run "$SERVER" -t -c cfg
	grep -E 'among:1: warning: the file is empty: ' <<<"$output"
	! grep -E '(before|within):.*the file is empty' <<<"$output"
}
no_file_of_foo() { [ -z "$(find rec -name 'trace-foo-*')" ]; }
